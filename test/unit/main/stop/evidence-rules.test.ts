import { describe, expect, it } from 'vitest';
import {
  isFreeSince,
  isStoppedSince,
  withAlert,
  withStatus,
  type Evidence,
} from '../../../../src/main/stop/evidence-rules';

type Word = readonly ['alert', number, number] | readonly ['status', number, number, string];
/** What a device said: kind, pin, time, and the safety state. */
const said = (...words: readonly Word[]): Evidence =>
  words.reduce<Evidence>(
    (evidence, word) =>
      word[0] === 'alert' ? withAlert(evidence, word[1], word[2]) : withStatus(evidence, word[1], word[3], word[2]),
    new Map(),
  );
const pins = [18, 19];
const stopped18 = [
  ['alert', 18, 100],
  ['status', 18, 100, 'active'],
] as const;
const stopped19 = [
  ['alert', 19, 100],
  ['status', 19, 100, 'active'],
] as const;

describe('a device is stopped', () => {
  it.each<[string, readonly Word[], boolean]>([
    ['when alert and status of all say so', [...stopped18, ...stopped19], true],
    ['in any order', [...stopped19, ...stopped18.toReversed()], true],
    [
      'with one alert for the whole device',
      [
        ['alert', 255, 100],
        ['status', 18, 100, 'active'],
        ['status', 19, 100, 'active'],
      ],
      true,
    ],
    ['not by one of two', stopped18, false],
    [
      'not by the alerts alone',
      [
        ['alert', 18, 100],
        ['alert', 19, 100],
      ],
      false,
    ],
    [
      'not by the states alone',
      [
        ['status', 18, 100, 'active'],
        ['status', 19, 100, 'active'],
      ],
      false,
    ],
    ['not by what it said before', [...stopped18, ['alert', 19, 99], ['status', 19, 100, 'active']], false],
    ['not by a state from before', [...stopped18, ['alert', 19, 100], ['status', 19, 99, 'active']], false],
    ['not while one is being cleared', [...stopped18, ...stopped19, ['status', 19, 101, 'clearing']], false],
    [
      'not while a pin that nobody configured says otherwise',
      [...stopped18, ...stopped19, ['status', 25, 100, 'normal']],
      false,
    ],
  ])('%s', (_name, words, expected) => {
    expect(isStoppedSince(said(...words), pins, 100)).toBe(expected);
  });

  it('cannot be told of one without actuators', () => {
    expect([isStoppedSince(said(), [], 0), isFreeSince(said(), [], 0)]).toEqual([false, false]);
  });
});

describe('a device is free', () => {
  it.each<[string, readonly Word[], boolean]>([
    [
      'when the status of all says so',
      [
        ['status', 18, 100, 'normal'],
        ['status', 19, 100, 'normal'],
      ],
      true,
    ],
    ['not by one of two', [['status', 18, 100, 'normal']], false],
    [
      'not by what it said before the clear',
      [
        ['status', 18, 99, 'normal'],
        ['status', 19, 100, 'normal'],
      ],
      false,
    ],
    [
      'not while one is still stopped',
      [
        ['status', 18, 100, 'normal'],
        ['status', 19, 100, 'active'],
      ],
      false,
    ],
    [
      'not while one is being cleared',
      [
        ['status', 18, 100, 'normal'],
        ['status', 19, 100, 'clearing'],
      ],
      false,
    ],
  ])('%s', (_name, words, expected) => {
    expect(isFreeSince(said(...words), pins, 100)).toBe(expected);
  });
});

it('a device that invents pins fills no more than sixty-four', () => {
  let evidence: Evidence = new Map();
  for (let gpio = 0; gpio < 300; gpio += 1) evidence = withAlert(withStatus(evidence, gpio, 'active', 1), gpio, 1);
  expect(evidence.size).toBe(64);
});
