import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { ContractWatch } from '../../../../src/main/devices/contract-watch';
import { registerDeviceHandlers } from '../../../../src/main/devices/device-handler';
import { deviceView } from '../../../../src/main/devices/device-record';
import { DeviceReports } from '../../../../src/main/devices/device-reports';
import { registerReportHandlers } from '../../../../src/main/devices/report-handler';
import { HandlerRegistry } from '../../../../src/main/link/handler-registry';
import { deviceViewSchema } from '../../../../src/shared/api/devices';
import { A, B, beat as parsedBeat, dispatch, found, openCore, type Core } from './core-bench';

let core: Core;
const send = (path: string, payload: unknown, options: Parameters<typeof dispatch>[3] = {}) =>
  dispatch(core, path, payload, options);
const device = () => found(core.registry.get(A));
const warning = (code: string) => device().warnings.get(code);
const beat = { ts: 0, uptime: 1, heap_free: 1, wifi_rssi: -1 };
const report = { heap_free: 5, wifi_rssi: -70 };

beforeEach(() => {
  core = openCore();
  registerDeviceHandlers(core.messages, core.devices, core.configuration);
  registerReportHandlers(core.messages, new DeviceReports(core.registry, core.devices));
  core.approved(A);
});

describe('diagnostics (conformance J2)', () => {
  it('are kept as they came, with their receive time, and stored', () => {
    send('system/diagnostics', {
      ...report,
      ts: 12_420,
      heap_min_free: 3,
      wifi_connected: true,
      boot_reason: 'POWERON',
    });
    expect(device().diagnostics).toEqual({
      receivedAt: core.clock.iso,
      values: { ...report, heap_min_free: 3, wifi_connected: true, boot_reason: 'POWERON' },
    });
    expect(deviceViewSchema.safeParse(deviceView(device())).success).toBe(true);
    const stored = device().diagnostics;
    core = core.restart();
    expect(device().diagnostics).toEqual(stored);
  });

  it.each([
    ['without heap_free', { wifi_rssi: -70 }],
    ['with heap_free as text', { heap_free: '5', wifi_rssi: -70 }],
    ['without wifi_rssi', { heap_free: 5 }],
    ['of schema 2 without its segment', { ...report, metrics_schema_version: 2 }],
  ])('%s are ignored and counted', (_name, payload) => {
    send('system/diagnostics', payload);
    expect([device().diagnostics, device().counters.malformed]).toEqual([null, 1]);
  });

  it('show an unknown word as UNKNOWN, and as it came in the warning, until a known one comes', () => {
    send('system/diagnostics', { ...report, mqtt_cb_state: 'AJAR', wdt_mode: 'ASLEEP', system_state: 'zzz' });
    expect(device().diagnostics?.values).toMatchObject({
      mqtt_cb_state: 'UNKNOWN',
      wdt_mode: 'UNKNOWN',
      system_state: 'UNKNOWN',
    });
    expect([
      warning('unknown_mqtt_cb_state')?.raw,
      warning('unknown_wdt_mode')?.raw,
      warning('unknown_system_state')?.raw,
    ]).toEqual(['AJAR', 'ASLEEP', 'zzz']);
    expect(device().health).not.toHaveProperty('systemState');
    send('system/diagnostics', { ...report, mqtt_cb_state: 'OPEN' });
    expect([...device().warnings.keys()]).toEqual([]);
  });

  it('of an unknown device make none', () => {
    send('system/diagnostics', report, { id: B });
    expect(core.registry.get(B)).toBeUndefined();
  });
});

describe('counters beside the heartbeat', () => {
  it('that come before the first heartbeat wait for it', () => {
    send('system/heartbeat_metrics', { publish_queue_fill: 2 }, { id: B });
    core.clock.advance(60_000);
    send('system/heartbeat', beat, { id: B });
    expect(found(core.registry.get(B)).health.metrics).toEqual({
      publish_queue_fill: 2,
      metrics_freshness_seconds: 60,
    });
  });

  it('are no longer shown once they are older than two minutes', () => {
    send('system/heartbeat_metrics', { publish_queue_fill: 2 });
    core.clock.advance(120_001);
    send('system/heartbeat', beat);
    expect(device().health).not.toHaveProperty('metrics');
  });

  it('say when the device refused an acknowledgement', () => {
    send('system/heartbeat_metrics', { handover_contract_last_reject: 'NONE' });
    expect(warning('handover_rejected')).toBeUndefined();
    send('system/heartbeat_metrics', { handover_contract_last_reject: 'MISSING_ACTIVE_SESSION_EPOCH' });
    expect(warning('handover_rejected')?.raw).toBe('MISSING_ACTIVE_SESSION_EPOCH');
  });
});

