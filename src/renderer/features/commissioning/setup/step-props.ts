import type { PortList } from '../../../../shared/api/flash';
import type { SetupDraft } from './setup-draft';
import type { StepFacts, StepProblem } from './setup-request-rules';

/** What every step of the wizard is given. */
export type StepProps = {
  readonly draft: SetupDraft;
  readonly edit: (change: Partial<SetupDraft>) => void;
  readonly facts: StepFacts;
  readonly list: PortList;
  /** What is wrong, once the technician has tried to go on. */
  readonly problems: readonly StepProblem[];
};
