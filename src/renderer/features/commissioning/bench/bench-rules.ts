import type { BenchView, CommissioningEvent, SetupJob } from '../../../../shared/api/commissioning';
import type { FlashJob, SerialPortView } from '../../../../shared/api/flash';
import type { ProvisioningStep } from '../../../../shared/api/provisioning';

/* What the bench shows: one row per port in an order that stays, and how far the board in it is. */

export type Lane = BenchView['lanes'][number];

export type BenchRow = {
  readonly path: string;
  /** Null: named by the line, but not in the list of ports any more. */
  readonly port: SerialPortView | null;
  /** Null: not on the line. */
  readonly lane: Lane | null;
  readonly job: SetupJob | null;
};

/** The lanes in their order, then the ports that are plugged in and not on the line, in the order of the list. */
export function benchRows({ bench, ports, setups }: CommissioningEvent): BenchRow[] {
  const portOf = (path: string) => ports.ports.find((port) => port.path === path) ?? null;
  const onLine = bench.lanes.map((lane) => ({
    path: lane.port,
    port: portOf(lane.port),
    lane,
    job: setups.find(({ id }) => id === lane.jobId) ?? null,
  }));
  const taken = new Set(bench.lanes.map(({ port }) => port));
  const others = ports.ports.filter(({ path, isPresent }) => isPresent && !taken.has(path));
  return [...onLine, ...others.map((port) => ({ path: port.path, port, lane: null, job: null }))];
}

/** Boards that passed and failed on all ports together. */
export function benchTotals(lanes: readonly Lane[]): { readonly passed: number; readonly failed: number } {
  return lanes.reduce((sum, lane) => ({ passed: sum.passed + lane.passed, failed: sum.failed + lane.failed }), {
    passed: 0,
    failed: 0,
  });
}

/** Ports that a bench line can have (API: `startBench`). */
export const MAX_LANES = 16;

/**
 * The rows that Start takes: what is plugged in or was on the line before (a chip with its own USB takes its port along), and is not left
 * out by the operator; as many as a line can have.
 */
export function chosenPorts(rows: readonly BenchRow[], leftOut: readonly string[]): string[] {
  const usable = rows.filter(
    ({ path, port, lane }) => (port?.isPresent === true || lane !== null) && !leftOut.includes(path),
  );
  return usable.map(({ path }) => path).slice(0, MAX_LANES);
}

export type BenchPhase =
  | { readonly kind: 'flash'; readonly state: FlashJob['state'] }
  | { readonly kind: 'step'; readonly step: ProvisioningStep }
  | { readonly kind: 'replacing' };

/** What is done to a board at this moment; null when its job is over. */
export function benchPhase({ state, flash, provisioning }: SetupJob): BenchPhase | null {
  if (state === 'flashing') return { kind: 'flash', state: flash?.state ?? 'queued' };
  if (state === 'replacing') return { kind: 'replacing' };
  if (state !== 'provisioning') return null;
  const step = provisioning?.steps.find((each) => each.state === 'running') ?? provisioning?.steps.find((each) => each.state === 'waiting'); // prettier-ignore
  return { kind: 'step', step: step?.id ?? 'hello' };
}

/**
 * How much of the present phase is done, 0 to 1; null while nobody can say. Writing counts bytes, provisioning its steps: two bars one
 * after the other, since neither knows how long the other takes.
 */
export function benchShare({ state, flash, provisioning }: SetupJob): number | null {
  if (state === 'flashing')
    return flash === null || flash.bytesTotal === 0 ? null : flash.bytesWritten / flash.bytesTotal;
  if (state !== 'provisioning' || provisioning === null) return null;
  const { steps } = provisioning;
  const done = steps.filter((each) => each.state === 'done' || each.state === 'skipped').length;
  return steps.length === 0 ? null : done / steps.length;
}

/** What a row says in one word, big: the lane's state, with a working board's phase beside it. */
export type RowState = 'unused' | 'absent' | 'empty' | 'working' | 'passed' | 'failed' | 'cancelled' | 'off';

/** The big word of a row. A finished lane whose job was ended by the operator did neither pass nor fail. */
export function rowState({ lane, port, job }: BenchRow): RowState {
  if (lane === null) return 'unused';
  switch (lane.state) {
    case 'working':
    case 'empty':
      return lane.state;
    case 'finished':
      return 'passed';
    case 'failed':
      return job?.state === 'cancelled' ? 'cancelled' : 'failed';
    default:
      return port?.isPresent === true ? 'off' : 'absent';
  }
}
