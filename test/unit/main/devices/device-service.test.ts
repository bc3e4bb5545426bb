import { describe, expect, it } from 'vitest';
import { registerDeviceHandlers } from '../../../../src/main/devices/device-handler';
import { deviceView } from '../../../../src/main/devices/device-record';
import { MAX_PENDING_DEVICES } from '../../../../src/main/devices/device-registry';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { CLOCK_START_MS } from '../../../fakes/manual-clock';
import { A, B, OPERATOR, beat, dispatch, found, openCore, type Core } from './core-bench';

const startS = CLOCK_START_MS / 1000;
const ackTopic = (id: string) => `kaiser/god/esp/${id}/system/heartbeat/ack`;
const presenceOf = (core: Core, id: DeviceId) => {
  const { state, reason } = found(core.registry.get(id)).presence;
  return `${state} ${reason}`;
};
const acks = (core: Core) => core.connection.to('heartbeat/ack').map(({ payload }) => payload);

describe('discovery and approval', () => {
  it('an unknown device becomes pending and is answered at once (conformance B1)', () => {
    const core = openCore();
    core.devices.heartbeat(A, beat({ sensor_count: 3 }));
    expect(deviceView(found(core.registry.get(A)))).toEqual({
      id: A,
      kaiserId: 'god',
      name: A,
      notes: '',
      demo: false,
      approval: 'pending',
      presence: 'online',
      presenceReason: 'heartbeat',
      presenceSince: core.clock.iso,
      firstSeenAt: core.clock.iso,
      lastSeenAt: core.clock.iso,
      zone: { desired: null, confirmed: null, state: 'none' },
      board: { id: null, source: 'unknown' },
      subzones: [],
      config: {
        desired: null,
        confirmed: null,
        state: { sensors: 'none', actuators: 'none', offlineRules: 'none' },
        failures: [],
      },
      health: { rssiDbm: -58, heapFreeBytes: 1000, uptimeS: 12, sensorCount: 3 },
      diagnostics: null,
      sequence: { last: null, gaps: 0, missed: 0, restarts: 0 },
      hasStopToken: false,
      replacedBy: null,
      replaces: [],
      warnings: [],
      counters: { messages: 1, malformed: 0, duplicates: 0, limited: 0 },
      lastMalformed: null,
    });
    expect(core.connection.sent).toMatchObject([
      {
        topic: ackTopic(A),
        qos: 1,
        isRetained: false,
        payload: { status: 'pending_approval', handover_epoch: 1, server_time: startS },
      },
    ]);
    expect(core.kinds()).toEqual(['device.discovered', 'device.online']);
  });

  it('a pending device stays pending and is answered each time (conformance B5)', () => {
    const core = openCore();
    for (let count = 0; count < 3; count += 1) core.devices.heartbeat(A, beat());
    expect(acks(core).map(({ status }) => status)).toEqual(Array(3).fill('pending_approval'));
    expect(core.kinds()).toEqual(['device.discovered', 'device.online']);
  });

  it('an approved device is told with its next heartbeat (conformance B4)', () => {
    const core = openCore();
    core.devices.heartbeat(A, beat());
    core.connection.take();
    expect(core.devices.approve(A, 'Tent one', OPERATOR)).toMatchObject({ ok: true, value: { name: 'Tent one' } });
    core.devices.heartbeat(A, beat());
    core.clock.advance(10_000);
    expect(acks(core).map(({ status }) => status)).toEqual(['online']);
    expect(core.entries.at(-1)).toMatchObject({
      kind: 'device.approved',
      actor: OPERATOR,
      message: 'Tent one approved',
    });
  });

  it('a device that does not ask is told after two seconds, once', () => {
    const core = openCore();
    core.devices.heartbeat(A, beat());
    core.connection.take();
    core.devices.approve(A, undefined, OPERATOR);
    core.devices.reject(A, 'not ours', OPERATOR);
    core.clock.advance(1_999);
    expect(acks(core)).toEqual([]);
    core.clock.advance(60_000);
    expect(acks(core).map(({ status }) => status)).toEqual(['rejected']);
  });

  it('a device that was forgotten meanwhile is told nothing', () => {
    const core = openCore();
    core.devices.heartbeat(A, beat());
    core.connection.take();
    core.devices.approve(A, undefined, OPERATOR);
    core.devices.remove(A, OPERATOR);
    core.clock.advance(60_000);
    expect(core.connection.sent).toEqual([]);
  });

  it('a rejection carries its reason into the journal', () => {
    const core = openCore();
    for (const id of [A, B]) core.devices.heartbeat(id, beat());
    core.devices.reject(A, 'not ours', OPERATOR);
    core.devices.reject(B, undefined, OPERATOR);
    expect(core.entries.slice(-2).map(({ message }) => message)).toEqual([`${A} rejected: not ours`, `${B} rejected`]);
  });

  it('an announcement alone makes a device known too', () => {
    const core = openCore();
    core.devices.announce(A, { epoch: 4, reason: 'reconnect' });
    expect([found(core.registry.get(A)).epoch, presenceOf(core, A), acks(core)]).toEqual([
      4,
      'unknown not_heard_yet',
      [],
    ]);
  });

  it('a flood of invented ids fills neither the list nor the broker', () => {
    const core = openCore();
    for (let index = 0; index <= MAX_PENDING_DEVICES; index += 1)
      core.devices.heartbeat(`ESP_${index}` as DeviceId, beat());
    core.devices.announce('ESP_X' as DeviceId, { epoch: 1, reason: 'boot' });
    expect([core.registry.all().length, acks(core).length, core.counters.unknownDevice]).toEqual([
      MAX_PENDING_DEVICES,
      MAX_PENDING_DEVICES,
      2,
    ]);
  });

  it('a forgotten device announces itself again as pending', () => {
    const core = openCore();
    core.approved(A);
    expect(core.devices.remove(A, OPERATOR)).toEqual({ ok: true, value: { removed: true } });
    expect(core.registry.get(A)).toBeUndefined();
    core.devices.heartbeat(A, beat());
    expect(found(core.registry.get(A)).approval).toBe('pending');
  });

  it('decisions about a device that does not exist are refused', () => {
    const core = openCore();
    const results = [
      core.devices.approve(A, undefined, OPERATOR),
      core.devices.reject(A, undefined, OPERATOR),
      core.devices.update(A, {}, OPERATOR),
      core.devices.remove(A, OPERATOR),
    ];
    expect(results.map((result) => !result.ok && result.error.code)).toEqual(Array(4).fill('not_found'));
  });

  it('name and notes change separately and are journaled under the old name', () => {
    const core = openCore();
    core.approved(A);
    core.devices.update(A, { name: 'Tent' }, OPERATOR);
    core.devices.update(A, { notes: 'left shelf' }, OPERATOR);
    expect(found(core.registry.get(A))).toMatchObject({ name: 'Tent', notes: 'left shelf' });
    expect(core.entries.slice(-2).map(({ message, details }) => [message, details])).toEqual([
      [`${A} changed`, { name: 'Tent' }],
      ['Tent changed', { notes: 'left shelf' }],
    ]);
  });
});