describe('an error of a device', () => {
  it('is journaled with the word of its severity, its category and the time of the device', () => {
    send('system/error', { error_code: 1011, severity: 3, category: 'hw', message: 'no answer', ts: 1_777_012_450 });
    expect(core.entries.at(-1)).toMatchObject({
      kind: 'device.error',
      deviceId: A,
      actor: `device:${A}`,
      message: `${A}: no answer (error 1011)`,
      details: { code: 1011, severity: 'critical', category: 'HARDWARE', deviceTime: '2026-04-24T06:34:10.000Z' },
    });
  });

  it('of unknown severity and category is recorded as an error of the system, flagged with the words', () => {
    send('system/error', { error_code: 9, severity: 'dire', category: 'COSMIC' });
    expect(core.entries.at(-1)?.details).toEqual({
      code: 9,
      severity: 'error',
      category: 'SYSTEM',
      raw: { severity: 'dire', category: 'COSMIC' },
    });
    expect([warning('unknown_error_severity')?.raw, warning('unknown_error_category')?.raw]).toEqual([
      'dire',
      'COSMIC',
    ]);
  });
});

describe('queue pressure (conformance I8)', () => {
  it('is over after ten minutes without news', () => {
    send('system/queue_pressure', { event: 'ENTER', queue_fill: 6 });
    core.clock.advance(590_000);
    expect(warning('queue_pressure')?.raw).toBe('6');
    core.clock.advance(10_000);
    expect(warning('queue_pressure')).toBeUndefined();
  });

  it('is over when the device restarts', () => {
    send('system/heartbeat', { ...beat, boot_sequence_id: 'b1' });
    send('system/queue_pressure', { event: 'entered_pressure' });
    send('system/heartbeat', { ...beat, boot_sequence_id: 'b2' });
    expect(warning('queue_pressure')).toBeUndefined();
  });

  it('is neither begun nor over by an unknown event, which is flagged', () => {
    send('system/queue_pressure', { event: 'sighing' });
    expect([...device().warnings.keys()]).toEqual(['unknown_pressure_event']);
    send('system/queue_pressure', { event: 'entered_pressure' });
    send('system/queue_pressure', { event: 'sighing' });
    expect(warning('queue_pressure')).toBeDefined();
  });
});

describe('a life-cycle event', () => {
  it('is journaled with what it tells', () => {
    send('system/intent_outcome/lifecycle', {
      schema: 'config_pending_lifecycle_v1',
      event_type: 'exit_blocked_config_pending',
      readiness_decision: 'MISSING_SENSORS',
      sensor_count: 0,
    });
    expect(JSON.parse(JSON.stringify(core.entries.at(-1)?.details))).toEqual({
      event: 'exit_blocked_config_pending',
      schema: 'config_pending_lifecycle_v1',
      decision: 'MISSING_SENSORS',
      sensorCount: 0,
    });
    expect(device().warnings.size).toBe(0);
  });

  it('that the contract does not know is journaled all the same, and flagged', () => {
    send('system/intent_outcome/lifecycle', { schema: 'dreams_v1', event_type: 'dreaming' });
    expect([core.entries.at(-1)?.kind, [...device().warnings.keys()]]).toEqual([
      'device.lifecycle',
      ['unknown_lifecycle_event', 'unknown_lifecycle_schema'],
    ]);
  });

  it('that is a step of one intent is only counted; an unknown step is flagged', () => {
    const before = [core.entries.length, device().counters.messages] as const;
    send('system/intent_outcome/lifecycle', {
      schema: 'intent_chain_stage_v1',
      event_type: 'intent_chain_stage',
      stage: 'tea_break',
    });
    expect([core.entries.length, device().counters.messages]).toEqual([before[0], before[1] + 1]);
    expect(warning('unknown_lifecycle_stage')?.raw).toBe('tea_break');
  });
});

describe('words beyond the contract', () => {
  it.each([
    ['system/will', { reason: 'cosmic_ray' }, 'unknown_will_reason', 'cosmic_ray'],
    ['system/heartbeat', { ...beat, reset_reason: 'FATE' }, 'unknown_reset_reason', 'FATE'],
    ['system/heartbeat', { ...beat, config_status: { state: 99 } }, 'unknown_system_state', '99'],
    ['system/heartbeat', { ...beat, esp_id: B }, 'foreign_id', B],
    ['session/announce', { handover_epoch: 1, esp_id: B }, 'foreign_id', B],
  ])('on %s raise a warning with the word (%o)', (path, payload, code, raw) => {
    send(path, payload);
    expect(warning(code)).toMatchObject({ raw, count: 1 });
  });

  it('are cut to what a screen can show', () => {
    send('system/will', { reason: 'x'.repeat(5_000) });
    expect(warning('unknown_will_reason')?.raw?.length).toBe(120);
  });

  it('of a device that nobody knows raise nothing', () => {
    send('system/will', { reason: 'cosmic_ray' }, { id: B });
    expect([core.registry.all().length, core.counters.handlerErrors]).toEqual([1, 0]);
  });
});

