import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { commandKinds, commandStates } from '../../../shared/api/control';
import { usePlant } from '../../connection/plant-store';
import { SelectField } from '../../ui/field';
import { LogFoot, LogPanel } from '../../ui/log-panel';
import { allCommands, type CommandFilterChoice } from './command-list-rules';
import { CommandTable } from './command-table';
import { useCommands } from './use-commands';
import css from './command-filters.module.css';

/** Every command with what became of it, the newest first. */
export function CommandsScreen() {
  const { t } = useTranslation('commands');
  const [filter, setFilter] = useState<CommandFilterChoice>(allCommands);
  return (
    <LogPanel title={t('title')} subtitle={t('subtitle')} filters={<Filters filter={filter} onChange={setFilter} />}>
      <List key={JSON.stringify(filter)} filter={filter} onClear={() => setFilter(allCommands)} />
    </LogPanel>
  );
}

type FilterProps = {
  readonly filter: CommandFilterChoice;
  readonly onChange: (filter: CommandFilterChoice) => void;
};

function Filters({ filter, onChange }: FilterProps) {
  const { t } = useTranslation('commands');
  const devices = usePlant((plant) => plant.devices);
  const choices = useMemo(
    () =>
      Object.values(devices)
        .map(({ id, name }) => ({ value: id as string, label: name || id }))
        .sort((a, b) => a.label.localeCompare(b.label)),
    [devices],
  );
  const kind = commandKinds.find((each) => each === filter.kind);
  const state = commandStates.find((each) => each === filter.state);
  return (
    <div className={css['filters']}>
      <SelectField
        label={t('filter.device')}
        value={filter.deviceId ?? ''}
        onChange={(deviceId) => onChange({ ...filter, deviceId: deviceId || null })}
        options={[{ value: '', label: t('filter.allDevices') }, ...choices]}
      />
      <SelectField
        label={t('filter.kind')}
        value={kind ?? 'all'}
        onChange={(value) => onChange({ ...filter, kind: value === 'all' ? null : value })}
        options={[
          { value: 'all' as const, label: t('filter.allKinds') },
          ...commandKinds.map((value) => ({ value, label: t(`kind.${value}`) })),
        ]}
      />
      <SelectField
        label={t('filter.state')}
        value={state ?? 'all'}
        onChange={(value) => onChange({ ...filter, state: value === 'all' ? null : value })}
        options={[
          { value: 'all' as const, label: t('filter.allStates') },
          ...commandStates.map((value) => ({ value, label: t(`state.${value}`) })),
        ]}
      />
    </div>
  );
}

function List({ filter, onClear }: { readonly filter: CommandFilterChoice; readonly onClear: () => void }) {
  const { t } = useTranslation('commands');
  const { shown, hasOlder, isLoading, error, loadOlder } = useCommands(filter);
  const isFiltered = JSON.stringify(filter) !== JSON.stringify(allCommands);
  return (
    <>
      {shown.length > 0 && <CommandTable commands={shown} />}
      <LogFoot
        isLoading={isLoading}
        error={error}
        isEmpty={shown.length === 0}
        hasOlder={hasOlder}
        onOlder={loadOlder}
        onClear={isFiltered ? onClear : undefined}
        texts={{
          empty: isFiltered ? t('noMatch') : t('empty'),
          clear: t('filter.clear'),
          loading: t('loading'),
          older: t('older'),
          again: t('again'),
          end: t('end'),
        }}
      />
    </>
  );
}
