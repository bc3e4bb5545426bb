import { useTranslation } from 'react-i18next';
import type { SetupJob } from '../../../../shared/api/commissioning';
import { useFlashNumbers } from '../flash-numbers';
import { ProgressBar } from '../progress';
import { benchPhase, benchShare, type BenchPhase } from './bench-rules';
import css from './bench-row.module.css';

/** What is done to a board now: its name, the phase, a bar and the numbers behind it. */
export function BoardProgress({ job }: { readonly job: SetupJob }) {
  const { t } = useTranslation('bench');
  const numbersOf = useFlashNumbers();
  const phase = useBenchPhase();
  const now = benchPhase(job);
  const text = now === null ? '' : phase(now);
  const hint = job.state === 'flashing' ? (job.flash?.hint ?? null) : null;
  const numbers = job.state === 'flashing' && job.flash ? numbersOf(job.flash) : '';
  return (
    <>
      <div className={css['line']}>
        <strong className={css['name']}>{isFinalName(job.name) ? job.name : t('row.nameLater')}</strong>
        <span>{hint === null ? text : t(`row.hand.${hint}`)}</span>
        <small>{numbers}</small>
      </div>
      <ProgressBar share={benchShare(job)} label={t('row.progress', { phase: text })} />
    </>
  );
}

/** A name that still has placeholders is made when the chip has told its MAC. */
function isFinalName(name: string | null): boolean {
  return name !== null && !name.includes('{');
}

/** A phase in words. */
export function useBenchPhase(): (phase: BenchPhase) => string {
  const { t } = useTranslation('bench');
  return (phase) => {
    if (phase.kind === 'replacing') return t('phase.replacing');
    return phase.kind === 'flash' ? t(`phase.flash.${phase.state}`) : t(`phase.step.${phase.step}`);
  };
}
