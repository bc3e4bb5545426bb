import { useTranslation } from 'react-i18next';
import type { SensorView } from '../../shared/api/telemetry';
import { sensorTypes, type SensorType } from '../../shared/domain/sensor-types';
import type { Condition } from './condition-rules';
import { usePresenceReason } from './presence-reason';

/** The name of a sensor: the one it was given, else its type in words. */
export function useSensorName(): (sensor: Pick<SensorView, 'name' | 'type'>) => string {
  const typeName = useSensorTypeName();
  return ({ name, type }) => (name.trim() === '' || name === type ? typeName(type) : name);
}

/** A sensor type in words; the raw name where it is not known. */
export function useSensorTypeName(): (type: string) => string {
  const { t } = useTranslation();
  return (type) => (Object.hasOwn(sensorTypes, type) ? t(`sensorType.${type as SensorType}`) : type);
}

/** The sentence of a condition. */
export function useConditionText(): (condition: Condition) => string {
  const { t } = useTranslation();
  const reasonText = usePresenceReason();
  return ({ kind, name = '', reason = '' }) => {
    if (kind === 'sensorBad') return t(`condition.sensorBad.${reason === 'error' ? 'error' : 'critical'}`, { name });
    if (kind === 'deviceLost') return t('condition.deviceLost', { name, reason: reasonText(reason) });
    const sentence = t(`condition.${kind}`, { name });
    return kind === 'emergency' || reason === '' ? sentence : `${sentence} (${reason})`;
  };
}