describe('epochs (conformance B8)', () => {
  it('echo the active one, else the announced one, else 1', () => {
    const core = openCore();
    core.devices.heartbeat(B, beat());
    core.devices.heartbeat(A, beat({ active_handover_epoch: 7 }));
    core.devices.announce(A, { epoch: 4, reason: 'reconnect' });
    core.devices.heartbeat(A, beat({ active_handover_epoch: 0 }));
    expect(acks(core).map((payload) => payload['handover_epoch'])).toEqual([1, 7, 4]);
  });
});

describe('a malformed heartbeat (conformance B3)', () => {
  it('is answered with an error that keeps the epoch, and changes nothing', () => {
    const core = openCore();
    core.devices.announce(A, { epoch: 4, reason: 'boot' });
    const before = deviceView(found(core.registry.get(A)));
    core.devices.malformedHeartbeat(A, 'ts: Invalid input');
    expect(acks(core)).toEqual([
      { status: 'error', handover_epoch: 4, server_time: startS, error: 'invalid_payload:ts: Invalid input' },
    ]);
    expect(deviceView(found(core.registry.get(A)))).toEqual(before);
  });

  it('of an unknown device is answered but makes no device', () => {
    const core = openCore();
    core.devices.malformedHeartbeat(A, 'x');
    expect([acks(core).length, core.registry.all()]).toEqual([1, []]);
  });
});

