import { describe, expect, it } from 'vitest';
import { A, B, OPERATOR, beat, found } from '../devices/core-bench';
import { broadcasts, clear, engage, plant, sentTo, statesOf, tent } from './stop-bench';

const crash = { reason: 'crash', timestamp: 0 };

describe('a device that is asked again', () => {
  it('has its own five seconds from then', () => {
    const core = plant();
    core.devices.will(B, crash, false);
    const { id } = engage(core);
    core.clock.advance(4_000);
    core.devices.heartbeat(B, beat());
    core.clock.advance(1_000);
    expect(statesOf(core, id)).toEqual({ [A]: 'unconfirmed', [B]: 'sent' });
    core.clock.advance(4_000);
    expect(statesOf(core, id)[B]).toBe('unconfirmed');
  });
});

describe('memory of stops', () => {
  it('keeps twenty cleared ones, and forgets when they were sent', () => {
    const core = plant();
    for (let count = 0; count < 30; count += 1) {
      const { id } = engage(core);
      core.clock.advance(5_000);
      clear(core, id);
      for (const device of [A, B]) core.stop.recovered(device);
    }
    expect(core.stop.remembered).toEqual({ stops: 20, asked: 0 });
  });

  it('keeps an older one whose device has not left it, and clears it when the device is back', () => {
    const core = plant();
    core.devices.will(B, crash, false);
    const { id: first } = engage(core, { kind: 'device', deviceId: B });
    core.clock.advance(5_000);
    clear(core, first);
    for (let count = 0; count < 25; count += 1) {
      const { id } = engage(core, { kind: 'device', deviceId: A });
      core.clock.advance(5_000);
      clear(core, id);
      core.stop.recovered(A);
    }
    core.connection.take();
    expect(core.stop.remembered.stops).toBe(21);
    core.devices.heartbeat(B, beat());
    expect(sentTo(core, B)).toEqual(['clear_emergency']);
    const again = core.restart();
    expect(again.stop.get(first)?.id).toBe(first);
  });
});

describe('devices that are away', () => {
  it('get the message too, are not waited for, and get it again when they are back', () => {
    const core = plant();
    core.devices.will(B, crash, false);
    const { id } = engage(core);
    expect([statesOf(core, id)[B], sentTo(core, B)]).toEqual(['offline', ['emergency_stop']]);
    core.clock.advance(60_000);
    expect(statesOf(core, id)[B]).toBe('offline');
    core.devices.heartbeat(B, beat());
    expect([statesOf(core, id)[B], sentTo(core, B).length, broadcasts(core).length]).toEqual(['sent', 2, 1]);
    core.stop.confirmed(B, id);
    expect(statesOf(core, id)[B]).toBe('confirmed');
  });

  it('for a moment only are sent it again although their five seconds still run, and those go on', () => {
    const core = plant();
    const { id } = engage(core);
    core.clock.advance(2_000);
    core.devices.will(B, crash, false);
    core.devices.heartbeat(B, beat());
    expect([statesOf(core, id)[B], sentTo(core, B)]).toEqual(['sent', ['emergency_stop', 'emergency_stop']]);
    core.clock.advance(1_000);
    core.stop.confirmed(B, id);
    expect(found(core.stop.get(id)).devices).toContainEqual(
      expect.objectContaining({ deviceId: B, state: 'confirmed', latencyMs: 3_000 }),
    );
  });

  it('because the broker was, are sent a stop that only the broker got', () => {
    const core = plant();
    core.devices.brokerLost();
    const { id } = engage(core);
    expect([statesOf(core, id)[B], sentTo(core, B).length]).toEqual(['sent', 1]);
    core.devices.heartbeat(B, beat());
    expect(sentTo(core, B)).toHaveLength(2);
  });

  it('and had confirmed are stopped again when they are back, because a restart may have cost them the latch', () => {
    const core = plant();
    const { id } = engage(core);
    core.stop.confirmed(B, id);
    core.devices.will(B, crash, false);
    core.devices.heartbeat(B, beat());
    expect([statesOf(core, id)[B], sentTo(core, B)]).toEqual(['confirmed', ['emergency_stop', 'emergency_stop']]);
  });

  it('are not asked again while they are there', () => {
    const core = plant();
    engage(core);
    core.devices.heartbeat(B, beat());
    expect(sentTo(core, B)).toHaveLength(1);
  });

  it('that were forgotten leave the stop', () => {
    const core = plant();
    const { id } = engage(core);
    core.devices.remove(B, OPERATOR);
    expect(statesOf(core, id)).toEqual({ [A]: 'sent' });
  });
});

describe('a broker that comes back', () => {
  it('gets the stop again for everybody who has not confirmed', () => {
    const core = plant();
    core.connection.isOnline = false;
    const { id } = engage(core);
    expect([core.connection.sent, core.undelivered.length]).toEqual([[], 3]);
    core.connection.isOnline = true;
    core.stop.brokerOnline();
    expect([broadcasts(core).length, sentTo(core, A), sentTo(core, B)]).toEqual([
      1,
      ['emergency_stop'],
      ['emergency_stop'],
    ]);
    core.stop.confirmed(A, id);
    core.connection.take();
    core.stop.brokerOnline();
    expect([broadcasts(core).length, sentTo(core, A), sentTo(core, B)]).toEqual([1, [], ['emergency_stop']]);
  });

  it('gets nothing for a stop of a zone that everybody confirmed, nor for a cleared one', () => {
    const core = plant();
    const { id } = engage(core, { kind: 'zone', zoneId: tent });
    core.stop.confirmed(A, id);
    core.connection.take();
    core.stop.brokerOnline();
    core.clock.advance(10_000);
    clear(core, id);
    core.connection.take();
    core.stop.brokerOnline();
    expect(core.connection.sent).toEqual([]);
  });
});
