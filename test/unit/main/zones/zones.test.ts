import { describe, expect, it } from 'vitest';
import type { ZoneId } from '../../../../src/shared/domain/ids';
import { A, OPERATOR, openCore } from '../devices/core-bench';

const tent = 'tent' as ZoneId;
const shed = 'shed' as ZoneId;
const house = 'house' as ZoneId;

describe('Zones', () => {
  it('creates a zone behind the others and changes only what is given', () => {
    const core = openCore();
    core.zones.put({ id: tent, name: 'Tent' }, OPERATOR);
    core.zones.put({ id: shed, name: 'Shed', masterZoneId: house, order: 7 }, OPERATOR, true);
    core.zones.put({ id: shed, name: 'Big shed' }, OPERATOR);
    core.zones.put({ id: tent, name: 'Tent', masterZoneId: null }, OPERATOR, true);
    expect(core.zones.list()).toEqual([
      { id: tent, name: 'Tent', masterZoneId: null, order: 0, demo: false },
      { id: shed, name: 'Big shed', masterZoneId: house, order: 7, demo: true },
    ]);
    expect(core.entries.map(({ kind, message }) => [kind, message])).toEqual([
      ['zone.created', 'Zone Tent created'],
      ['zone.created', 'Zone Shed created'],
      ['zone.changed', 'Zone Big shed changed'],
      ['zone.changed', 'Zone Tent changed'],
    ]);
  });

  it('takes a zone out of its master zone', () => {
    const core = openCore();
    core.zones.put({ id: tent, name: 'Tent', masterZoneId: house }, OPERATOR);
    expect(core.zones.put({ id: tent, name: 'Tent', masterZoneId: null }, OPERATOR).masterZoneId).toBeNull();
  });

  it('lists by order, then by name', () => {
    const core = openCore();
    core.zones.put({ id: tent, name: 'B', order: 1 }, OPERATOR);
    core.zones.put({ id: shed, name: 'A', order: 1 }, OPERATOR);
    core.zones.put({ id: house, name: 'C', order: 0 }, OPERATOR);
    expect(core.zones.list().map(({ name }) => name)).toEqual(['C', 'A', 'B']);
  });

  it('deletes an empty zone, also from the disk', () => {
    const core = openCore();
    core.zones.put({ id: tent, name: 'Tent' }, OPERATOR);
    core.zones.put({ id: shed, name: 'Shed' }, OPERATOR);
    expect(core.zones.remove(tent, OPERATOR)).toEqual({ ok: true, value: { removed: true } });
    expect(core.told.filter((word) => word === 'zone tent')).toHaveLength(2);
    expect(
      core
        .restart()
        .zones.list()
        .map(({ id }) => id),
    ).toEqual([shed]);
  });

  it('keeps a zone that a device is in or was asked to join', () => {
    const core = openCore();
    core.approved(A);
    core.assignment.assign(A, { zoneId: tent }, OPERATOR);
    expect(core.zones.remove(tent, OPERATOR)).toEqual({
      ok: false,
      error: {
        code: 'conflict',
        message: 'Zone tent still has 1 device(s). Move them to another zone first.',
        retryable: false,
        details: { devices: 1 },
      },
    });
  });

  it('does not delete what does not exist', () => {
    expect(openCore().zones.remove(tent, OPERATOR)).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });
});
