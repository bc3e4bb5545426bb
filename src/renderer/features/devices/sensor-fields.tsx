import { useTranslation } from 'react-i18next';
import type { SensorConfig } from '../../../shared/wire/messages/config';
import { useSensorTypeName } from '../../plant/labels';
import { SelectField, TextField } from '../../ui/field';
import { busAddresses, busSensorTypes, configurableSensorTypes } from './config-draft-rules';
import { NumberField } from './number-field';

const NAME_CHARS = 32;
const modes = ['continuous', 'on_demand', 'paused'] as const;

export type SensorFieldsProps = { readonly item: SensorConfig; readonly onChange: (item: SensorConfig) => void };

/** What is measured, where, and how often. */
export function SensorFields({ item, onChange }: SensorFieldsProps) {
  const { t } = useTranslation('devices');
  const typeName = useSensorTypeName();
  const isOnBus = busSensorTypes.has(item.sensor_type);
  const types = [...new Set<string>([...configurableSensorTypes, item.sensor_type])];
  const setType = (sensor_type: string) => {
    const { i2c_address: _i2c, onewire_address: _rom, ...rest } = item;
    const address = busAddresses[sensor_type]?.[0];
    onChange({
      ...rest,
      sensor_type,
      gpio: busSensorTypes.has(sensor_type) ? 0 : item.gpio,
      ...(address !== undefined && { i2c_address: address }),
    });
  };
  return (
    <>
      <TextField
        label={t('editor.name')}
        value={item.sensor_name}
        onChange={(sensor_name) => onChange({ ...item, sensor_name })}
        maxLength={NAME_CHARS}
        isRequired
      />
      <SelectField
        label={t('editor.type')}
        value={item.sensor_type}
        onChange={setType}
        options={types.map((value) => ({
          value,
          label: typeName(value) === value ? value : `${typeName(value)} · ${value}`,
        }))}
      />
      <NumberField
        label={t('editor.pin')}
        help={isOnBus ? t('editor.onBus') : undefined}
        isDisabled={isOnBus}
        value={item.gpio}
        range={[0, 48]}
        onChange={(gpio) => onChange({ ...item, gpio })}
      />
      {isOnBus && (
        <SelectField
          label={t('editor.address')}
          value={String(item.i2c_address ?? '')}
          onChange={(value) => onChange({ ...item, i2c_address: Number(value) })}
          options={(busAddresses[item.sensor_type] ?? []).map((address) => ({
            value: String(address),
            label: `0x${address.toString(16)}`,
          }))}
        />
      )}
      {item.sensor_type === 'ds18b20' && (
        <TextField
          label={t('editor.rom')}
          help={t('editor.romHelp')}
          value={item.onewire_address ?? ''}
          maxLength={16}
          error={
            item.onewire_address === undefined || /^[0-9A-Fa-f]{16}$/.test(item.onewire_address)
              ? undefined
              : t('editor.romError')
          }
          onChange={(value) => {
            const { onewire_address: _rom, ...rest } = item;
            onChange(value.trim() === '' ? rest : { ...rest, onewire_address: value.trim().toUpperCase() });
          }}
        />
      )}
      <SelectField
        label={t('editor.mode')}
        value={modes.find((mode) => mode === item.operating_mode) ?? 'continuous'}
        onChange={(operating_mode) => onChange({ ...item, operating_mode })}
        options={modes.map((value) => ({ value, label: t(`editor.modes.${value}`) }))}
      />
      <NumberField
        label={t('editor.interval')}
        value={item.measurement_interval_seconds}
        range={[1, 300]}
        onChange={(measurement_interval_seconds) => onChange({ ...item, measurement_interval_seconds })}
      />
    </>
  );
}
