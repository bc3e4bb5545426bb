import { useTranslation } from 'react-i18next';
import type { JobError } from '../../../../shared/domain/job-errors';
import { useConnection } from '../../../connection/connection-store';
import { Button } from '../../../ui/button';
import { useRequest } from '../../../ui/use-request';
import { CallError, JobErrorText } from '../job-error';
import css from './run-view.module.css';
import type { EndProps } from './setup-done';
import { stepToMend } from './setup-wizard-state';
import { useSetupWizard } from './setup-wizard-store';
import { retrySetup } from './start-setup';

/** It did not work: what happened, what to do, and the two ways on: the same again, or back to what is wrong. */
export function SetupFailed({ job, isGone, heading }: EndProps & { readonly isGone: boolean }) {
  const { t } = useTranslation('commissioning');
  const send = useSetupWizard((store) => store.send);
  const isLive = useConnection(({ state }) => state === 'live');
  const { isWorking, error, run } = useRequest();
  const cause: JobError = isGone
    ? interrupted
    : (job.error ?? { ...interrupted, code: job.state === 'cancelled' ? 'cancelled' : 'internal' });
  const mend = stepToMend(cause.code);
  const retry = !isGone && (
    <Button
      variant={mend === null ? 'primary' : 'normal'}
      isDisabled={!isLive}
      isPending={isWorking}
      onPress={() => void run(() => retrySetup(job.id))}
    >
      {t(isWorking ? 'setup.starting' : 'setup.failed.retry')}
    </Button>
  );
  return (
    <>
      <header className={css['head']}>
        <p className={css['over']}>{job.port}</p>
        <h2 className={css['now']} tabIndex={-1} ref={heading}>
          {t(job.state === 'cancelled' ? 'setup.failed.cancelled' : 'setup.failed.title')}
        </h2>
      </header>
      <JobErrorText error={cause} isAnnounced />
      <CallError error={error} />
      <div className={css['keys']}>
        {mend !== null && (
          <Button variant="primary" onPress={() => send({ type: 'mend', step: mend, job })}>
            {t(`setup.mend.${mend}`)}
          </Button>
        )}
        {retry}
        {mend !== 'look' && mend !== 'port' && (
          <Button onPress={() => send({ type: 'mend', step: 'port', job })}>{t('setup.failed.steps')}</Button>
        )}
        <Button variant="plain" onPress={() => send({ type: 'another' })}>
          {t('setup.done.another')}
        </Button>
      </div>
    </>
  );
}

const interrupted: JobError = {
  code: 'interrupted',
  message: 'The console ended in the middle. Begin again.',
  retryable: true,
  details: {},
};
