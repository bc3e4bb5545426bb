import { describe, expect, it } from 'vitest';
import {
  choiceOf,
  choiceProblem,
  choiceValue,
  firstChoice,
  type ZoneChoice,
} from '../../../../src/renderer/plant/zone-choice-rules';
import { sampleZone } from '../features/devices/sample-plant';

const zones = [sampleZone('a', 'North', 0), sampleZone('b', 'South', 1)];

describe('the choice of a zone', () => {
  const choices: readonly ZoneChoice[] = [
    { kind: 'none' },
    { kind: 'leave' },
    { kind: 'zone', zoneId: 'b' },
    { kind: 'new', name: 'Lab' },
  ];

  it.each(choices)('survives the way through a list: %j', (choice) => {
    expect(choiceOf(choiceValue(choice), 'Lab')).toEqual(choice);
  });

  it('starts with the present zone, else the first one, else a new one', () => {
    expect(firstChoice('b', zones)).toEqual({ kind: 'zone', zoneId: 'b' });
    expect(firstChoice('gone', zones)).toEqual({ kind: 'zone', zoneId: 'a' });
    expect(firstChoice(null, [])).toEqual({ kind: 'new', name: '' });
  });

  it('refuses a new zone without a name or with one that is taken', () => {
    expect(choiceProblem({ kind: 'new', name: ' ' }, zones)).toBe('empty');
    expect(choiceProblem({ kind: 'new', name: 'north' }, zones)).toBe('taken');
    expect(choiceProblem({ kind: 'new', name: 'Lab' }, zones)).toBeNull();
    expect(choiceProblem({ kind: 'none' }, zones)).toBeNull();
  });
});
