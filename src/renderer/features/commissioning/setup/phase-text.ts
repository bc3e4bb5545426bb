import { useTranslation } from 'react-i18next';
import type { SetupJob } from '../../../../shared/api/commissioning';
import type { Phase } from './setup-progress-rules';

/** What a phase does, in words; while it runs, the flash says more exactly. */
export function usePhaseText(): (phase: Phase, job?: SetupJob) => string {
  const { t } = useTranslation('commissioning');
  return (phase, job) => {
    if (phase.group === 'provisioning') return t(`setup.phase.${phase.id}`);
    if (phase.group === 'replacement') return t('setup.phase.move');
    const isNow = phase.state === 'running' || phase.state === 'waiting';
    if (isNow && phase.id === 'write' && job?.flash?.state === 'erasing') return t('setup.phase.erase');
    return t(`setup.phase.${phase.id}`);
  };
}
