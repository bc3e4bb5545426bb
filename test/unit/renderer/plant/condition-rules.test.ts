import { describe, expect, test } from 'vitest';
import { emptyPlant, type Plant } from '../../../../src/renderer/connection/plant-rules';
import { conditionsOf, worstOf, type Condition } from '../../../../src/renderer/plant/condition-rules';
import { noValue, type LiveValue } from '../../../../src/renderer/telemetry/series-hub';
import { actuatorOf, deviceOf, noon, noonMs, sensorOf, statusOf } from '../plant-fixtures';

const good: LiveValue = { value: 20, at: noonMs, quality: 'good', isStale: false };
const live = { state: 'live', since: noonMs } as const;

function conditions(
  plant: Partial<Plant>,
  latest: LiveValue = good,
  connection: { state: 'live' | 'lost'; since: number } = live,
) {
  return conditionsOf({
    plant: { ...emptyPlant, isLoaded: true, status: statusOf(), ...plant },
    connection,
    latest: () => latest,
  });
}

const brief = (found: readonly Condition[]) => found.map(({ kind, priority }) => `${priority} ${kind}`);
const { broker, store } = statusOf();
const sensor = sensorOf('ESP_1', 4, 'ds18b20');
const withSensor = { devices: { ESP_1: deviceOf('ESP_1') }, sensors: { [sensor.seriesId]: sensor } };

describe('conditions', () => {
  test('a quiet plant has none', () => {
    expect(conditions({ ...withSensor, actuators: { 'ESP_1:18': actuatorOf('ESP_1', 18) } })).toEqual([]);
  });

  test.each([
    ['full', 'high storeFull'],
    ['failed', 'high storeFailed'],
    ['read_only', 'high storeReadOnly'],
  ] as const)('a store that is %s', (state, expected) => {
    expect(brief(conditions({ status: statusOf({ store: { ...store, state } }) }))).toEqual([expected]);
  });

  test('a lost broker carries its last error and its time', () => {
    const lost = statusOf({ broker: { ...broker, state: 'offline', lastError: 'refused' } });
    expect(conditions({ status: lost })).toEqual([
      { id: 'brokerLost', kind: 'brokerLost', priority: 'urgent', since: noon, reason: 'refused' },
    ]);
  });

  test('a lost device is named with zone, time and reason', () => {
    const lost = deviceOf('ESP_1', { presence: 'offline', presenceReason: 'heartbeat_timeout' });
    expect(conditions({ devices: { ESP_1: lost } })).toEqual([
      {
        id: 'deviceLost:ESP_1',
        kind: 'deviceLost',
        priority: 'high',
        zoneId: 'zone_1',
        deviceId: 'ESP_1',
        name: 'Device ESP_1',
        since: noon,
        reason: 'heartbeat_timeout',
      },
    ]);
  });

  test('a device that is not approved raises none', () => {
    const pending = deviceOf('ESP_1', { approval: 'pending', presence: 'offline' });
    const actuator = actuatorOf('ESP_1', 18, { emergency: 'active', discrepancy: true });
    expect(
      conditions({ devices: { ESP_1: pending }, sensors: withSensor.sensors, actuators: { 'ESP_1:18': actuator } }),
    ).toEqual([]);
  });

  test.each([
    ['critical', 'urgent sensorBad'],
    ['error', 'urgent sensorBad'],
  ] as const)('a reading of quality %s', (quality, expected) => {
    expect(brief(conditions(withSensor, { ...good, quality }))).toEqual([expected]);
  });

  test.each(['good', 'fair', 'poor', 'suspect', 'unknown'] as const)(
    'a reading of quality %s raises none',
    (quality) => {
      expect(conditions(withSensor, { ...good, quality })).toEqual([]);
    },
  );

  test('a stale value of a device that is there is one, a value that never came is none', () => {
    expect(brief(conditions(withSensor, { ...good, isStale: true }))).toEqual(['high sensorStale']);
    expect(conditions(withSensor, noValue)).toEqual([]);
  });

  test('the sensors of a lost device are not listed one by one', () => {
    const lost = { ...withSensor, devices: { ESP_1: deviceOf('ESP_1', { presence: 'offline' }) } };
    expect(brief(conditions(lost, { ...good, isStale: true }))).toEqual(['high deviceLost']);
  });

  test('an actuator that is held by its device, or does not follow', () => {
    const actuator = actuatorOf('ESP_1', 18, { emergency: 'active', discrepancy: true });
    const found = conditions({ devices: { ESP_1: deviceOf('ESP_1') }, actuators: { 'ESP_1:18': actuator } });
    expect(brief(found)).toEqual(['high emergency', 'high discrepancy']);
  });

  test('the most urgent stands first, then the order of kinds', () => {
    const plant = {
      status: statusOf({ broker: { ...broker, state: 'offline' }, store: { ...store, state: 'full' } }),
      devices: { ESP_1: deviceOf('ESP_1', { presence: 'offline' }), ESP_2: deviceOf('ESP_2', { presence: 'unknown' }) },
    };
    expect(brief(conditions(plant))).toEqual([
      'urgent brokerLost',
      'high storeFull',
      'high deviceLost',
      'low deviceUnheard',
    ]);
  });

  test('without the console the last known ones follow, but no stale values', () => {
    const plant = { ...withSensor, actuators: { 'ESP_1:18': actuatorOf('ESP_1', 18, { discrepancy: true }) } };
    const found = conditions(plant, { ...good, isStale: true }, { state: 'lost', since: noonMs });
    expect(brief(found)).toEqual(['urgent consoleLost', 'high discrepancy']);
  });

  test('a refused zone or configuration is a note', () => {
    const device = deviceOf('ESP_1', {
      zone: { desired: null, confirmed: null, state: 'failed', reason: 'id too long' },
      config: {
        desired: null,
        confirmed: null,
        state: { sensors: 'failed', actuators: 'none', offlineRules: 'none' },
        failures: [],
      },
    });
    expect(brief(conditions({ devices: { ESP_1: device } }))).toEqual(['low zoneFailed', 'low configFailed']);
  });
});

test('the worst of some conditions gives a zone its mark', () => {
  const of = (...priorities: readonly Condition['priority'][]) =>
    priorities.map((priority, index) => ({ id: String(index), kind: 'deviceLost', priority }) as const);
  expect([worstOf([]), worstOf(of('low', 'high')), worstOf(of('high', 'urgent', 'low'))]).toEqual([
    'none',
    'high',
    'urgent',
  ]);
});
