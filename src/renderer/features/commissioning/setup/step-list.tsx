import { useTranslation } from 'react-i18next';
import { Check } from 'lucide-react';
import css from './step-list.module.css';
import { stepProblems, type StepFacts } from './setup-request-rules';
import { formSteps, isReached, stepsOf, type FormStep, type WizardState } from './setup-wizard-state';
import { useStepAnswer } from './step-answer';
import { useSetupWizard } from './setup-wizard-store';

export type StepListProps = { readonly wizard: WizardState; readonly facts: StepFacts };

/** Where one is, what was answered, and a way back to each answer. */
export function StepList({ wizard, facts }: StepListProps) {
  const { t } = useTranslation('commissioning');
  return (
    <nav aria-label={t('setup.steps')}>
      <ol className={css['steps']}>
        {stepsOf(wizard).map((step, index) => (
          <li key={step}>
            <StepKey wizard={wizard} facts={facts} step={step} number={index + 1} />
          </li>
        ))}
      </ol>
    </nav>
  );
}

type StepKeyProps = StepListProps & { readonly step: FormStep; readonly number: number };

function StepKey({ wizard, facts, step, number }: StepKeyProps) {
  const { t } = useTranslation('commissioning');
  const send = useSetupWizard((store) => store.send);
  const answer = useStepAnswer(step, wizard.draft, facts);
  const isPresent = step === wizard.step;
  const isBehind = formSteps.indexOf(step) < formSteps.indexOf(wizard.step);
  const isDone = isReached(wizard, step) && !isPresent && stepProblems(step, wizard.draft, facts).length === 0;
  const hasAnswer = isDone || (isBehind && isReached(wizard, step));
  return (
    <button
      type="button"
      className={css['step']}
      aria-current={isPresent ? 'step' : undefined}
      disabled={isPresent || !isReached(wizard, step)}
      onClick={() => send({ type: 'goTo', step })}
    >
      <span className={css['number']}>{isDone ? <Check aria-hidden size={16} strokeWidth={3} /> : number}</span>
      <span className={css['text']}>
        <b>{t(`setup.${step}.short`)}</b>
        <small>{hasAnswer ? answer : ''}</small>
      </span>
    </button>
  );
}
