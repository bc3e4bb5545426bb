import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { A, B, beat, found, openCore, type Core } from './core-bench';

const presenceOf = (core: Core, id: DeviceId) => {
  const { state, reason } = found(core.registry.get(id)).presence;
  return `${state} ${reason}`;
};
const crash = { reason: 'crash', timestamp: 0 };
const wills = (core: Core) => core.connection.to('system/will');

describe('silence (conformance B13)', () => {
  it('takes a device offline with the first sweep after 180 s', () => {
    const core = openCore();
    core.devices.heartbeat(A, beat());
    core.clock.advance(180_000);
    expect(presenceOf(core, A)).toBe('online heartbeat');
    core.clock.advance(10_000);
    expect(presenceOf(core, A)).toBe('offline heartbeat_timeout');
    core.clock.advance(600_000);
    expect(core.kinds()).toEqual(['device.discovered', 'device.online', 'device.offline']);
  });

  it('gives no second offline event when a will came inside the window', () => {
    const core = openCore();
    core.devices.heartbeat(A, beat());
    core.clock.advance(90_000);
    core.devices.will(A, crash, false);
    core.clock.advance(600_000);
    expect([presenceOf(core, A), core.kinds().filter((kind) => kind === 'device.offline').length]).toEqual([
      'offline crash',
      1,
    ]);
  });

  it('is not mistaken when the wall clock jumps an hour', () => {
    const core = openCore();
    core.devices.heartbeat(A, beat());
    core.clock.jump(3_600_000);
    core.clock.advance(30_000);
    core.clock.jump(-7_200_000);
    core.clock.advance(30_000);
    expect(presenceOf(core, A)).toBe('online heartbeat');
  });

  it('is ended by any message that the device wrote just now', () => {
    const core = openCore();
    core.devices.heartbeat(A, beat());
    for (let minute = 0; minute < 10; minute += 1) {
      core.clock.advance(60_000);
      core.devices.freshMessage(found(core.registry.get(A)));
    }
    expect(presenceOf(core, A)).toBe('online heartbeat');
  });
});

describe('a live will', () => {
  it('takes the device offline at once and tells everybody (conformance C1)', () => {
    const core = openCore();
    core.approved(A);
    const states: string[] = [];
    core.devices.onPresence(({ presence }) => states.push(presence.state));
    core.devices.will(A, crash, false);
    expect([presenceOf(core, A), states, core.entries.at(-1)?.message]).toEqual([
      'offline crash',
      ['offline'],
      `${A} is offline (crash)`,
    ]);
  });

  it('of an unknown device makes no device (conformance C3)', () => {
    const core = openCore();
    core.devices.will(A, crash, false);
    expect([core.registry.all(), core.entries]).toEqual([[], []]);
  });

  it('is removed from the broker once the device is back, once', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, crash, false);
    expect(wills(core)).toEqual([]);
    core.devices.heartbeat(A, beat());
    core.devices.heartbeat(A, beat());
    expect(wills(core)).toMatchObject([
      { topic: `kaiser/god/esp/${A}/system/will`, text: '', qos: 1, isRetained: true },
    ]);
  });

  it('is not contradicted by a message that was still on its way', () => {
    const core = openCore();
    const device = core.approved(A);
    core.devices.will(A, crash, false);
    core.devices.freshMessage(device);
    expect([presenceOf(core, A), device.lastSeenMs]).toEqual(['offline crash', core.clock.now()]);
  });
});

describe('a retained will', () => {
  it('is believed while nothing else is known', () => {
    const core = openCore();
    core.approved(A);
    const again = core.restart();
    again.devices.will(A, crash, true);
    expect([presenceOf(again, A), wills(again)]).toEqual(['offline crash', []]);
  });

  it('does not contradict a device that was heard, and is removed', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, crash, true);
    expect([presenceOf(core, A), wills(core).length, core.kinds().includes('device.offline')]).toEqual([
      'online heartbeat',
      1,
      false,
    ]);
  });
});

describe('flapping (conformance C5)', () => {
  const warning = (core: Core) => found(core.registry.get(A)).warnings.get('flapping');

  it('is two wills within five minutes', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, crash, false);
    expect(warning(core)).toBeUndefined();
    core.clock.advance(299_999);
    core.devices.will(A, crash, false);
    expect(warning(core)).toMatchObject({
      message: 'The device was lost 2 times within five minutes. Check its supply and its radio.',
    });
  });

  it('is not two wills further apart, nor retained ones', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, crash, false);
    core.devices.will(A, crash, true);
    core.clock.advance(300_000);
    core.devices.will(A, crash, false);
    expect(warning(core)).toBeUndefined();
  });

  it('is seen although the wall clock jumps', () => {
    const core = openCore();
    core.approved(A);
    core.devices.will(A, crash, false);
    core.clock.jump(3_600_000);
    core.devices.will(A, crash, false);
    expect(warning(core)?.count).toBe(1);
  });

  it('remembers a bounded number of wills of a device that sends nothing else', () => {
    const core = openCore();
    const device = core.approved(A);
    for (let count = 0; count < 1_000; count += 1) core.devices.will(A, crash, false);
    expect(device.wills.length).toBeLessThanOrEqual(100);
  });
});

describe('a broker that is lost', () => {
  it('makes every online device unknown and leaves the others', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    core.devices.will(B, crash, false);
    core.devices.brokerLost();
    expect([presenceOf(core, A), presenceOf(core, B)]).toEqual(['unknown broker_lost', 'offline crash']);
    expect(core.kinds().filter((kind) => kind === 'device.unknown')).toEqual([]);
  });

  it('is over for a device with its next fresh message', () => {
    const core = openCore();
    const device = core.approved(A);
    core.devices.brokerLost();
    core.devices.freshMessage(device);
    expect(presenceOf(core, A)).toBe('online message');
  });

  it('takes no device offline by its own absence', () => {
    const core = openCore();
    core.approved(A);
    core.devices.brokerLost();
    core.clock.advance(600_000);
    expect(presenceOf(core, A)).toBe('unknown broker_lost');
  });
});
