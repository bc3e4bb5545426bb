import { Check, ChevronRight, Minus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Mark } from '../../../ui/mark';
import css from './phase-list.module.css';
import { usePhaseText } from './phase-text';
import type { Phase, PhaseState } from './setup-progress-rules';

const groups = ['flash', 'provisioning', 'replacement'] as const;

/** All phases with their states. The rows are the same from the first moment on, so nothing moves. */
export function PhaseList({ phases, isOver }: { readonly phases: readonly Phase[]; readonly isOver: boolean }) {
  const { t } = useTranslation('commissioning');
  return (
    <div className={css['groups']}>
      {groups.map((group) => {
        const rows = phases.filter((phase) => phase.group === group);
        return (
          rows.length > 0 && (
            <section key={group} className={css['group']}>
              <h3>{t(`setup.group.${group}`)}</h3>
              <ul className={css['rows']}>
                {rows.map((phase) => (
                  <PhaseRow key={phase.id} phase={phase} isOver={isOver} />
                ))}
              </ul>
            </section>
          )
        );
      })}
    </div>
  );
}

function PhaseRow({ phase, isOver }: { readonly phase: Phase; readonly isOver: boolean }) {
  const { t } = useTranslation('commissioning');
  const phaseText = usePhaseText();
  // Of a setup that ended, what did not happen does not wait any more.
  const state = isOver && phase.state === 'waiting' ? 'notReached' : phase.state;
  return (
    <li className={css['row']} data-state={phase.state}>
      <PhaseMark state={phase.state} />
      <span>{phaseText(phase)}</span>
      <span className={css['detail']}>{phase.detail ?? ''}</span>
      <span className={css['state']}>{t(`setup.phaseState.${state}`)}</span>
    </li>
  );
}

function PhaseMark({ state }: { readonly state: PhaseState }) {
  switch (state) {
    case 'done':
      return <Check aria-hidden size={18} strokeWidth={3} />;
    case 'running':
      return <ChevronRight aria-hidden size={20} strokeWidth={3} />;
    case 'failed':
      return <Mark priority="high" size="small" />;
    case 'skipped':
      return <Minus aria-hidden size={18} />;
    case 'waiting':
      return <span aria-hidden />;
  }
}
