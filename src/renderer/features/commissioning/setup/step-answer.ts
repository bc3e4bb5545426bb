import { useTranslation } from 'react-i18next';
import { displayNameOf } from '../../../plant/device-name';
import type { SetupDraft } from './setup-draft';
import type { StepFacts } from './setup-request-rules';
import type { FormStep } from './setup-wizard-state';

/** What was answered in a step, in a word or two. */
export function useStepAnswer(step: FormStep, draft: SetupDraft, { look, devices, zones }: StepFacts): string {
  const { t } = useTranslation('commissioning');
  const { wifi, broker, name, zone } = draft;
  switch (step) {
    case 'replace':
      return displayNameOf(draft.replaces ?? '', devices);
    case 'port':
      return draft.port ?? '';
    case 'look':
      return look.name === 'found' ? look.inspection.chip : '';
    case 'network':
      return wifi.ssid;
    case 'broker':
      return `${broker.host}:${broker.port}`;
    case 'name': {
      if (draft.replaces !== null) return t('setup.name.moved');
      const zoneName =
        zone.kind === 'new' ? zone.name : zone.kind === 'zone' ? zones.find(({ id }) => id === zone.zoneId)?.name : '';
      return [name.trim(), zoneName].filter(Boolean).join(' · ');
    }
    case 'summary':
      return '';
  }
}
