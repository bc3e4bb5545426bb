import { useTranslation } from 'react-i18next';
import type { SensorView } from '../../shared/api/telemetry';
import { sensorTypes, type SensorType } from '../../shared/domain/sensor-types';
import { usePlant } from '../connection/plant-store';
import { useActuatorName } from '../control/actuator-texts';
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
  const subjectOf = useSubjectName();
  return (condition) => {
    const { kind, reason = '' } = condition;
    const name = subjectOf(condition);
    if (kind === 'sensorBad') return t(`condition.sensorBad.${reason === 'error' ? 'error' : 'critical'}`, { name });
    if (kind === 'deviceLost') return t('condition.deviceLost', { name, reason: reasonText(reason) });
    const sentence = t(`condition.${kind}`, { name });
    return kind === 'emergency' || reason === '' ? sentence : `${sentence} (${reason})`;
  };
}

/** What a condition is about; a sensor or an actuator without a name of its own is called by its kind. */
function useSubjectName(): (condition: Condition) => string {
  const sensorName = useSensorName();
  const actuatorName = useActuatorName();
  return ({ name = '', seriesId, actuatorKey }) => {
    const { sensors, actuators } = usePlant.getState();
    const sensor = seriesId === undefined ? undefined : sensors[seriesId];
    const actuator = actuatorKey === undefined ? undefined : actuators[actuatorKey];
    return sensor ? sensorName(sensor) : actuator ? actuatorName(actuator) : name;
  };
}
