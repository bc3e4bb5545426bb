import type { ActuatorView } from '../../shared/api/control';
import type { DeviceView } from '../../shared/api/devices';
import type { SensorView } from '../../shared/api/telemetry';
import type { ConnectionState } from '../connection/connection-store';
import { actuatorKey, type Plant } from '../connection/plant-rules';
import type { LiveValue } from '../telemetry/series-hub';
import { comparePriority, type Priority } from '../ui/priority';
import { zoneIdOf, type ZoneKey } from './zone-rules';

/*
 * What is abnormal now, computed from the present state: for the alarm line, the zones' marks and the rail. These are conditions, not
 * managed alarms: they come and go by themselves and can't be acknowledged.
 */

export type ConditionKind =
  | 'consoleLost'
  | 'brokerLost'
  | 'storeFailed'
  | 'storeFull'
  | 'storeReadOnly'
  | 'errorRate'
  | 'breakerOpen'
  | 'emergency'
  | 'sensorBad'
  | 'discrepancy'
  | 'deviceLost'
  | 'sensorStale'
  | 'zoneFailed'
  | 'configFailed'
  | 'deviceUnheard';

export type Condition = {
  readonly id: string;
  readonly kind: ConditionKind;
  readonly priority: Priority;
  /** Undefined: not about a zone. */
  readonly zoneId?: ZoneKey;
  readonly deviceId?: string;
  readonly seriesId?: string;
  readonly actuatorKey?: string;
  /** Name of the sensor, actuator or device. */
  readonly name?: string;
  /** The reason as the console or the device gave it. */
  readonly reason?: string;
  /** Since when, ISO 8601 or Unix ms (console clock); absent where nobody knows. */
  readonly since?: string | number;
};

/** Most urgent first; within a priority in this order. */
const rank: readonly ConditionKind[] = [
  'consoleLost',
  'brokerLost',
  'storeFailed',
  'storeFull',
  'breakerOpen',
  'errorRate',
  'emergency',
  'sensorBad',
  'discrepancy',
  'deviceLost',
  'sensorStale',
  'storeReadOnly',
  'zoneFailed',
  'configFailed',
  'deviceUnheard',
];

export type ConditionInput = {
  readonly plant: Plant;
  readonly connection: { readonly state: ConnectionState; readonly since: number };
  readonly latest: (seriesId: SensorView['seriesId']) => LiveValue;
};

/**
 * All conditions, the most urgent first, then the oldest. While the console itself is lost, the others are the last known ones; every
 * value is old then, which is not said for each of them.
 */
export function conditionsOf({ plant, connection, latest }: ConditionInput): readonly Condition[] {
  const isLost = connection.state === 'lost';
  const approved = Object.values(plant.devices).filter(({ approval }) => approval === 'approved');
  const online = new Map(approved.filter(({ presence }) => presence === 'online').map((device) => [device.id, device]));
  const found: readonly Condition[] = [
    ...(isLost
      ? [{ id: 'consoleLost', kind: 'consoleLost', priority: 'urgent', since: connection.since } as const]
      : []),
    ...consoleConditions(plant),
    ...approved.flatMap(deviceConditions),
    ...Object.values(plant.actuators).flatMap((actuator) =>
      actuatorConditions(actuator, plant.devices[actuator.deviceId]),
    ),
    ...Object.values(plant.sensors).flatMap((sensor) => sensorConditions(sensor, online.get(sensor.deviceId), latest)),
  ];
  return found
    .filter(({ kind }) => !(isLost && kind === 'sensorStale'))
    .sort(
      (a, b) =>
        comparePriority(a.priority, b.priority) ||
        rank.indexOf(a.kind) - rank.indexOf(b.kind) ||
        timeOf(a) - timeOf(b) ||
        a.id.localeCompare(b.id),
    );
}

function timeOf({ since }: Condition): number {
  return since === undefined ? Infinity : new Date(since).getTime();
}

