import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupJob } from '../../../../shared/api/commissioning';
import { useCommissioning } from '../commissioning-store';
import { LostNotice } from '../lost-notice';
import { RunView } from './run-view';
import { SetupForm } from './setup-form';
import css from './setup-page.module.css';
import { entryJob } from './setup-wizard-state';
import { useSetupWizard } from './setup-wizard-store';

/** Sets up one device, step by step; a setup that runs is shown in place of the steps, also after the page was left or reloaded. */
export function SetupPage({ replaces }: { readonly replaces: string | undefined }) {
  const { t } = useTranslation('commissioning');
  const event = useCommissioning((state) => state.event);
  const setups = event?.setups;
  const shown = useShownSetup(setups, replaces);
  return (
    <div className={css['page']}>
      <LostNotice />
      {event === null ? (
        <p className={css['waiting']}>{t('waiting')}</p>
      ) : shown ? (
        <RunView key={shown.job.id} job={shown.job} isGone={shown.isGone} />
      ) : (
        <SetupForm list={event.ports} />
      )}
    </div>
  );
}

/** The setup to show, as the console last told it. `isGone`: the console was started anew since, and knows it no more. */
function useShownSetup(
  setups: readonly SetupJob[] | undefined,
  replaces: string | undefined,
): { readonly job: SetupJob; readonly isGone: boolean } | null {
  const wizard = useSetupWizard((store) => store.wizard);
  const send = useSetupWizard((store) => store.send);
  const { shown } = wizard;
  const present = shown === null ? undefined : setups?.find(({ id }) => id === shown.job.id);
  useEffect(() => {
    send({ type: 'enter', replaces });
    return () => send({ type: 'leave' });
  }, [send, replaces]);
  useEffect(() => {
    if (setups === undefined || shown !== null) return;
    const job = entryJob(wizard, setups, replaces);
    if (job) send({ type: 'show', job });
  }, [send, setups, shown, wizard, replaces]);
  const isListed = present !== undefined;
  useEffect(() => {
    if (isListed) send({ type: 'listed' });
  }, [send, isListed]);
  if (shown === null) return null;
  return { job: present ?? shown.job, isGone: shown.isListed && !isListed };
}
