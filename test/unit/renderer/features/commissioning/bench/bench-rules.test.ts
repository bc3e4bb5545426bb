import { describe, expect, test } from 'vitest';
import type { BenchView, CommissioningEvent, SetupJob } from '../../../../../../src/shared/api/commissioning';
import {
  benchPhase,
  benchRows,
  benchShare,
  benchTotals,
  chosenPorts,
  MAX_LANES,
  rowState,
  type BenchRow,
  type Lane,
} from '../../../../../../src/renderer/features/commissioning/bench/bench-rules';
import { sampleFlashJob, samplePort, sampleProvisioning, sampleSetup } from '../sample-jobs';

function lane(port: string, change: Partial<Lane> = {}): Lane {
  return { port, state: 'empty', jobId: null, passed: 0, failed: 0, ...change };
}

const bench: BenchView = { template: null, isRunning: true, queue: [], lanes: [] };

function event(change: Partial<CommissioningEvent>): CommissioningEvent {
  return { ports: { ports: [], platform: 'linux', problems: [] }, setups: [], flashJobs: [], bench, ...change };
}

function row(change: Partial<BenchRow> = {}): BenchRow {
  return { path: '/dev/a', port: samplePort({ path: '/dev/a' }), lane: lane('/dev/a'), job: null, ...change };
}

describe('The rows of the bench', () => {
  const ports = ['/dev/a', '/dev/b', '/dev/c'].map((path) => samplePort({ path, isPresent: path !== '/dev/c' }));

  test('keep the order of the lanes; ports that are not on the line come after them, absent ones not at all', () => {
    const job = sampleSetup({ id: 's1' });
    const rows = benchRows(
      event({
        ports: { ports, platform: 'linux', problems: [] },
        setups: [job],
        bench: { ...bench, lanes: [lane('/dev/c', { jobId: 's1' }), lane('/dev/gone')] },
      }),
    );
    expect(rows).toEqual([
      { path: '/dev/c', port: ports[2], lane: lane('/dev/c', { jobId: 's1' }), job },
      { path: '/dev/gone', port: null, lane: lane('/dev/gone'), job: null },
      { path: '/dev/a', port: ports[0], lane: null, job: null },
      { path: '/dev/b', port: ports[1], lane: null, job: null },
    ]);
  });

  test('count boards over all ports', () => {
    expect(benchTotals([lane('a', { passed: 3, failed: 1 }), lane('b', { passed: 4 })])).toEqual({
      passed: 7,
      failed: 1,
    });
    expect(benchTotals([])).toEqual({ passed: 0, failed: 0 });
  });

  test('are taken by Start when plugged in or on the line before, unless left out, sixteen at most', () => {
    const absent = samplePort({ isPresent: false });
    const rows = [
      row({ path: 'here', lane: null }),
      row({ path: 'before', port: null }),
      row({ path: 'absent', port: absent, lane: null }),
      row({ path: 'left-out' }),
    ];
    expect(chosenPorts(rows, ['left-out'])).toEqual(['here', 'before']);
    const many = Array.from({ length: 20 }, (_, index) => row({ path: `p${index}` }));
    expect(chosenPorts(many, [])).toHaveLength(MAX_LANES);
  });

  test.each([
    ['unused', row({ lane: null })],
    ['empty', row()],
    ['working', row({ lane: lane('/dev/a', { state: 'working' }) })],
    ['passed', row({ lane: lane('/dev/a', { state: 'finished' }), job: sampleSetup({ state: 'done' }) })],
    ['failed', row({ lane: lane('/dev/a', { state: 'failed' }), job: sampleSetup({ state: 'failed' }) })],
    ['failed', row({ lane: lane('/dev/a', { state: 'failed' }) })],
    ['cancelled', row({ lane: lane('/dev/a', { state: 'failed' }), job: sampleSetup({ state: 'cancelled' }) })],
    ['off', row({ lane: lane('/dev/a', { state: 'off' }) })],
    ['absent', row({ lane: lane('/dev/a', { state: 'off' }), port: samplePort({ isPresent: false }) })],
    ['absent', row({ lane: lane('/dev/a', { state: 'off' }), port: null })],
  ] as const)('say %s', (state, shown) => {
    expect(rowState(shown)).toBe(state);
  });
});

describe('A board on the bench', () => {
  const flashing = sampleSetup({ state: 'flashing', flash: sampleFlashJob() });
  const cases: readonly (readonly [string, SetupJob, ReturnType<typeof benchPhase>, number | null])[] = [
    [
      'waits for its flash job',
      sampleSetup({ state: 'flashing', flash: null }),
      { kind: 'flash', state: 'queued' },
      null,
    ],
    ['is written', flashing, { kind: 'flash', state: 'writing' }, 0.4],
    [
      'is connected to, with nothing to measure',
      { ...flashing, flash: sampleFlashJob({ state: 'connecting', bytesTotal: 0, bytesWritten: 0 }) },
      { kind: 'flash', state: 'connecting' },
      null,
    ],
    [
      'joins the network as the seventh of eleven steps',
      sampleSetup({ state: 'provisioning', provisioning: sampleProvisioning('wifi') }),
      { kind: 'step', step: 'wifi' },
      6 / 11,
    ],
    [
      'has not begun to be provisioned',
      sampleSetup({ state: 'provisioning', provisioning: null }),
      { kind: 'step', step: 'hello' },
      null,
    ],
    ['takes over', sampleSetup({ state: 'replacing' }), { kind: 'replacing' }, null],
    ['is done', sampleSetup({ state: 'done', flash: sampleFlashJob({ state: 'done' }) }), null, null],
  ];
  test.each(cases)('%s', (_name, job, phase, share) => {
    expect({ phase: benchPhase(job), share: benchShare(job) }).toEqual({ phase, share });
  });

  test('between two steps is in the one that comes next', () => {
    const provisioning = sampleProvisioning('wifi');
    const steps = provisioning.steps.map((step) =>
      step.state === 'running' ? { ...step, state: 'waiting' as const } : step,
    );
    const job = sampleSetup({ state: 'provisioning', provisioning: { ...provisioning, steps } });
    expect(benchPhase(job)).toEqual({ kind: 'step', step: 'wifi' });
  });
});
