import { describe, expect, test } from 'vitest';
import { applyStateEvent, emptyPlant } from '../../../../src/renderer/connection/plant-rules';
import type { CommandView } from '../../../../src/shared/api/control';
import type { JournalEntry } from '../../../../src/shared/api/journal';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { actuatorOf, deviceOf, noonMs, sensorOf, stateEventOf, statusOf, zoneOf } from '../plant-fixtures';

const snapshot = stateEventOf({
  isSnapshot: true,
  status: statusOf(),
  devices: [deviceOf('ESP_1'), deviceOf('ESP_2')],
  zones: [zoneOf('zone_1')],
  sensors: [sensorOf('ESP_1', 4, 'ds18b20')],
  actuators: [actuatorOf('ESP_1', 18), actuatorOf('ESP_2', 18)],
});
const loaded = applyStateEvent(emptyPlant, snapshot);

const entryAt = (second: number): JournalEntry => ({
  id: String(second),
  at: new Date(noonMs + second * 1000).toISOString(),
  kind: 'device.online',
  actor: 'system:console',
  message: '',
  details: {},
});

const commandAt = (second: number): CommandView => ({
  id: `c${second}`,
  deviceId: 'ESP_1' as DeviceId,
  gpio: 18,
  command: 'ON',
  state: 'applied',
  kind: 'actuator',
  issuedBy: 'user:operator',
  at: new Date(noonMs + second * 1000).toISOString(),
  history: [],
});

describe("the page's copy of the plant", () => {
  test('is filled by a snapshot, by id', () => {
    expect(loaded).toEqual({
      ...emptyPlant,
      isLoaded: true,
      status: statusOf(),
      devices: { ESP_1: deviceOf('ESP_1'), ESP_2: deviceOf('ESP_2') },
      zones: { zone_1: zoneOf('zone_1') },
      sensors: { 'ESP_1:4:ds18b20': sensorOf('ESP_1', 4, 'ds18b20') },
      actuators: { 'ESP_1:18': actuatorOf('ESP_1', 18), 'ESP_2:18': actuatorOf('ESP_2', 18) },
    });
  });

  test('replaces what changed and keeps everything else as the same objects', () => {
    const changed = deviceOf('ESP_2', { presence: 'offline' });
    const next = applyStateEvent(loaded, stateEventOf({ devices: [changed] }));
    expect(next.devices['ESP_2']).toEqual(changed);
    expect(next.devices['ESP_1']).toBe(loaded.devices['ESP_1']);
    expect(next.zones).toBe(loaded.zones);
    expect(next.actuators).toBe(loaded.actuators);
    expect(next.events).toBe(loaded.events);
  });

  test('keeps the object when the console repeats an unchanged one', () => {
    const next = applyStateEvent(loaded, stateEventOf({ devices: [deviceOf('ESP_1')] }));
    expect(next.devices['ESP_1']).toBe(loaded.devices['ESP_1']);
  });

  test('a second snapshot takes away what is gone and keeps the identity of what is equal', () => {
    const next = applyStateEvent(loaded, stateEventOf({ isSnapshot: true, devices: [deviceOf('ESP_1')] }));
    expect(Object.keys(next.devices)).toEqual(['ESP_1']);
    expect(next.devices['ESP_1']).toBe(loaded.devices['ESP_1']);
    expect(next.zones).toEqual({});
  });

  test('a removed device takes its actuators with it', () => {
    const removed = { devices: ['ESP_1'], zones: [], sensors: ['ESP_1:4:ds18b20'] };
    const next = applyStateEvent(loaded, stateEventOf({ removed }));
    expect([Object.keys(next.devices), Object.keys(next.sensors), Object.keys(next.actuators)]).toEqual([
      ['ESP_2'],
      [],
      ['ESP_2:18'],
    ]);
  });

  test('events stand newest first, each once, at most 500', () => {
    const many = Array.from({ length: 400 }, (_, index) => entryAt(index));
    const first = applyStateEvent(emptyPlant, stateEventOf({ events: many }));
    const next = applyStateEvent(
      first,
      stateEventOf({ events: Array.from({ length: 201 }, (_, index) => entryAt(index + 399)) }),
    );
    expect([next.events.length, next.events[0]?.id, next.events.at(-1)?.id]).toEqual([500, '599', '100']);
  });

  test('only the newest 500 commands are kept', () => {
    const next = applyStateEvent(
      emptyPlant,
      stateEventOf({ commands: Array.from({ length: 520 }, (_, index) => commandAt(index)) }),
    );
    expect([Object.keys(next.commands).length, next.commands['c19'], next.commands['c20']?.id]).toEqual([
      500,
      undefined,
      'c20',
    ]);
  });
});
