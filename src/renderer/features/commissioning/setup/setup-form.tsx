import { useEffect, useRef, type FormEvent, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { PortList } from '../../../../shared/api/flash';
import { useConnection } from '../../../connection/connection-store';
import { Button } from '../../../ui/button';
import { Notice } from '../../../ui/notice';
import { useRequest } from '../../../ui/use-request';
import { CallError } from '../job-error';
import { RunningLine } from './running-line';
import css from './setup-form.module.css';
import { stepProblems, type StepProblem } from './setup-request-rules';
import { stepsOf, type FormStep } from './setup-wizard-state';
import { useSetupWizard } from './setup-wizard-store';
import { startSetup } from './start-setup';
import { StepBody } from './step-body';
import { StepList } from './step-list';
import { useStepFacts } from './use-step-facts';

/** Problems that are shown at their fields, or where the step explains them. */
const fieldProblems: ReadonlySet<StepProblem> = new Set<StepProblem>([
  'ssid_empty',
  'ssid_long',
  'ssid_control',
  'password_length',
  'host_empty',
  'host_form',
  'port_form',
  'username_empty',
  'name_control',
  'loopback_only',
]);

/** The steps of the wizard: one decision each; Enter goes on, and what was typed stays whatever happens. */
export function SetupForm({ list }: { readonly list: PortList }) {
  const { t } = useTranslation('commissioning');
  const wizard = useSetupWizard((store) => store.wizard);
  const send = useSetupWizard((store) => store.send);
  const facts = useStepFacts(list);
  const isLive = useConnection(({ state }) => state === 'live');
  const { isWorking, error, run, reset } = useRequest();
  const { step, draft, hasTried } = wizard;
  const form = useRef<HTMLFormElement>(null);
  useStepFocus(form, step);
  useEnter(form);
  const problems = stepProblems(step, draft, facts);
  const shownProblems = hasTried ? problems : [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isLive || isWorking) return;
    if (problems.length > 0) {
      send({ type: 'refused' });
      focusInvalid(form);
    } else if (step === 'summary') void run(() => startSetup(draft));
    else send({ type: 'next' });
  };
  const back = () => {
    reset();
    send({ type: 'back' });
  };
  const isFirst = stepsOf(wizard)[0] === step;
  return (
    <div className={css['wizard']}>
      <StepList wizard={wizard} facts={facts} />
      <form className={css['panel']} ref={form} onSubmit={submit} noValidate>
        <RunningLine />
        <h2 className={css['heading']} tabIndex={-1}>
          {t(step === 'name' && draft.replaces !== null ? 'setup.moved.title' : `setup.${step}.title`)}
        </h2>
        <div className={css['body']}>
          <StepBody
            step={step}
            draft={draft}
            edit={(change) => send({ type: 'edit', change })}
            facts={facts}
            list={list}
            problems={shownProblems}
          />
          <CallError error={error} />
        </div>
        <Reasons problems={shownProblems.filter((problem) => !fieldProblems.has(problem))} />
        <div className={css['foot']}>
          {isFirst ? <span /> : <Button onPress={back}>{t('setup.back')}</Button>}
          <Button type="submit" variant="primary" isDisabled={!isLive} isPending={isWorking}>
            {t(step === 'summary' ? (isWorking ? 'setup.starting' : 'setup.start') : 'setup.next')}
          </Button>
        </div>
      </form>
    </div>
  );
}

/** Why the step is not complete, just above the key that was pressed. */
function Reasons({ problems }: { readonly problems: readonly StepProblem[] }) {
  const { t } = useTranslation('commissioning');
  return problems.map((problem) => (
    <Notice key={problem} priority="high" announce="alert">
      {t(`setup.problem.${problem}`)}
    </Notice>
  ));
}

/** Enter goes on from the heading and from a list too; a key that is held down does not run through the steps. */
function useEnter(form: RefObject<HTMLFormElement | null>): void {
  useEffect(() => {
    const element = form.current;
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.target instanceof HTMLElement)) return;
      const isSilent = event.target.localName === 'h2' || event.target.localName === 'select';
      if (event.repeat || isSilent) event.preventDefault();
      if (!event.repeat && isSilent) element?.requestSubmit();
    };
    element?.addEventListener('keydown', press);
    return () => element?.removeEventListener('keydown', press);
  }, [form]);
}

const firstField = 'input:not([type="radio"]):not([type="checkbox"]):enabled, select:enabled';

/** A new step takes the focus: with its chosen row, else its first field, else its heading. Not on entry: the page has not asked for it. */
function useStepFocus(form: RefObject<HTMLFormElement | null>, step: FormStep): void {
  const last = useRef(step);
  useEffect(() => {
    if (last.current === step) return;
    last.current = step;
    const body = form.current?.querySelector(`.${css['body'] ?? ''}`);
    const target =
      body?.querySelector<HTMLElement>('input[type="radio"]:checked:enabled') ??
      body?.querySelector<HTMLElement>(firstField) ??
      form.current?.querySelector<HTMLElement>('h2');
    target?.focus({ preventScroll: true });
    document.querySelector('main')?.scrollTo(0, 0);
  }, [form, step]);
}

/** After the reasons were drawn, the first field that is wrong takes the focus. */
function focusInvalid(form: RefObject<HTMLFormElement | null>): void {
  requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[data-invalid] input')?.focus());
}
