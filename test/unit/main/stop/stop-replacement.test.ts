import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { A, B, OPERATOR } from '../devices/core-bench';
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

  it('hands the token on only where there is one', () => {
    const core = approvedPair();
    core.stop.replaceDevice(A, B);
    expect(core.tokens.view()).toEqual({ broadcast: false, devices: [] });
    core.tokens.setDevice(A, 'secret-of-the-old', OPERATOR);
    core.stop.replaceDevice(A, B);
    expect(core.tokens.view()).toEqual({ broadcast: false, devices: [B] });
  });
});
