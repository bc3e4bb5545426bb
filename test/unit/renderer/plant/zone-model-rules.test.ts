import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  devicesInZone,
  movedZones,
  zoneIdFrom,
  zoneNameProblem,
} from '../../../../src/renderer/plant/zone-model-rules';
import { zoneIdSchema, type ZoneId } from '../../../../src/shared/domain/ids';
import { byId, inZone, sampleDevice, sampleZone } from '../features/devices/sample-plant';

describe('an id made from a zone name', () => {
  it.each([
    ['Zone 2 · Propagation', 'zone-2-propagation'],
    ['Gewächshaus Süd', 'gewaechshaus-sued'],
    ['Température', 'temperature'],
    ['!!!', 'zone'],
    ['A very long name that does not fit into an id', 'a-very-long-name-that-does-not-f'],
  ])('turns “%s” into %s', (name, id) => {
    expect(zoneIdFrom(name, new Set())).toBe(id);
  });

  it('appends a number while the id is taken, within 32 characters', () => {
    expect(zoneIdFrom('Bed', new Set(['bed', 'bed-2']))).toBe('bed-3');
    expect(zoneIdFrom('x'.repeat(40), new Set(['x'.repeat(32)]))).toBe(`${'x'.repeat(30)}-2`);
  });

  it('is accepted by devices whatever the name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        (name) => zoneIdSchema.safeParse(zoneIdFrom(name, new Set(['zone']))).success,
      ),
    );
  });
});

describe('the plant model', () => {
  const zones = [sampleZone('a', 'North', 0), sampleZone('b', 'South', 4), sampleZone('c', 'West', 9)];

  it('refuses an empty name and the same name twice, but not a zone its own name', () => {
    expect([
      zoneNameProblem(' ', zones),
      zoneNameProblem('south ', zones),
      zoneNameProblem('South', zones, 'b'),
      zoneNameProblem('East', zones),
    ]).toEqual(['empty', 'taken', null, null]);
  });

  it('moves a zone by one place and numbers only what changes', () => {
    expect(movedZones(zones, 'b', -1).map(({ zone, order }) => [zone.id, order])).toEqual([['b', 0], ['a', 1], ['c', 2]]); // prettier-ignore
    const numbered = [sampleZone('a', 'North', 0), sampleZone('b', 'South', 1), sampleZone('c', 'West', 2)];
    expect(movedZones(numbered, 'b', 1).map(({ zone, order }) => [zone.id, order])).toEqual([['c', 1], ['b', 2]]); // prettier-ignore
  });

  it('leaves the first zone at the top and the last at the bottom', () => {
    expect([movedZones(zones, 'a', -1), movedZones(zones, 'c', 1), movedZones(zones, 'x', 1)]).toEqual([[], [], []]);
  });

  it('finds the devices that are in a zone or on their way into it', () => {
    const devices = byId(
      sampleDevice('ESP_1', inZone('a')),
      sampleDevice('ESP_2', { zone: { desired: 'a' as ZoneId, confirmed: null, state: 'pending' } }),
      sampleDevice('ESP_3', inZone('b')),
    );
    expect(devicesInZone(devices, 'a').map(({ id }) => id)).toEqual(['ESP_1', 'ESP_2']);
  });
});
