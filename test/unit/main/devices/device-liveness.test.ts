import { describe, expect, it } from 'vitest';
import { deviceView } from '../../../../src/main/devices/device-record';
import { deviceViewSchema } from '../../../../src/shared/api/devices';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import type { Heartbeat } from '../../../../src/shared/wire/messages/heartbeat';
import { CLOCK_START_MS, ManualClock } from '../../../fakes/manual-clock';
import { A, B, OPERATOR, beat, found, openCore, type Core } from './core-bench';

const startS = CLOCK_START_MS / 1000;
const acks = (core: Core) => core.connection.to('heartbeat/ack').map(({ payload }) => payload['status']);
const warnings = (core: Core, id: DeviceId = A) => [...found(core.registry.get(id)).warnings.keys()];
const crash = (timestamp = 0) => ({ reason: 'crash', timestamp });

describe('a heartbeat', () => {
  it('is acknowledged before anything else happens', () => {
    const core = openCore();
    const before: unknown[] = [];
    core.connection.onPublish = () =>
      before.push([core.told.filter((one) => one === `device ${A}`).length, core.kinds()]);
    core.approved(A);
    before.length = 0;
    core.told.length = 0;
    const kinds = core.kinds();
    core.devices.heartbeat(A, beat({ system_state: 'zzz', persistence_degraded: true }));
    expect(before).toEqual([[0, kinds]]);
  });

  it('is told to who listens, with the device as it is after it', () => {
    const core = openCore();
    const heard: [string, string, number][] = [];
    core.devices.onHeartbeat((device: { id: string; presence: { state: string } }, { uptime }: Heartbeat) =>
      heard.push([device.id, device.presence.state, uptime]),
    );
    core.devices.heartbeat(A, beat({ uptime: 7 }));
    core.devices.malformedHeartbeat(A, 'x');
    expect(heard).toEqual([[A, 'online', 7]]);
  });

  it('raises and settles what the device says about its condition', () => {
    const core = openCore();
    core.approved(A);
    const degraded = { persistence_degraded: true, runtime_state_degraded: true, network_degraded: true };
    core.devices.heartbeat(A, beat({ ...degraded, persistence_degraded_reason: 'NVS_OPEN_FAILED' }));
    core.devices.heartbeat(A, beat());
    expect(warnings(core)).toEqual(['persistence_degraded', 'runtime_degraded', 'network_degraded']);
    expect(found(core.registry.get(A)).warnings.get('persistence_degraded')?.raw).toBe('NVS_OPEN_FAILED');
    core.devices.heartbeat(
      A,
      beat({ persistence_degraded: false, runtime_state_degraded: false, network_degraded: false }),
    );
    expect(warnings(core)).toEqual([]);
  });

  it('shows how far the clock of the device is off', () => {
    const core = openCore();
    core.approved(A);
    core.devices.heartbeat(A, beat({ ts: startS - 3_600, time_valid: true }));
    const device = found(core.registry.get(A));
    expect([device.health.clockSkewS, device.warnings.get('clock_skew')?.message]).toEqual([
      -3_600,
      "The clock of the device is off by -3600 s. Check its time server, or this computer's clock.",
    ]);
    core.devices.heartbeat(A, beat({ ts: startS + 30, time_valid: true }));
    expect([device.health.clockSkewS, warnings(core)]).toEqual([30, []]);
    core.devices.heartbeat(A, beat({ ts: startS - 3_600, time_valid: false }));
    expect([device.health.clockSkewS, warnings(core)]).toEqual([undefined, []]);
  });

  it('with a refused acknowledgement is flagged once per reason', () => {
    const core = openCore();
    core.approved(A);
    const refused = { publish_queue_fill: 0, handover_contract_last_reject: 'HANDOVER_EPOCH_MISMATCH' };
    core.devices.heartbeat(A, beat(refused));
    core.devices.heartbeat(A, beat(refused));
    expect(found(core.registry.get(A)).warnings.get('handover_rejected')).toMatchObject({
      raw: 'HANDOVER_EPOCH_MISMATCH',
      count: 1,
    });
  });

  it('gives a view that the API accepts', () => {
    const core = openCore();
    core.approved(A);
    core.devices.heartbeat(
      A,
      beat({ zone_id: 'tent_1', zone_assigned: true, handover_completed_epoch: 1, publish_queue_fill: 3 }),
    );
    const view = deviceView(found(core.registry.get(A)));
    expect(deviceViewSchema.parse(view)).toEqual(view);
    expect(view.health).toMatchObject({
      zoneId: 'tent_1',
      zoneAssigned: true,
      handoverCompletedEpoch: 1,
      metrics: { publish_queue_fill: 3, metrics_freshness_seconds: 0 },
    });
  });
});

