import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { A, B, OPERATOR, beat, found } from '../devices/core-bench';
import { all, approvedPair, clear, engage, plant, sentTo, statesOf, tent } from './stop-bench';

const C = 'ESP_C' as DeviceId;

describe('a stop whose device is replaced', () => {
  it('of its zone holds the new device at once, before that is in the zone', () => {
    const core = plant();
    const { id } = engage(core, { kind: 'zone', zoneId: tent });
    expect(statesOf(core, id)).toEqual({ [A]: 'sent' });
    core.stop.replaceDevice(A, B);
    expect(statesOf(core, id)).toEqual({ [B]: 'sent' });
    expect(core.stop.blockOf(B)).toMatchObject({ code: 'blocked' });
  });

  it('is sent to a new device that is not there as soon as it is', () => {
    const core = approvedPair();
    core.devices.will(B, { reason: 'crash', timestamp: 0 }, false);
    const { id } = engage(core, { kind: 'device', deviceId: A });
    core.stop.replaceDevice(A, B);
    expect([statesOf(core, id), sentTo(core, B)]).toEqual([{ [B]: 'offline' }, []]);
    core.approved(B);
    expect(statesOf(core, id)).toEqual({ [B]: 'sent' });
  });

  it('has the new device once where it was held already, and may be told twice', () => {
    const core = approvedPair();
    const { id } = engage(core, all);
    for (let count = 0; count < 2; count += 1) core.stop.replaceDevice(A, B);
    expect(statesOf(core, id)).toEqual({ [B]: 'sent' });
  });

  it('waits after its clear for the old device no more, and does not draw the new one in', () => {
    const core = approvedPair();
    const { id } = engage(core, { kind: 'device', deviceId: A });
    core.clock.advance(10_000);
    expect(clear(core, id)).toBe('cleared');
    core.stop.replaceDevice(A, B);
    expect(statesOf(core, id)).toEqual({});
    expect(core.stop.blockOf(B)).toBeNull();
  });

  it('leaves stops of others as they are', () => {
    const core = approvedPair();
    core.approved(C);
    const { id } = engage(core, { kind: 'device', deviceId: C });
    core.stop.replaceDevice(A, B);
    expect(statesOf(core, id)).toEqual({ [C]: 'sent' });
  });

  it('reaches the old hardware that comes back, in its zone and with its token', () => {
    const core = plant();
    const [old, next] = [found(core.registry.get(A)), found(core.registry.get(B))];
    core.tokens.setDevice(A, 'secret-of-the-old', OPERATOR);
    core.stop.replaceDevice(A, B);
    next.zone = old.zone;
    old.zone = { desired: null, confirmed: null, state: 'none' };
    old.replacedBy = { deviceId: B, at: core.clock.iso, by: OPERATOR, isDone: true };
    core.devices.will(A, { reason: 'crash', timestamp: 0 }, false);
    const { id } = engage(core, { kind: 'zone', zoneId: tent });
    expect(statesOf(core, id)).toEqual({ [B]: 'sent' });
    core.devices.heartbeat(A, beat());
    expect(statesOf(core, id)).toEqual({ [A]: 'sent', [B]: 'sent' });
    const { payload } = found(core.connection.to(`${A}/actuator/emergency`).at(-1));
    expect(payload).toMatchObject({ command: 'emergency_stop', auth_token: 'secret-of-the-old' });
  });

  it('ends also where records point at each other, or at a device that was forgotten', () => {
    const core = approvedPair();
    for (const [id, deviceId] of [
      [A, B],
      [B, A],
    ] as const)
      found(core.registry.get(id)).replacedBy = { deviceId, at: core.clock.iso, by: OPERATOR, isDone: true };
    core.zones.put({ id: tent, name: 'Tent 1' }, OPERATOR);
    expect(statesOf(core, engage(core, { kind: 'zone', zoneId: tent }).id)).toEqual({});
    core.registry.remove(A);
    expect(statesOf(core, engage(core).id)).toEqual({ [B]: 'sent' });
  });

  it('hands the token on only where there is one', () => {
    const core = approvedPair();
    core.stop.replaceDevice(A, B);
    expect(core.tokens.view()).toEqual({ broadcast: false, devices: [] });
    core.tokens.setDevice(A, 'secret-of-the-old', OPERATOR);
    core.stop.replaceDevice(A, B);
    expect(core.tokens.view()).toEqual({ broadcast: false, devices: [A, B] });
  });
});
