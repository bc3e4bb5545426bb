import { describe, expect, it } from 'vitest';
import {
  nextProgress,
  notBegun,
  type Progress,
  type ProgressEvent,
} from '../../../../src/main/provisioning/provisioning-state';
import { provisioningSteps } from '../../../../src/shared/api/provisioning';
import { jobFailure } from '../../../../src/shared/domain/job-errors';

const { error } = jobFailure('wifi_not_found', 'The network is not there.');
const { error: cancelled } = jobFailure('cancelled', 'It was cancelled.');
const { error: interrupted } = jobFailure('interrupted', 'The console was closed.');

const run = (events: readonly ProgressEvent[], from: Progress = notBegun): Progress =>
  events.reduce((progress, event, index) => nextProgress(progress, event, 1000 + index), from);

/** The states of the first steps, the step's detail behind a colon. */
const firstOf = ({ steps }: Progress, count: number): string[] =>
  steps.slice(0, count).map(({ state, detail }) => (detail === undefined ? state : `${state}: ${detail}`));

const all: ProgressEvent[] = provisioningSteps.map((step) => ({ kind: 'done', step }));

describe('the life of a provisioning job', () => {
  const table: readonly (readonly [string, readonly ProgressEvent[], Progress['state'], readonly string[]])[] = [
    ['waits at first', [], 'running', ['waiting', 'waiting']],
    ['begins its first step', [{ kind: 'begun', step: 'hello' }], 'running', ['running', 'waiting']],
    [
      'shows a value while a step runs',
      [
        { kind: 'begun', step: 'hello' },
        { kind: 'told', step: 'hello', detail: 'ESP32-C3' },
      ],
      'running',
      ['running: ESP32-C3', 'waiting'],
    ],
    [
      'goes on when a step is done, and keeps its value',
      [
        { kind: 'begun', step: 'hello' },
        { kind: 'done', step: 'hello', detail: 'ESP32-C3' },
        { kind: 'begun', step: 'broker_check' },
      ],
      'running',
      ['done: ESP32-C3', 'running'],
    ],
    [
      'goes on when a step is not needed',
      [
        { kind: 'skipped', step: 'hello' },
        { kind: 'skipped', step: 'broker_check', detail: '127.0.0.1:1883' },
      ],
      'running',
      ['skipped', 'skipped: 127.0.0.1:1883'],
    ],
    [
      'fails with the step that runs',
      [
        { kind: 'done', step: 'hello' },
        { kind: 'begun', step: 'broker_check' },
        { kind: 'failed', error },
      ],
      'failed',
      ['done', 'failed', 'waiting'],
    ],
    [
      'is cancelled without a step that failed',
      [
        { kind: 'begun', step: 'hello' },
        { kind: 'failed', error: cancelled },
      ],
      'cancelled',
      ['waiting', 'waiting'],
    ],
    [
      'is interrupted without a step that failed',
      [
        { kind: 'begun', step: 'hello' },
        { kind: 'failed', error: interrupted },
      ],
      'failed',
      ['waiting', 'waiting'],
    ],
    ['is done after its last step', [...all, { kind: 'finished' }], 'done', ['done', 'done']],
  ];

  it.each(table)('%s', (_name, events, state, steps) => {
    const progress = run(events);
    expect([progress.state, firstOf(progress, steps.length)]).toEqual([state, steps]);
    expect(progress.finishedAtMs).toBe(state === 'running' ? null : 1000 + events.length - 1);
  });

  it('does not move any more when it has ended', () => {
    const ended = run([
      { kind: 'begun', step: 'hello' },
      { kind: 'failed', error },
    ]);
    expect(ended.error).toEqual(error);
    for (const event of [...all, { kind: 'finished' } as const, { kind: 'failed', error: cancelled } as const])
      expect(nextProgress(ended, event, 5000)).toBe(ended);
  });

  it.each<readonly [string, readonly ProgressEvent[]]>([
    ['a step before its turn', [{ kind: 'begun', step: 'wifi' }]],
    [
      'a step for the second time',
      [
        { kind: 'done', step: 'hello' },
        { kind: 'begun', step: 'hello' },
      ],
    ],
    ['an end with open steps', [{ kind: 'finished' }]],
    ['a step after the last one', [...all, { kind: 'begun', step: 'zone' }]],
  ])('throws on %s, which is a bug', (_name, events) => {
    expect(() => run(events)).toThrow();
  });
});