describe('new devices', () => {
  const id = (index: number) => `ESP_${index}` as DeviceId;
  const limited = (core: Core) => core.entries.filter(({ kind }) => kind === 'device.discovery_limited');

  it('are taken over one per second after the first five hundred, and the others hear nothing', () => {
    const core = openCore();
    for (let index = 0; index < 500; index += 1) {
      core.devices.heartbeat(id(index), beat());
      core.devices.approve(id(index), undefined, OPERATOR);
    }
    core.connection.take();
    for (let index = 500; index < 510; index += 1) core.devices.heartbeat(id(index), beat());
    expect([core.registry.all().length, acks(core), core.counters.unknownDevice]).toEqual([500, [], 10]);
    core.clock.advance(1_000);
    for (let index = 500; index < 510; index += 1) core.devices.heartbeat(id(index), beat());
    expect([core.registry.all().length, acks(core)]).toEqual([501, ['pending_approval']]);
  });

  it('that are held back are one journal entry per minute', () => {
    const core = openCore();
    for (let index = 0; index < 800; index += 1) core.devices.heartbeat(id(index), beat());
    expect(limited(core).length).toBe(1);
    core.clock.advance(60_000);
    core.devices.heartbeat(id(900), beat());
    expect(limited(core).map(({ details }) => details)).toEqual([{ messages: 1 }, { messages: 300 }]);
  });

  it('get no special treatment for a mock id', () => {
    const core = openCore();
    core.devices.heartbeat('MOCK_1' as DeviceId, beat());
    expect(acks(core)).toEqual(['pending_approval']);
  });

  it('that nobody knows and that send broken heartbeats cost a bounded number of answers', () => {
    const core = openCore();
    for (let index = 0; index < 1_000; index += 1) core.devices.malformedHeartbeat(id(index), 'x');
    expect([acks(core).length, core.counters.unknownDevice]).toEqual([100, 900]);
  });
});

describe('a rejected device', () => {
  const rejected = () => {
    const core = openCore();
    core.devices.heartbeat(A, beat());
    core.devices.reject(A, undefined, OPERATOR);
    core.clock.advance(10_000);
    core.connection.take();
    return core;
  };

  it('is told so for 300 s, then asks anew without an answer to that heartbeat (wire contract 2.7)', () => {
    const core = rejected();
    core.clock.advance(289_999);
    core.devices.heartbeat(A, beat());
    expect([acks(core), found(core.registry.get(A)).approval]).toEqual([['rejected'], 'rejected']);
    core.clock.advance(1);
    core.devices.heartbeat(A, beat());
    expect([acks(core), found(core.registry.get(A)).approval, core.entries.at(-1)?.kind]).toEqual([
      ['rejected'],
      'pending',
      'device.rediscovered',
    ]);
    core.devices.heartbeat(A, beat());
    expect(acks(core)).toEqual(['rejected', 'pending_approval']);
  });

  it('stays rejected across a restart of the console, for the rest of its time', () => {
    const core = rejected();
    const again = core.restart();
    again.clock.advance(280_000);
    again.devices.heartbeat(A, beat());
    again.clock.advance(10_000);
    again.devices.heartbeat(A, beat());
    expect([acks(again), found(again.registry.get(A)).approval]).toEqual([['rejected'], 'pending']);
  });

  it('waits no less and not for ever when the clock was set back', () => {
    const core = rejected();
    core.clock.jump(-86_400_000);
    core.devices.heartbeat(A, beat());
    core.clock.advance(299_999);
    core.devices.heartbeat(A, beat());
    core.clock.advance(1);
    core.devices.heartbeat(A, beat());
    expect([acks(core), found(core.registry.get(A)).approval]).toEqual([['rejected', 'rejected'], 'pending']);
  });

  it('that is approved after all is online at once and keeps no trace of it', () => {
    const core = rejected();
    core.devices.approve(A, undefined, OPERATOR);
    core.devices.heartbeat(A, beat());
    expect([acks(core), found(core.registry.get(A)).rejectedAtMs]).toEqual([['online'], null]);
  });
});

