import { describe, expect, it } from 'vitest';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';
import { registerZoneHandlers } from '../../../../src/main/zones/zone-handler';
import { A, B, OPERATOR, found, openCore, type Core } from '../devices/core-bench';
import { ackZoneFrom, assignZone, shed, stateOf, tent, zoneOf } from './zone-bench';

describe('a zone assignment', () => {
  it('carries every string key and a UUID, and is pending until the device confirms (conformance G1)', () => {
    const core = openCore();
    core.zones.put({ id: tent, name: 'Tent 1', masterZoneId: shed }, OPERATOR);
    core.approved(A);
    const id = assignZone(core, A);
    expect(core.connection.sent).toMatchObject([
      {
        topic: `kaiser/god/esp/${A}/zone/assign`,
        qos: 1,
        payload: {
          zone_id: tent,
          master_zone_id: shed,
          zone_name: 'Tent 1',
          kaiser_id: 'god',
          correlation_id: id,
          timestamp: core.clock.now() / 1000,
        },
      },
    ]);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(zoneOf(core, A)).toEqual({ desired: tent, confirmed: null, state: 'pending' });
    ackZoneFrom(core, A, id);
    expect([zoneOf(core, A), stateOf(core, id)]).toEqual([
      { desired: tent, confirmed: tent, state: 'confirmed' },
      'confirmed',
    ]);
    expect(core.kinds().slice(-2)).toEqual(['zone.requested', 'zone.confirmed']);
  });

  it('is confirmed by an acknowledgement that does not repeat the zone', () => {
    const core = openCore();
    core.approved(A);
    ackZoneFrom(core, A, assignZone(core, A), { zone_id: undefined });
    expect(zoneOf(core, A).confirmed).toBe(tent);
  });

  it('makes a zone that does not exist, under its given name or its id', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    core.assignment.assign(A, { zoneId: tent, zoneName: 'Tent 1' }, OPERATOR);
    core.assignment.assign(B, { zoneId: shed, zoneName: '' }, OPERATOR);
    expect(core.zones.list().map(({ id, name }) => [id, name])).toEqual([
      [tent, 'Tent 1'],
      [shed, shed],
    ]);
  });

  it('renames an existing zone only when a name is given', () => {
    const core = openCore();
    core.zones.put({ id: tent, name: 'Tent 1', masterZoneId: shed }, OPERATOR);
    core.approved(A);
    ackZoneFrom(core, A, assignZone(core, A));
    expect(core.zones.get(tent)?.name).toBe('Tent 1');
    core.assignment.assign(A, { zoneId: tent, zoneName: 'Big tent' }, OPERATOR);
    expect(core.zones.get(tent)).toMatchObject({ name: 'Big tent', masterZoneId: shed });
  });

  it('fails with the words of the device and keeps what was confirmed', () => {
    const core = openCore();
    core.approved(A);
    ackZoneFrom(core, A, assignZone(core, A));
    const id = assignZone(core, A, shed);
    ackZoneFrom(core, A, id, { status: 'error', zone_id: undefined, message: 'Zone validation failed' });
    expect([zoneOf(core, A), stateOf(core, id)]).toEqual([
      { desired: shed, confirmed: tent, state: 'failed', reason: 'Zone validation failed' },
      'failed',
    ]);
  });

  it.each<[string, Record<string, unknown>, string, ZoneId | null]>([
    ['an error without words', { status: 'error', zone_id: null }, 'The device refused without a reason.', null],
    ['another zone', { zone_id: shed }, 'The device answered zone_assigned shed, which is not what was asked.', shed],
    [
      'a removal',
      { status: 'zone_removed', zone_id: '' },
      'The device answered zone_removed, which is not what was asked.',
      null,
    ],
  ])('fails on %s, with what the device said', (_name, fields, reason, confirmed) => {
    const core = openCore();
    core.approved(A);
    const id = assignZone(core, A);
    ackZoneFrom(core, A, id, fields);
    expect([zoneOf(core, A), stateOf(core, id)]).toEqual([
      { desired: tent, confirmed, state: 'failed', reason },
      'failed',
    ]);
  });

  it('times out after 15 s; a later acknowledgement with its id still confirms the zone, not the operation', () => {
    const core = openCore();
    core.approved(A);
    const id = assignZone(core, A);
    core.clock.advance(14_999);
    expect(stateOf(core, id)).toBe('pending');
    core.clock.advance(1);
    expect([stateOf(core, id), zoneOf(core, A).state]).toEqual(['timeout', 'failed']);
    ackZoneFrom(core, A, id);
    expect([stateOf(core, id), zoneOf(core, A)]).toEqual([
      'timeout',
      { desired: tent, confirmed: tent, state: 'confirmed' },
    ]);
    expect(core.entries.at(-1)).toMatchObject({
      kind: 'zone.confirmed',
      actor: `device:${A}`,
      message: `${A}: zone tent late confirmed`,
      details: { operationId: id, late: true },
    });
  });

  it('that timed out fails with the words of a late refusal', () => {
    const core = openCore();
    core.approved(A);
    const id = assignZone(core, A);
    core.clock.advance(15_000);
    ackZoneFrom(core, A, id, { status: 'error', zone_id: undefined, message: 'Failed to save zone config' });
    expect(zoneOf(core, A)).toEqual({
      desired: tent,
      confirmed: null,
      state: 'failed',
      reason: 'Failed to save zone config',
    });
  });

  it('that timed out does not take a newer wish back with its late acknowledgement', () => {
    const core = openCore();
    core.approved(A);
    const first = assignZone(core, A);
    core.clock.advance(15_000);
    const second = assignZone(core, A, shed);
    ackZoneFrom(core, A, first);
    expect(zoneOf(core, A)).toEqual({ desired: shed, confirmed: tent, state: 'pending' });
    ackZoneFrom(core, A, second, { zone_id: shed });
    expect(zoneOf(core, A)).toEqual({ desired: shed, confirmed: shed, state: 'confirmed' });
  });

  it('of two devices resolves each by its own id when the answers are swapped in time (conformance G3)', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const first = assignZone(core, A);
    const second = assignZone(core, B, shed);
    ackZoneFrom(core, B, second, { zone_id: shed });
    expect([stateOf(core, first), stateOf(core, second)]).toEqual(['pending', 'confirmed']);
    ackZoneFrom(core, A, first);
    expect([zoneOf(core, A).confirmed, zoneOf(core, B).confirmed]).toEqual([tent, shed]);
  });

  it('is not confirmed by another device that repeats its id', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const id = assignZone(core, A);
    ackZoneFrom(core, B, id);
    expect([stateOf(core, id), zoneOf(core, A).confirmed]).toEqual(['pending', null]);
  });

  it('is confirmed once, whatever is repeated', () => {
    const core = openCore();
    core.approved(A);
    const id = assignZone(core, A);
    ackZoneFrom(core, A, id);
    const entries = core.entries.length;
    ackZoneFrom(core, A, id);
    ackZoneFrom(core, A, id, { status: 'error' });
    expect([zoneOf(core, A).state, core.entries.length]).toEqual(['confirmed', entries]);
  });
});

