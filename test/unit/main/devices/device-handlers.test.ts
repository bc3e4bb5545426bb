import { beforeEach, describe, expect, it } from 'vitest';
import { registerDeviceHandlers } from '../../../../src/main/devices/device-handler';
import { DeviceReports } from '../../../../src/main/devices/device-reports';
import { registerReportHandlers } from '../../../../src/main/devices/report-handler';
import { A, B, OPERATOR, dispatch, found, openCore, type Core } from './core-bench';

let core: Core;
const send = (path: string, payload: unknown, options: { id?: string; isRetained?: boolean } = {}) =>
  dispatch(core, path, payload, options);

beforeEach(() => {
  core = openCore();
  registerDeviceHandlers(core.messages, core.devices, core.configuration);
  registerReportHandlers(core.messages, new DeviceReports(core.registry, core.devices));
});

describe('messages of discovery and presence', () => {
  it('reach the devices room', () => {
    send('session/announce', { handover_epoch: 3 });
    send('system/heartbeat', { ts: 0, uptime: 1, heap_free: 1, wifi_rssi: -1 });
    send('system/will', { reason: 'timeout' });
    expect(core.kinds()).toEqual(['device.discovered', 'device.online', 'device.offline']);
    expect(found(core.registry.get(A))).toMatchObject({ epoch: 3, presence: { reason: 'broker_timeout' } });
  });

  it('a retained will is told apart from a live one', () => {
    send('system/heartbeat', { ts: 0, uptime: 1, heap_free: 1, wifi_rssi: -1 });
    send('system/will', { reason: 'timeout' }, { isRetained: true });
    expect(found(core.registry.get(A)).presence.state).toBe('online');
  });

  it('a malformed heartbeat is answered, counted and kept for inspection', () => {
    core.approved(A);
    send('system/heartbeat', { ts: '0', uptime: 1, heap_free: 1, wifi_rssi: -1 });
    expect(core.connection.sent.map(({ payload }) => payload['status'])).toEqual(['error']);
    expect(found(core.registry.get(A))).toMatchObject({
      counters: { malformed: 1 },
      lastMalformed: {
        at: core.clock.iso,
        topic: `kaiser/god/esp/${A}/system/heartbeat`,
        excerpt: '{"ts":"0","uptime":1,"heap_free":1,"wifi_rssi":-1}',
      },
    });
  });

  it('a malformed message of an unknown device is counted, but makes no device', () => {
    send('system/will', { reason: 7 }, { id: B });
    expect([core.counters.malformed, core.registry.all()]).toEqual([1, []]);
  });

  it('answers to a configuration reach it', () => {
    core.approved(A);
    core.configuration.push(A, { sensors: [] }, OPERATOR);
    const id = core.connection.to('/config')[0]?.payload['correlation_id'];
    send('config_response', { correlation_id: id, status: 'success', type: 'sensor' });
    expect(found(core.registry.get(A)).config.confirmed).toEqual({ sensors: [] });
  });
});

describe('reports of a device about itself', () => {
  beforeEach(() => void core.approved(A));

  it('diagnostics and metrics become its health', () => {
    send('system/diagnostics', { heap_free: 5, wifi_rssi: -70, uptime_seconds: 9, system_state: 'OPERATIONAL' });
    send('system/heartbeat_metrics', { ts: 1, publish_queue_fill: 2 });
    send('system/diagnostics', { heap_free: 6, wifi_rssi: -71 });
    expect(found(core.registry.get(A))).toMatchObject({
      counters: { messages: 4 },
      health: {
        heapFreeBytes: 6,
        rssiDbm: -71,
        uptimeS: 9,
        systemState: 'OPERATIONAL',
        metrics: { publish_queue_fill: 2, metrics_freshness_seconds: 0 },
      },
    });
  });

  it('an error is journaled and raised as a warning', () => {
    send('system/error', { error_code: 1011, severity: 2, category: 'HARDWARE', message: 'no answer' });
    send('system/error', { error_code: 1012, severity: 'critical' });
    expect(core.entries.slice(-2).map(({ kind, message, details }) => ({ kind, message, details }))).toEqual([
      {
        kind: 'device.error',
        message: `${A}: no answer (error 1011)`,
        details: { code: 1011, severity: 'error', category: 'HARDWARE' },
      },
      {
        kind: 'device.error',
        message: `${A}: error 1012`,
        details: { code: 1012, severity: 'critical', category: '' },
      },
    ]);
    expect([...found(core.registry.get(A)).warnings.keys()]).toEqual(['error_1011', 'error_1012']);
  });

  it('queue pressure is a warning until it is over', () => {
    const { warnings } = found(core.registry.get(A));
    send('system/queue_pressure', { event: 'entered_pressure', fill_level: 6 });
    expect(warnings.get('queue_pressure')?.raw).toBe('6');
    send('system/queue_pressure', { event: 'entered_pressure' });
    expect(warnings.get('queue_pressure')).toMatchObject({ raw: '', count: 2 });
    send('system/queue_pressure', { event: 'recovered', fill_level: 3 });
    expect(warnings.has('queue_pressure')).toBe(false);
  });

  it('events are journaled, the stages of single intents are not', () => {
    const before = core.entries.length;
    send('system/intent_outcome/lifecycle', { event_type: 'intent_chain_stage', schema: 's' });
    send('system/intent_outcome/lifecycle', { event_type: 'exited_config_pending', schema: 's', state_after: 'X' });
    expect(core.entries.slice(before).map(({ kind, details }) => [kind, JSON.parse(JSON.stringify(details))])).toEqual([
      ['device.lifecycle', { event: 'exited_config_pending', schema: 's', after: 'X' }],
    ]);
  });

  it('of an unknown device are dropped', () => {
    const before = core.entries.length;
    send('system/diagnostics', { heap_free: 5, wifi_rssi: -70 }, { id: B });
    send('system/error', { error_code: 1, severity: 1 }, { id: B });
    expect([core.registry.get(B), core.entries.length, core.counters.handlerErrors]).toEqual([undefined, before, 0]);
  });
});
