import { useTranslation } from 'react-i18next';
import type { ZoneView } from '../../shared/api/zones';
import { SelectField, TextField } from '../ui/field';
import { choiceOf, choiceProblem, choiceValue, type ZoneChoice } from './zone-choice-rules';
import { zoneIdFrom } from './zone-model-rules';

const ZONE_NAME_CHARS = 64;

export type ZoneChoiceFieldProps = {
  readonly zones: readonly ZoneView[];
  readonly choice: ZoneChoice;
  readonly onChange: (choice: ZoneChoice) => void;
  /** Offered besides the zones and a new one. */
  readonly other?: 'none' | 'leave' | undefined;
};

/** Chooses a zone of the plant or names a new one. */
export function ZoneChoiceField({ zones, choice, onChange, other }: ZoneChoiceFieldProps) {
  const { t } = useTranslation('devices');
  const typedName = choice.kind === 'new' ? choice.name : '';
  const options = [
    ...(other === 'none' ? [{ value: 'none', label: t('choose.noZone') }] : []),
    ...zones.map(({ id, name }) => ({ value: `zone:${id}`, label: name })),
    { value: 'new', label: t('choose.new') },
    ...(other === 'leave' ? [{ value: 'leave', label: t('choose.leave') }] : []),
  ];
  const problem = typedName === '' ? null : choiceProblem(choice, zones);
  return (
    <>
      <SelectField
        label={t('choose.zone')}
        value={choiceValue(choice)}
        onChange={(value) => onChange(choiceOf(value, typedName))}
        options={options}
        {...(zones.length === 0 && { help: t('choose.noZones') })}
      />
      {choice.kind === 'new' && (
        <TextField
          label={t('choose.newName')}
          value={typedName}
          onChange={(name) => onChange({ kind: 'new', name })}
          maxLength={ZONE_NAME_CHARS}
          error={problem === null ? undefined : t(`choose.${problem}`)}
          help={typedName.trim() === '' ? undefined : t('choose.newHint', { id: zoneIdFrom(typedName, idsOf(zones)) })}
        />
      )}
    </>
  );
}

function idsOf(zones: readonly ZoneView[]): ReadonlySet<string> {
  return new Set(zones.map(({ id }) => id));
}
