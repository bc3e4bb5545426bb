import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ZoneView } from '../../../../../../src/shared/api/zones';
import { zoneIdSchema } from '../../../../../../src/shared/domain/ids';
import {
  parseQueue,
  queueText,
  takenSince,
} from '../../../../../../src/renderer/features/commissioning/bench/queue-rules';

function zone(id: string, name: string): ZoneView {
  return { id: zoneIdSchema.parse(id), name, masterZoneId: null, order: 0, demo: false };
}

const zones = [zone('tomatoes', 'Tomatoes'), zone('fish', 'Fish tank')];

describe('A pasted list of names', () => {
  test('has one name per line; a zone by id or name follows a semicolon or a tab; empty lines are nothing', () => {
    expect(parseQueue('Pump 1;tomatoes\r\n\r\n  Pump 2 ; fish TANK \nPump 3\tfish\nPump 4;', zones)).toEqual({
      entries: [
        { name: 'Pump 1', zoneId: 'tomatoes' },
        { name: 'Pump 2', zoneId: 'fish' },
        { name: 'Pump 3', zoneId: 'fish' },
        { name: 'Pump 4', zoneId: null },
      ],
      problems: [],
    });
  });

  test('names every line that cannot be used', () => {
    const text = ['Pump 1', ';fish', 'x'.repeat(65), 'Pump 2;nowhere', 'PUMP 1', 'Pump 3'].join('\n');
    expect(parseQueue(text, zones)).toEqual({
      entries: [
        { name: 'Pump 1', zoneId: null },
        { name: 'Pump 3', zoneId: null },
      ],
      problems: [
        { line: 2, problem: 'noName', text: '' },
        { line: 3, problem: 'longName', text: 'x'.repeat(65) },
        { line: 4, problem: 'unknownZone', text: 'nowhere' },
        { line: 5, problem: 'twice', text: 'PUMP 1' },
      ],
    });
  });

  test('stops at 500 names and says so once', () => {
    const text = Array.from({ length: 510 }, (_, index) => `Pump ${index}`).join('\n');
    const { entries, problems } = parseQueue(text, zones);
    expect(entries).toHaveLength(500);
    expect(problems).toEqual([{ line: 501, problem: 'tooMany', text: 'Pump 500' }]);
  });

  test('that was opened knows which names boards took meanwhile', () => {
    const [pump, fan, valve] = ['Pump', 'Fan', 'Valve'].map((name) => ({ name, zoneId: null }));
    if (!pump || !fan || !valve) throw new Error('three names');
    expect(takenSince([pump, fan, valve], [fan, valve])).toEqual(['Pump']);
    expect(takenSince([fan], [pump, fan])).toEqual([]); // given back
  });

  test('is the same after it was written out and read again', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 .-]{0,20}[A-Za-z0-9]$/);
    const entry = fc.record({ name, zoneId: fc.constantFrom(null, ...zones.map(({ id }) => id)) });
    const queue = fc.uniqueArray(entry, { selector: (each) => each.name.toLowerCase(), maxLength: 30 });
    fc.assert(
      fc.property(queue, (entries) => {
        expect(parseQueue(queueText(entries), zones)).toEqual({ entries, problems: [] });
      }),
      { seed: 6 },
    );
  });
});