describe('warnings', () => {
  it('an unknown system state is shown raw until the device says a known one (conformance B10)', () => {
    const core = openCore();
    registerDeviceHandlers(core.messages, core.devices, core.configuration);
    const say = (system_state: string) =>
      dispatch(core, 'system/heartbeat', { ts: 0, uptime: 1, heap_free: 1, wifi_rssi: -1, system_state });
    say('zzz');
    say('zzz');
    const device = found(core.registry.get(A));
    expect([device.health.systemState, [...device.warnings.values()]]).toEqual([
      'zzz',
      [
        {
          code: 'unknown_system_state',
          message: 'The device reports a state that the contract does not know.',
          raw: 'zzz',
          at: core.clock.iso,
          count: 2,
        },
      ],
    ]);
    say('operational');
    expect(device.warnings.size).toBe(0);
  });

  it('of one device are bounded, and the newest are kept', () => {
    const core = openCore();
    const device = core.approved(A);
    for (let code = 0; code < 1_000; code += 1) core.registry.warn(device, { code: `error_${code}`, message: 'x' });
    expect(device.warnings.size).toBeLessThanOrEqual(50);
    expect(device.warnings.has('error_999')).toBe(true);
  });
});

describe('restarts of a device', () => {
  it('are told by a new boot id or by an announcement, not by the first heartbeat', () => {
    const core = openCore();
    const restarts: string[] = [];
    core.devices.onRestart((id) => restarts.push(id));
    core.devices.heartbeat(A, beat({ boot_sequence_id: 'b1' }));
    core.devices.heartbeat(A, beat({ boot_sequence_id: 'b1' }));
    core.devices.heartbeat(A, beat());
    expect(restarts).toEqual([]);
    core.devices.heartbeat(A, beat({ boot_sequence_id: 'b2' }));
    core.devices.announce(A, { epoch: 1, reason: 'boot' });
    core.devices.announce(A, { epoch: 2, reason: 'reconnect' });
    expect(restarts).toEqual([A, A]);
  });
});

describe('what is stored', () => {
  it('comes back after a restart of the console, with a presence that is not known', () => {
    const core = openCore();
    core.approved(A);
    core.devices.announce(A, { epoch: 4, reason: 'reconnect' });
    core.devices.heartbeat(A, beat({ boot_sequence_id: 'b1', wifi_ip: '10.0.0.7' }));
    core.clock.advance(5_000);
    core.devices.seen(found(core.registry.get(A)));
    const seenAt = core.clock.now();
    const again = core.restart();
    expect(found(again.registry.get(A))).toMatchObject({
      name: A,
      approval: 'approved',
      epoch: 4,
      bootId: 'b1',
      lastSeenMs: seenAt,
      health: { ip: '10.0.0.7' },
      presence: { state: 'unknown', reason: 'not_heard_yet' },
    });
  });

  it('forgets a removed device for good, even if something of it still ends', () => {
    const core = openCore();
    const device = core.approved(A);
    core.assignment.assign(A, { zoneId: 'tent' as never }, OPERATOR);
    core.devices.remove(A, OPERATOR);
    core.clock.advance(20_000);
    core.registry.save(device);
    expect(core.restart().registry.all()).toEqual([]);
  });

  it('includes last-seen times every minute', () => {
    const core = openCore();
    const device = core.approved(A);
    core.clock.advance(30_000);
    core.devices.seen(device);
    core.clock.advance(30_000);
    core.store.batch.flush();
    expect(core.store.plant.prepare('SELECT last_seen_at FROM devices').get()).toEqual({
      last_seen_at: CLOCK_START_MS + 30_000,
    });
  });

  it('leaves no timer behind', () => {
    const core = openCore();
    core.approved(A);
    core.close();
    expect(core.clock.pending).toBe(0);
  });
});
