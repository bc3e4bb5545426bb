import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupJob } from '../../../../shared/api/commissioning';
import { api } from '../../../connection/client';
import { useConnection } from '../../../connection/connection-store';
import { Button } from '../../../ui/button';
import { Elapsed } from '../../../ui/time';
import { useRequest } from '../../../ui/use-request';
import { CallError } from '../job-error';
import { FlashProgress, ProgressBar } from '../progress';
import { BootHint } from './boot-hint';
import { JobDetails } from './job-details';
import { PhaseList } from './phase-list';
import css from './run-view.module.css';
import { SetupDone } from './setup-done';
import { SetupFailed } from './setup-failed';
import { expectedPhases, presentPhase, setupPhases, type Phase } from './setup-progress-rules';
import { isRunning } from './setup-wizard-state';
import { useSetupWizard } from './setup-wizard-store';
import { usePhaseText } from './phase-text';

export type RunViewProps = {
  readonly job: SetupJob;
  /** The console was started anew and knows this setup no more. */
  readonly isGone: boolean;
};

/** One setup from its first phase to its end: what happens now, what was done, what is still to come. */
export function RunView({ job, isGone }: RunViewProps) {
  const phases = setupPhases(job, expectedPhases(job));
  const isOn = isRunning(job) && !isGone;
  const heading = useHeadingFocus(isOn ? 'on' : job.state);
  return (
    <section className={css['panel']}>
      {isOn ? (
        <RunningHead job={job} present={presentPhase(phases)} heading={heading} />
      ) : job.state === 'done' ? (
        <SetupDone job={job} heading={heading} />
      ) : (
        <SetupFailed job={job} isGone={isGone} heading={heading} />
      )}
      {job.flash?.hint && isOn && <BootHint hint={job.flash.hint} />}
      <PhaseList phases={phases} isOver={!isOn} />
      <JobDetails job={job} />
      {isOn && <CancelLine job={job} />}
    </section>
  );
}

type HeadProps = {
  readonly job: SetupJob;
  readonly present: Phase | null;
  readonly heading: ReturnType<typeof useHeadingFocus>;
};

function RunningHead({ job, present, heading }: HeadProps) {
  const { t } = useTranslation('commissioning');
  const phaseText = usePhaseText();
  const { flash } = job;
  const isFlashing = flash !== null && job.state === 'flashing';
  return (
    <header className={css['head']}>
      <p className={css['over']}>
        {job.replaces === null
          ? t('setup.run.title', { name: job.name ?? job.deviceId ?? job.port })
          : t('setup.run.titleReplace', { name: job.name ?? job.replaces })}
        {' · '}
        {job.port} · <Elapsed since={job.startedAt} />
      </p>
      <h2 className={css['now']} tabIndex={-1} ref={heading} aria-live="polite">
        {present ? phaseText(present, job) : t('setup.run.ending')}
      </h2>
      {isFlashing ? (
        <FlashProgress job={flash} />
      ) : (
        <ProgressBar label={t('progress.label')} share={provisionedShare(job)} />
      )}
    </header>
  );
}

/** After the flash nothing is measured in bytes: the steps that are over count. */
function provisionedShare({ provisioning }: SetupJob): number | null {
  if (provisioning === null) return null;
  const over = provisioning.steps.filter(({ state }) => state === 'done' || state === 'skipped').length;
  return provisioning.steps.length === 0 ? null : over / provisioning.steps.length;
}

function CancelLine({ job }: { readonly job: SetupJob }) {
  const { t } = useTranslation('commissioning');
  const isLive = useConnection(({ state }) => state === 'live');
  const send = useSetupWizard((store) => store.send);
  const { isWorking, error, run } = useRequest();
  return (
    <div className={css['foot']}>
      <CallError error={error} />
      <div className={css['keys']}>
        <Button
          isDisabled={!isLive}
          isPending={isWorking}
          onPress={() => void run(() => api.commissioning.cancel({ id: job.id }))}
        >
          {t(isWorking ? 'setup.run.cancelling' : 'setup.run.cancel')}
        </Button>
        <p className={css['consequence']}>
          {t(job.state === 'flashing' ? 'setup.run.cancelFlash' : 'setup.run.cancelSettings')}
        </p>
        <Button variant="plain" isDisabled={!isLive} onPress={() => send({ type: 'another' })}>
          {t('setup.run.meanwhile')}
        </Button>
      </div>
    </div>
  );
}

/** The heading has the focus when the run begins and when it ends, so that a reader hears both. */
function useHeadingFocus(moment: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (moment) heading.current?.focus({ preventScroll: true });
  }, [moment]);
  return heading;
}
