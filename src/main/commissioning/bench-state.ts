import type { BenchView } from '../../shared/api/commissioning';
import { assertNever } from '../../shared/domain/assert';

/**
 * A port that is gone for less than this comes back with the same board: a reset takes chips with USB-Serial/JTAG off the bus for one to three
 * seconds (the core looks for ports once a second), and a hand needs longer to change boards. Milliseconds.
 */
export const REENUMERATION_MS = 5_000;

export type Lane = {
  readonly state: BenchView['lanes'][number]['state'];
  /** Boards are begun on this port. */
  readonly isOn: boolean;
  readonly isPresent: boolean;
  /** Of the adapter or of the chip itself; null: it has none. */
  readonly serialNumber: string | null;
  /** Monotonic ms; null while the port is there, or was never. */
  readonly goneAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Another board was plugged in while the job of the one before was still under way. */
  readonly hasNextBoard: boolean;
  readonly jobId: string | null;
  readonly passed: number;
  readonly failed: number;
};

export type LaneEvent =
  /** The line was started. */
  | { readonly kind: 'started'; readonly isPresent: boolean; readonly serialNumber: string | null }
  /** The line was stopped; what runs is finished. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'plugged'; readonly serialNumber: string | null; readonly isNativeUsb: boolean }
  | { readonly kind: 'unplugged' }
  | { readonly kind: 'began'; readonly jobId: string }
  | { readonly kind: 'ended'; readonly jobId: string; readonly isPassed: boolean }
  | { readonly kind: 'retry' }
  /** Time has passed: `emptyDueMs` may be over. */
  | { readonly kind: 'waited' };

/** `begin`: start a job now, for another board or for the same one again. The service answers with `began`. */
export type LaneStep = { readonly lane: Lane; readonly begin: 'board' | 'again' | null };

export const newLane: Lane = {
  state: 'off',
  isOn: false,
  isPresent: false,
  serialNumber: null,
  goneAtMs: null,
  endedAtMs: null,
  hasNextBoard: false,
  jobId: null,
  passed: 0,
  failed: 0,
};

/** Takes a lane on by one event: off → empty → working → finished or failed → (board taken away) → empty. `nowMs` is monotonic. */
export function nextLane(lane: Lane, event: LaneEvent, nowMs: number): LaneStep {
  switch (event.kind) {
    case 'started':
      return started(lane, event);
    case 'stopped':
      return still({ ...lane, isOn: false, state: lane.state === 'empty' ? 'off' : lane.state });
    case 'plugged':
      return plugged(lane, event, nowMs);
    case 'unplugged':
      return still({ ...lane, isPresent: false, goneAtMs: nowMs, hasNextBoard: false });
    case 'began':
      return still(lane.state === 'working' ? { ...lane, jobId: event.jobId } : lane);
    case 'ended':
      return finished(lane, event, nowMs);
    case 'retry':
      if (!lane.isOn || lane.state === 'working' || lane.state === 'off') return still(lane);
      return begun(lane, lane.state === 'failed' ? 'again' : 'board');
    case 'waited': {
      const dueMs = emptyDueMs(lane);
      return still(dueMs !== null && nowMs >= dueMs ? emptied(lane) : lane);
    }
    default:
      return assertNever(event);
  }
}

/** When a board that is gone counts as taken away, monotonic ms; null: it is there, or none is expected. */
export function emptyDueMs({ state, isPresent, goneAtMs, endedAtMs }: Lane): number | null {
  if ((state !== 'finished' && state !== 'failed') || isPresent || goneAtMs === null) return null;
  return Math.max(goneAtMs, endedAtMs ?? 0) + REENUMERATION_MS; // a result stays to be seen, also when the board went before it
}

function started(lane: Lane, { isPresent, serialNumber }: LaneEvent & { kind: 'started' }): LaneStep {
  const on = { ...lane, isOn: true, isPresent, serialNumber };
  if (lane.state === 'working') return still(on);
  return isPresent ? begun({ ...on, goneAtMs: null }, 'board') : still({ ...on, state: 'empty', jobId: null });
}

function plugged(lane: Lane, board: LaneEvent & { kind: 'plugged' }, nowMs: number): LaneStep {
  const isAnother = isAnotherBoard(lane, board, nowMs);
  const there = { ...lane, isPresent: true, goneAtMs: null, serialNumber: board.serialNumber ?? lane.serialNumber };
  if (lane.state === 'working') return still({ ...there, hasNextBoard: lane.hasNextBoard || isAnother });
  if (lane.state === 'empty') return begun(there, 'board');
  if (lane.state === 'off' || !isAnother) return still(there);
  return lane.isOn ? begun(there, 'board') : still(emptied(there));
}

/**
 * By the serial number where it tells: another number is another board, and native USB has the chip's own. Bridges share numbers (CP210x: 0001)
 * or belong to the cable, so there the time decides.
 */
function isAnotherBoard(
  lane: Lane,
  { serialNumber, isNativeUsb }: LaneEvent & { kind: 'plugged' },
  nowMs: number,
): boolean {
  if (serialNumber !== null && lane.serialNumber !== null) {
    if (serialNumber !== lane.serialNumber) return true;
    if (isNativeUsb) return false;
  }
  return lane.goneAtMs !== null && nowMs - lane.goneAtMs >= REENUMERATION_MS;
}

function finished(lane: Lane, { jobId, isPassed }: LaneEvent & { kind: 'ended' }, nowMs: number): LaneStep {
  if (lane.state !== 'working' || lane.jobId !== jobId) return still(lane);
  const counted = isPassed ? { passed: lane.passed + 1 } : { failed: lane.failed + 1 };
  const after: Lane = { ...lane, ...counted, state: isPassed ? 'finished' : 'failed', endedAtMs: nowMs };
  return after.hasNextBoard && after.isOn ? begun(after, 'board') : still({ ...after, hasNextBoard: false });
}

function begun(lane: Lane, begin: 'board' | 'again'): LaneStep {
  return { lane: { ...lane, state: 'working', jobId: null, endedAtMs: null, hasNextBoard: false }, begin };
}

function emptied(lane: Lane): Lane {
  return { ...lane, state: lane.isOn ? 'empty' : 'off', jobId: null, endedAtMs: null };
}

function still(lane: Lane): LaneStep {
  return { lane, begin: null };
}