describe('leaving a zone', () => {
  it('is asked for with empty strings and confirmed by a removal', () => {
    const core = openCore();
    core.approved(A);
    ackZoneFrom(core, A, assignZone(core, A));
    core.connection.take();
    const id = assignZone(core, A, null);
    expect(core.connection.sent[0]?.payload).toMatchObject({ zone_id: '', master_zone_id: '', zone_name: '' });
    ackZoneFrom(core, A, id, { status: 'zone_removed', zone_id: '' });
    expect(zoneOf(core, A)).toEqual({ desired: null, confirmed: null, state: 'none' });
  });

  it('fails when the device answers with an assignment', () => {
    const core = openCore();
    core.approved(A);
    ackZoneFrom(core, A, assignZone(core, A, null));
    expect(zoneOf(core, A).state).toBe('failed');
  });
});

describe('an assignment is refused', () => {
  const refusal = (core: Core) => {
    const results = [core.assignment.assign(A, { zoneId: tent }, OPERATOR), core.assignment.remove(A, OPERATOR)];
    return results.map((result) => (result.ok ? 'accepted' : result.error.code));
  };

  it('for a device that does not exist', () => {
    expect(refusal(openCore())).toEqual(['not_found', 'not_found']);
  });

  it('for a device that is not approved', () => {
    const core = openCore();
    core.approved(A);
    core.devices.reject(A, undefined, OPERATOR);
    expect(refusal(core)).toEqual(['not_approved', 'not_approved']);
  });
});