function consoleConditions({ status }: Plant): readonly Condition[] {
  if (!status) return [];
  const { broker, store } = status;
  const found: Condition[] = [];
  if (broker.state !== 'online') {
    const reason = broker.lastError === null ? {} : { reason: broker.lastError };
    found.push({ id: 'brokerLost', kind: 'brokerLost', priority: 'urgent', since: broker.since, ...reason });
  }
  if (store.state !== 'recording') {
    const kind = ({ failed: 'storeFailed', full: 'storeFull', read_only: 'storeReadOnly' } as const)[store.state];
    found.push({ id: kind, kind, priority: 'high', ...(store.message !== null && { reason: store.message }) });
  }
  if (broker.state === 'online' && broker.breaker === 'open')
    found.push({ id: 'breakerOpen', kind: 'breakerOpen', priority: 'high' });
  if (status.errorAlarm.active)
    found.push({
      id: 'errorRate',
      kind: 'errorRate',
      priority: 'high',
      reason: `${Math.round(status.errorAlarm.rate * 100)} %`,
      ...(status.errorAlarm.since !== null && { since: status.errorAlarm.since }),
    });
  return found;
}

function deviceConditions(device: DeviceView): readonly Condition[] {
  const about = { zoneId: zoneIdOf(device), deviceId: device.id, name: device.name || device.id };
  const found: Condition[] = [];
  const { presence, presenceSince: since, presenceReason: reason } = device;
  if (presence === 'offline')
    found.push({ ...about, id: `deviceLost:${device.id}`, kind: 'deviceLost', priority: 'high', since, reason });
  if (presence === 'unknown')
    found.push({ ...about, id: `deviceUnheard:${device.id}`, kind: 'deviceUnheard', priority: 'low', since });
  if (device.zone.state === 'failed') {
    const why = device.zone.reason === undefined ? {} : { reason: device.zone.reason };
    found.push({ ...about, id: `zoneFailed:${device.id}`, kind: 'zoneFailed', priority: 'low', ...why });
  }
  if (Object.values(device.config.state).includes('failed')) {
    found.push({ ...about, id: `configFailed:${device.id}`, kind: 'configFailed', priority: 'low' });
  }
  return found;
}

function actuatorConditions(actuator: ActuatorView, device: DeviceView | undefined): readonly Condition[] {
  if (device?.approval !== 'approved') return [];
  const key = actuatorKey(actuator);
  const about = { zoneId: zoneIdOf(device), deviceId: device.id, actuatorKey: key, name: actuator.name };
  const found: Condition[] = [];
  if (isEmergency(actuator))
    found.push({ ...about, id: `emergency:${key}`, kind: 'emergency', priority: 'high', reason: actuator.emergency });
  if (actuator.discrepancy) {
    const since = actuator.requested === undefined ? {} : { since: actuator.requested.at };
    found.push({ ...about, id: `discrepancy:${key}`, kind: 'discrepancy', priority: 'high', ...since });
  }
  return found;
}

type Held = Pick<ActuatorView, 'emergency' | 'blockedBy'>;

/** `emergency` is a word of the device; anything but `normal` means that it holds the output. */
function isHeld({ emergency }: Held): boolean {
  return emergency !== '' && emergency.toLowerCase() !== 'normal';
}

/** The device holds the output because of a stop that is engaged here: expected, and told by the stop itself. */
export function isStopped(actuator: Held): boolean {
  return isHeld(actuator) && actuator.blockedBy.some(({ details }) => details?.['stopId'] !== undefined);
}

/** The device holds the output although no stop is engaged here. */
export function isEmergency(actuator: Held): boolean {
  return isHeld(actuator) && !isStopped(actuator);
}

/** Sensors of a lost device are not listed one by one: the device is. */
function sensorConditions(
  sensor: SensorView,
  device: DeviceView | undefined,
  latest: ConditionInput['latest'],
): readonly Condition[] {
  if (!device) return [];
  const { quality, isStale, at } = latest(sensor.seriesId);
  const about = { zoneId: zoneIdOf(device), deviceId: device.id, seriesId: sensor.seriesId, name: sensor.name };
  if (at === null) return [];
  if (isStale)
    return [{ ...about, id: `sensorStale:${sensor.seriesId}`, kind: 'sensorStale', priority: 'high', since: at }];
  if (quality !== 'critical' && quality !== 'error') return [];
  return [{ ...about, id: `sensorBad:${sensor.seriesId}`, kind: 'sensorBad', priority: 'urgent', reason: quality }];
}

/** The worst priority of some conditions. */
export function worstOf(conditions: readonly Condition[]): Priority {
  return conditions.reduce<Priority>(
    (worst, { priority }) => (comparePriority(priority, worst) < 0 ? priority : worst),
    'none',
  );
}
