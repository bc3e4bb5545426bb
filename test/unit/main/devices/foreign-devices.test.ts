import { describe, expect, it } from 'vitest';
import { ForeignDevices, MAX_FOREIGN_DEVICES } from '../../../../src/main/devices/foreign-devices';
import { foreignDeviceSchema } from '../../../../src/shared/api/devices';
import { ManualClock } from '../../../fakes/manual-clock';
import { A, B } from './core-bench';

describe('devices of other controllers', () => {
  it('are listed with first and last time, the one heard last first', () => {
    const clock = new ManualClock();
    const foreign = new ForeignDevices(clock);
    const startAt = clock.iso;
    foreign.heard('south', A);
    clock.advance(1_000);
    foreign.heard('south', B);
    foreign.heard('west', A);
    clock.advance(1_000);
    foreign.heard('south', A);
    expect(foreign.list()).toEqual([
      { kaiserId: 'south', deviceId: A, firstSeenAt: startAt, lastSeenAt: clock.iso },
      { kaiserId: 'west', deviceId: A, firstSeenAt: expect.any(String), lastSeenAt: expect.any(String) },
      { kaiserId: 'south', deviceId: B, firstSeenAt: expect.any(String), lastSeenAt: expect.any(String) },
    ]);
    for (const device of foreign.list()) expect(foreignDeviceSchema.safeParse(device).success).toBe(true);
  });

  it('are bounded, and the newest are kept', () => {
    const foreign = new ForeignDevices(new ManualClock());
    for (let index = 0; index < 1_000; index += 1) foreign.heard(`k${index}`, A);
    expect([foreign.list().length, foreign.list()[0]?.kaiserId]).toEqual([MAX_FOREIGN_DEVICES, 'k999']);
  });
});