describe('an acknowledgement that nobody waits for', () => {
  it('tells where a device is for which nobody wished a zone', () => {
    const core = openCore();
    core.approved(A);
    ackZoneFrom(core, A, undefined, { zone_id: shed });
    expect(zoneOf(core, A)).toEqual({ desired: null, confirmed: shed, state: 'none' });
    ackZoneFrom(core, A, 'late', { status: 'zone_removed', zone_id: '' });
    expect(zoneOf(core, A)).toEqual({ desired: null, confirmed: null, state: 'none' });
    expect(core.kinds().slice(-2)).toEqual(['zone.reported', 'zone.reported']);
  });

  it('is a failure when the device is elsewhere than wished, until it agrees', () => {
    const core = openCore();
    core.approved(A);
    ackZoneFrom(core, A, assignZone(core, A));
    ackZoneFrom(core, A, undefined, { zone_id: shed });
    expect(zoneOf(core, A)).toMatchObject({ confirmed: shed, state: 'failed' });
    ackZoneFrom(core, A, undefined, { status: 'zone_removed', zone_id: '' });
    expect(zoneOf(core, A)).toMatchObject({ confirmed: null, reason: 'The device says that it left its zone.' });
    ackZoneFrom(core, A, undefined);
    expect(zoneOf(core, A)).toEqual({ desired: tent, confirmed: tent, state: 'confirmed' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['an error', { status: 'error', zone_id: null }],
    ['what is known already', { status: 'zone_removed', zone_id: '' }],
  ])('changes nothing with %s', (_name, fields) => {
    const core = openCore();
    core.approved(A);
    const before = zoneOf(core, A);
    ackZoneFrom(core, A, undefined, fields);
    ackZoneFrom(core, B, undefined, fields);
    expect(zoneOf(core, A)).toBe(before);
  });

  it.each([
    ['no id', undefined, 'zone_assigned'],
    ['no id', undefined, 'error'],
    ['of-another', 'of-another', 'error'],
  ])('is counted on the device, with %s', (raw, id, status) => {
    const core = openCore();
    core.approved(A);
    const open = assignZone(core, A);
    ackZoneFrom(core, A, id, { status, message: '' });
    expect([stateOf(core, open), found(core.registry.get(A)).warnings.get('unmatched_answer')]).toMatchObject([
      'pending',
      { raw: `zone: ${raw}`, count: 1 },
    ]);
  });

  it('because it is a repeat is not counted', () => {
    const core = openCore();
    core.approved(A);
    const id = assignZone(core, A);
    ackZoneFrom(core, A, id);
    ackZoneFrom(core, A, id);
    expect([...found(core.registry.get(A)).warnings.keys()]).toEqual([]);
  });

  it('does not disturb a change that is under way', () => {
    const core = openCore();
    core.approved(A);
    const id = assignZone(core, A);
    ackZoneFrom(core, A, undefined, { zone_id: shed });
    expect([stateOf(core, id), zoneOf(core, A)]).toEqual([
      'pending',
      { desired: tent, confirmed: shed, state: 'pending' },
    ]);
  });

  it('reaches the room from its topic', () => {
    const core = openCore();
    const seen: DeviceId[] = [];
    registerZoneHandlers(core.messages, core, (id) => void seen.push(id));
    core.approved(A);
    core.messages.dispatch({
      topic: `kaiser/god/esp/${A}/zone/ack`,
      payload: Buffer.from(JSON.stringify({ status: 'zone_assigned', zone_id: shed })),
      isRetained: false,
      isRedelivered: false,
    });
    expect([zoneOf(core, A).confirmed, seen]).toEqual([shed, [A]]);
  });
});
