import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { usePlant } from '../../connection/plant-store';
import { Button } from '../../ui/button';
import { SelectField } from '../../ui/field';
import { knownKinds, useKindName } from './journal-kinds';
import { deviceChoices, kindsOf, noFilter, type JournalFilter } from './journal-rules';
import css from './journal-filters.module.css';

export type JournalFiltersProps = {
  readonly filter: JournalFilter;
  readonly onChange: (filter: JournalFilter) => void;
};

/** By kind and by device. */
export function JournalFilters({ filter, onChange }: JournalFiltersProps) {
  const { t } = useTranslation('journal');
  const kindName = useKindName();
  const devices = usePlant((plant) => plant.devices);
  // Kinds and devices that we do not know are offered once they have occurred.
  const entries = usePlant((plant) => plant.events);
  const choices = useMemo(() => deviceChoices(devices, entries, filter.deviceId), [devices, entries, filter.deviceId]);
  const kinds = kindsOf(entries, filter.kind === null ? knownKinds : [...knownKinds, filter.kind])
    .map((kind) => ({ value: kind, label: kindName(kind) }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <div className={css['filters']}>
      <SelectField
        label={t('filter.kind')}
        value={filter.kind ?? ''}
        onChange={(kind) => onChange({ ...filter, kind: kind || null })}
        options={[{ value: '', label: t('filter.allKinds') }, ...kinds]}
      />
      <SelectField
        label={t('filter.device')}
        value={filter.deviceId ?? ''}
        onChange={(deviceId) => onChange({ ...filter, deviceId: deviceId || null })}
        options={[{ value: '', label: t('filter.allDevices') }, ...choices]}
      />
      <Button isDisabled={filter.kind === null && filter.deviceId === null} onPress={() => onChange(noFilter)}>
        {t('filter.clear')}
      </Button>
    </div>
  );
}
