import { assertNever } from '../../../../shared/domain/assert';
import { BrokerStep } from './broker-step';
import { LookStep } from './look-step';
import { NameStep } from './name-step';
import { NetworkStep } from './network-step';
import { PortStep } from './port-step';
import { ReplaceStep } from './replace-step';
import type { FormStep } from './setup-wizard-state';
import type { StepProps } from './step-props';
import { SummaryStep } from './summary-step';

/** The fields of a step. */
export function StepBody({ step, ...props }: StepProps & { readonly step: FormStep }) {
  switch (step) {
    case 'replace':
      return <ReplaceStep {...props} />;
    case 'port':
      return <PortStep {...props} />;
    case 'look':
      return <LookStep {...props} />;
    case 'network':
      return <NetworkStep {...props} />;
    case 'broker':
      return <BrokerStep {...props} />;
    case 'name':
      return <NameStep {...props} />;
    case 'summary':
      return <SummaryStep {...props} />;
    default:
      return assertNever(step);
  }
}