describe('the same will once more', () => {
  it('is no second loss when the broker delivers it again, nor does it contradict a device that is back', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, crash(), false);
    core.devices.heartbeat(A, beat());
    core.devices.will(A, crash(), false, true);
    expect([found(core.registry.get(A)).presence.state, warnings(core)]).toEqual(['online', []]);
  });

  it('is no second loss when it carries the same time of connect', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, crash(startS), false);
    core.devices.will(A, crash(startS), false);
    expect(warnings(core)).toEqual([]);
    core.devices.will(A, crash(startS + 1), false);
    expect(warnings(core)).toEqual(['flapping']);
  });

  it('is a second loss when the device was back in between, even within the same second', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, crash(startS), false);
    core.devices.heartbeat(A, beat());
    core.devices.will(A, crash(startS), false);
    expect(warnings(core)).toEqual(['flapping']);
  });

  it('is believed when nothing else is known of the device', () => {
    const core = openCore();
    core.approved(A);
    core.devices.brokerLost();
    core.devices.will(A, crash(startS), false, true);
    expect(found(core.registry.get(A)).presence).toMatchObject({ state: 'offline', reason: 'crash' });
  });
});

describe('flapping', () => {
  it('is over after five minutes without a will', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, crash(), false);
    core.devices.will(A, crash(), false);
    core.clock.advance(290_000);
    expect(warnings(core)).toEqual(['flapping']);
    core.clock.advance(10_000);
    expect(warnings(core)).toEqual([]);
  });

  it('is not over while the device is lost again and again', () => {
    const core = openCore();
    core.approved(A);
    for (let count = 0; count < 4; count += 1) {
      core.devices.will(A, crash(), false);
      core.clock.advance(200_000);
    }
    expect(warnings(core)).toEqual(['flapping']);
  });
});

describe('a device that waits for approval', () => {
  it('goes offline with its will and by silence like any other', () => {
    const core = openCore();
    for (const id of [A, B]) core.devices.heartbeat(id, beat());
    core.devices.will(A, crash(), false);
    core.clock.advance(190_000);
    expect([A, B].map((id) => found(core.registry.get(id)).presence)).toMatchObject([
      { state: 'offline', reason: 'crash' },
      { state: 'offline', reason: 'heartbeat_timeout' },
    ]);
  });
});

describe('a console that stood still', () => {
  /** A clock whose monotonic time can jump past its timers, as it does for a process that was stopped. */
  function stallingClock() {
    const clock = new ManualClock();
    const { monotonic } = clock;
    let stalledMs = 0;
    return Object.assign(clock, {
      monotonic: () => monotonic() + stalledMs,
      stall: (ms: number) => void (stalledMs += ms),
    });
  }

  it('announces itself again, and judges silence only when it has read what waited', () => {
    const clock = stallingClock();
    const core = openCore({ clock });
    core.approved(A);
    clock.advance(60_000);
    expect(core.announcements()).toBe(0);
    clock.stall(200_000);
    clock.advance(10_000);
    expect([core.announcements(), found(core.registry.get(A)).presence.state]).toEqual([1, 'online']);
    clock.advance(10_000);
    expect([core.announcements(), found(core.registry.get(A)).presence.reason]).toEqual([1, 'heartbeat_timeout']);
  });

  it('makes nothing of a sweep that is a little late', () => {
    const clock = stallingClock();
    const core = openCore({ clock });
    clock.stall(10_000);
    clock.advance(10_000);
    expect(core.announcements()).toBe(0);
  });
});
