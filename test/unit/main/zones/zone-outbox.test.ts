import { describe, expect, it } from 'vitest';
import { A, B, OPERATOR, beat, openCore } from '../devices/core-bench';
import { ackZoneFrom, assignZone, shed, stateOf, tent, zoneOf } from './zone-bench';

describe('a zone assignment on its way through the outbox', () => {
  it.each(['refuses', 'silent'] as const)('waits while the broker does not take it over (%s), under its id', (mood) => {
    const core = openCore();
    core.approved(A);
    core.connection.mood = mood;
    const id = assignZone(core, A);
    core.clock.advance(5_000);
    expect([stateOf(core, id), zoneOf(core, A)]).toEqual([
      'pending',
      { desired: tent, confirmed: null, state: 'pending' },
    ]);
    core.connection.mood = 'takes';
    core.connection.take();
    core.clock.advance(10_000);
    expect(core.connection.to('zone/assign').map(({ payload }) => payload['correlation_id'])).toEqual([id]);
    ackZoneFrom(core, A, id);
    expect(stateOf(core, id)).toBe('confirmed');
  });

  it('is confirmed by its acknowledgement even while it waits to be sent again', () => {
    const core = openCore();
    core.approved(A);
    core.connection.mood = 'silent';
    const id = assignZone(core, A);
    core.clock.advance(5_000);
    core.connection.mood = 'refuses';
    ackZoneFrom(core, A, id, { status: 'error', message: 'no' }); // the broker had it all the same
    expect(stateOf(core, id)).toBe('pending');
    ackZoneFrom(core, A, id);
    expect([stateOf(core, id), zoneOf(core, A).state]).toEqual(['confirmed', 'confirmed']);
  });

  it('is accepted while the broker or the device is away, and sent when the device is there', () => {
    const core = openCore();
    core.approved(A);
    core.connection.isOnline = false;
    core.devices.brokerLost();
    const id = assignZone(core, A);
    expect([core.connection.to('zone/assign'), zoneOf(core, A).state]).toEqual([[], 'pending']);
    core.connection.isOnline = true;
    core.devices.heartbeat(A, beat());
    expect(core.connection.to('zone/assign')).toMatchObject([{ payload: { correlation_id: id, zone_id: tent } }]);
    ackZoneFrom(core, A, id);
    expect(zoneOf(core, A)).toEqual({ desired: tent, confirmed: tent, state: 'confirmed' });
  });

  it('keeps only the newest wish for a device that is away, and the zone stays pending for it (conformance I6)', () => {
    const core = openCore();
    core.approved(A);
    core.devices.brokerLost();
    const older = assignZone(core, A);
    const newer = assignZone(core, A, shed);
    expect([stateOf(core, older), zoneOf(core, A)]).toEqual([
      'failed',
      { desired: shed, confirmed: null, state: 'pending' },
    ]);
    core.devices.heartbeat(A, beat());
    expect(core.connection.to('zone/assign').map(({ payload }) => payload['zone_id'])).toEqual([shed]);
    ackZoneFrom(core, A, newer, { zone_id: shed });
    expect(core.kinds().filter((kind) => kind.startsWith('zone.'))).toEqual([
      'zone.created',
      'zone.requested',
      'zone.created',
      'zone.requested',
      'zone.confirmed',
    ]);
  });

  it('that a newer one follows leaves the zone pending for the newer one, whatever its end', () => {
    const core = openCore();
    core.approved(A);
    const first = assignZone(core, A);
    const second = assignZone(core, A, shed);
    ackZoneFrom(core, A, first);
    expect(zoneOf(core, A)).toEqual({ desired: shed, confirmed: tent, state: 'pending' });
    ackZoneFrom(core, A, second, { status: 'error', message: 'Zone validation failed' });
    expect(zoneOf(core, A)).toEqual({
      desired: shed,
      confirmed: tent,
      state: 'failed',
      reason: 'Zone validation failed',
    });
  });

  it('that is withdrawn takes the wish back', () => {
    const core = openCore();
    core.approved(A);
    ackZoneFrom(core, A, assignZone(core, A));
    core.devices.brokerLost();
    core.operations.cancel(assignZone(core, A, shed));
    expect(zoneOf(core, A)).toEqual({ desired: tent, confirmed: tent, state: 'confirmed' });
    expect(core.entries.at(-1)).toMatchObject({
      kind: 'zone.withdrawn',
      message: `${A}: zone shed was not sent (It was withdrawn before the device got it.)`,
    });
  });

  it('that is withdrawn behind one under way leaves the zone pending for that one', () => {
    const core = openCore();
    core.approved(A);
    const first = assignZone(core, A);
    core.operations.cancel(assignZone(core, A, shed));
    expect(zoneOf(core, A).state).toBe('pending');
    ackZoneFrom(core, A, first);
    expect(zoneOf(core, A)).toEqual({ desired: tent, confirmed: tent, state: 'confirmed' });
  });

  it('that was given up because too much waits has failed with the reason', () => {
    const core = openCore();
    core.approved(A);
    core.devices.brokerLost();
    assignZone(core, A);
    for (let count = 0; count < 1_000; count += 1)
      core.operations.submit({ deviceId: B, slot: `slot ${count}`, kind: 'config', body: {} });
    expect(zoneOf(core, A)).toMatchObject({ desired: tent, state: 'failed' });
    expect(core.entries.at(-1)).toMatchObject({ kind: 'zone.failed', deviceId: A, details: { ending: 'dropped' } });
  });

  it('is sent once more after two seconds when the device is busy, and then fails', () => {
    const core = openCore();
    core.approved(A);
    const busy = { status: 'error', zone_id: undefined, message: 'Config lane busy', reason_code: 'CONFIG_LANE_BUSY' };
    const id = assignZone(core, A);
    ackZoneFrom(core, A, id, busy);
    ackZoneFrom(core, A, id, busy); // QoS 1 may repeat it
    expect([stateOf(core, id), core.connection.to('zone/assign').length]).toEqual(['pending', 1]);
    core.clock.advance(2_000);
    expect([stateOf(core, id), core.connection.to('zone/assign').length]).toEqual(['pending', 2]);
    ackZoneFrom(core, A, id, busy);
    expect([stateOf(core, id), zoneOf(core, A).reason]).toEqual(['failed', 'Config lane busy']);
    core.clock.advance(20_000);
    expect(core.connection.to('zone/assign')).toHaveLength(2);
  });

  it('that was confirmed during the pause of a busy device is not sent again', () => {
    const core = openCore();
    core.approved(A);
    const id = assignZone(core, A);
    ackZoneFrom(core, A, id, { status: 'error', reason_code: 'CONFIG_LANE_BUSY' });
    ackZoneFrom(core, A, id);
    core.clock.advance(20_000);
    expect([stateOf(core, id), core.connection.to('zone/assign').length]).toEqual(['confirmed', 1]);
  });

  it('that does not fit the message fails with the sizes instead of waiting for ever', () => {
    const core = openCore();
    core.approved(A);
    const zoneName = '\u0001'.repeat(64);
    const result = core.assignment.assign(A, { zoneId: tent, zoneName }, OPERATOR);
    expect(result).toMatchObject({ ok: true, value: { state: 'failed' } });
    expect(zoneOf(core, A).reason).toMatch(/^zone assignment has \d+ bytes; the device accepts 512/);
  });

  it('leaves no timer behind when the console stops', () => {
    const core = openCore();
    core.approved(A);
    assignZone(core, A);
    core.close();
    expect(core.clock.pending).toBe(0);
  });

  it('that the console left open at its end is sent again under its id after a restart, and confirms', () => {
    const core = openCore();
    core.approved(A);
    const id = assignZone(core, A);
    const again = core.restart();
    expect([stateOf(again, id), zoneOf(again, A).state]).toEqual(['pending', 'pending']);
    again.devices.heartbeat(A, beat());
    expect(again.connection.to('zone/assign')).toMatchObject([{ payload: { correlation_id: id, zone_id: tent } }]);
    ackZoneFrom(again, A, id);
    expect([stateOf(again, id), zoneOf(again, A)]).toEqual([
      'confirmed',
      { desired: tent, confirmed: tent, state: 'confirmed' },
    ]);
  });

  it('whose change was lost from the disk has failed after a restart', () => {
    const core = openCore();
    core.approved(A);
    const id = assignZone(core, A);
    core.store.batch.flush();
    core.store.plant.exec('DELETE FROM outbox');
    const again = core.restart();
    expect([stateOf(again, id), zoneOf(again, A)]).toEqual([
      'timeout',
      {
        desired: tent,
        confirmed: null,
        state: 'failed',
        reason: 'The console was restarted before the device answered.',
      },
    ]);
  });

  it('of a device that is removed meanwhile ends without a trace on the next device of that id', () => {
    const core = openCore();
    core.approved(A);
    const id = assignZone(core, A);
    core.devices.remove(A, OPERATOR);
    core.approved(A);
    ackZoneFrom(core, A, id);
    core.clock.advance(20_000);
    expect([stateOf(core, id), zoneOf(core, A)]).toEqual(['failed', { desired: null, confirmed: tent, state: 'none' }]);
  });
});