describe('a flood', () => {
  it('is bounded, counted and shown once per second; readings of others are not its business', () => {
    core.clock.advance(60_000);
    for (let count = 0; count < 1_000; count += 1) send('system/error', { error_code: 1, severity: 1 });
    expect([core.counters.limited, device().counters.limited, warning('flooding')]).toMatchObject([
      800,
      800,
      { count: 1 },
    ]);
    expect(core.kinds().filter((kind) => kind === 'device.error').length).toBe(60);
    core.clock.advance(1_000);
    for (let count = 0; count < 100; count += 1) send('system/error', { error_code: 1, severity: 1 });
    expect([device().counters.limited, warning('flooding')?.count]).toEqual([880, 2]);
    core.clock.advance(70_000);
    expect(warning('flooding')).toBeUndefined();
    expect(core.entries.at(-1)?.message).toBe(`${A}: 160 further events of this minute were not recorded one by one`);
  });

  it('of heartbeats is answered twenty times and then five times a second', () => {
    core.connection.take();
    for (let count = 0; count < 500; count += 1) send('system/heartbeat', count % 2 ? beat : {});
    expect(core.connection.to('heartbeat/ack').length).toBe(20);
    expect(core.counters.malformed).toBe(250);
  });

  it('of wills and heartbeats fills the journal no faster', () => {
    for (let count = 0; count < 200; count += 1) {
      core.devices.will(A, { reason: 'crash', timestamp: 0 }, false);
      core.devices.heartbeat(A, parsedBeat());
    }
    expect(
      core.kinds().filter((kind) => kind === 'device.offline' || kind === 'device.online').length,
    ).toBeLessThanOrEqual(60);
  });
});

describe('the message counter', () => {
  const reading = (seq: number, more = {}) => send('system/queue_pressure', { event: 'recovered', seq }, more);

  it('shows gaps and restarts on the device', () => {
    for (const seq of [1, 2, 5, 6]) reading(seq);
    expect(device().sequence).toEqual({ last: 6, gaps: 1, missed: 2, restarts: 0 });
    send('system/heartbeat', { ...beat, boot_sequence_id: 'b1' });
    send('system/heartbeat', { ...beat, boot_sequence_id: 'b2' });
    expect(deviceView(device()).sequence).toEqual({ last: null, gaps: 1, missed: 2, restarts: 1 });
  });

  it('is a warning when more than one per cent is missing, until it is better', () => {
    reading(1);
    reading(12);
    expect(warning('sequence_gaps')).toBeUndefined();
    reading(14);
    expect(warning('sequence_gaps')).toMatchObject({ raw: '11', count: 1 });
    reading(15);
    expect(warning('sequence_gaps')?.count).toBe(1);
    reading(13);
    expect(warning('sequence_gaps')).toBeUndefined();
  });

  it('of an unknown device is nobody’s', () => {
    reading(1, { id: B });
    expect([core.registry.all().length, core.counters.handlerErrors]).toEqual([1, 0]);
  });
});

describe('other controllers', () => {
  it('have their devices listed, not answered and not stored', () => {
    core.connection.take();
    send('system/heartbeat', beat, { id: B, kaiserId: 'south' });
    expect([core.foreign.list(), core.registry.get(B), core.connection.sent, core.counters.foreign]).toMatchObject([
      [{ kaiserId: 'south', deviceId: B }],
      undefined,
      [],
      1,
    ]);
  });

  it('do not own what stock firmware writes under god for a device of ours', () => {
    const { registry, devices, foreign, clock, counters } = core;
    const messages = new HandlerRegistry('north', counters, pino({ level: 'silent' }), () => undefined);
    messages.watch(new ContractWatch({ registry, timed: devices.timed, sequences: devices.sequences, foreign, clock }));
    registerDeviceHandlers(messages, devices, core.configuration);
    dispatch({ messages }, 'session/announce', { handover_epoch: 4 });
    dispatch({ messages }, 'session/announce', { handover_epoch: 9 }, { id: B });
    expect([device().epoch, foreign.list().map(({ deviceId }) => deviceId)]).toEqual([4, [B]]);
  });
});
