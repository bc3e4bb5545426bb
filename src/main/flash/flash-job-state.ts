/*
 * The life of a flash job: queued → connecting → erasing → writing ⇄ verifying → resetting → done, or connecting → reading → resetting → done for a
 * backup; from each of them to failed or cancelled. Pure; flash-job.ts says what happens, the screens see `view`.
 */
import type { ChipFacts, FirmwareInfo, FlashImage, FlashJob, FlashPart } from '../../shared/api/flash';
import type { JobError } from '../../shared/domain/job-errors';
import { assertNever } from '../../shared/domain/assert';

/** Bytes that have gone over the line since the job began, at a time. */
type Sample = { readonly atMs: number; readonly movedBytes: number };

export type FlashJobState = {
  readonly view: FlashJob;
  readonly movedBytes: number;
  /** The flash is not what it was any more. Stays so when the job begins anew. */
  readonly isTouched: boolean;
  /** The last seconds, oldest first. */
  readonly samples: readonly Sample[];
};

/** Speed is the mean of so much time. */
const RATE_WINDOW_MS = 5_000;
/** Before that a mean says nothing. */
const RATE_MINIMUM_MS = 500;
/** Times at which progress is remembered; more would only cost. */
const SAMPLE_EVERY_MS = 250;
export const MAX_NOTES = 20;

export type FlashJobEvent =
  /** Also once more, from the start at a lower speed: what was counted is void. */
  | { readonly type: 'connecting' }
  | { readonly type: 'hint'; readonly hint: FlashJob['hint'] }
  | { readonly type: 'connected'; readonly facts: ChipFacts; readonly baud: number | null }
  | { readonly type: 'image'; readonly image: FlashImage }
  | { readonly type: 'found'; readonly firmware: FirmwareInfo | null }
  /** What is there already counts as done. */
  | { readonly type: 'planned'; readonly parts: readonly FlashPart[]; readonly doneBytes: number }
  | { readonly type: 'reading'; readonly totalBytes: number }
  | { readonly type: 'erasing' | 'writing' }
  | { readonly type: 'verifying' | 'resetting' }
  /** More bytes have arrived: of a part in the flash (`part` is its address), or of the flash in the console. */
  | { readonly type: 'moved'; readonly bytes: number; readonly part?: number }
  | { readonly type: 'verified'; readonly part: number }
  /** A part is written once more as a whole; `doneBytes` of it had counted. */
  | { readonly type: 'again'; readonly part: number; readonly doneBytes: number }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'boot_log'; readonly lines: readonly string[] }
  | { readonly type: 'file'; readonly file: string; readonly image: FlashImage }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: JobError };

/** Whether a job is over: nothing changes it any more. */
export function isEnded({ state }: FlashJob): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** The job after an event. An ended job stays as it is. `now` is Unix ms. */
export function next(state: FlashJobState, event: FlashJobEvent, now: number): FlashJobState {
  if (isEnded(state.view)) return state;
  const { view } = state;
  switch (event.type) {
    case 'connecting':
      return {
        ...state,
        view: { ...view, ...nothingDone, state: 'connecting', parts: view.parts.map(unproved) },
        movedBytes: 0,
        samples: [],
      };
    case 'moved':
      return moved(state, event, now);
    case 'done':
      return withView(state, { state: 'done', hint: null, remainingS: null, finishedAt: iso(now) });
    case 'failed':
      return withView(state, {
        state: event.error.code === 'cancelled' ? 'cancelled' : 'failed',
        hint: null,
        remainingS: null,
        finishedAt: iso(now),
        error: event.error,
      });
    case 'erasing':
    case 'writing':
      return { ...withView(state, { state: event.type }), isTouched: true };
    case 'found':
      // Found before writing; what a job that begins anew finds may be its own work.
      return state.isTouched ? state : withView(state, { previousFirmware: event.firmware });
    default:
      return withView(state, changeBy(view, event));
  }
}

const nothingDone = { hint: null, bytesWritten: 0, bytesTotal: 0, bytesPerSecond: null, remainingS: null };

function unproved(part: FlashPart): FlashPart {
  return { ...part, verified: false };
}

/** What this job has written stays written by it, although it is found equal when the job begins anew. */
function withEarlier(part: FlashPart, earlier: readonly FlashPart[]): FlashPart {
  const before = earlier.find(({ address }) => address === part.address);
  return before && before.writtenBytes > 0 ? { ...part, skipped: false, writtenBytes: before.writtenBytes } : part;
}

type PlainEvent = Exclude<FlashJobEvent, { readonly type: EventOfItsOwn }>;
type EventOfItsOwn = 'connecting' | 'moved' | 'erasing' | 'writing' | 'found' | 'done' | 'failed';

function changeBy(view: FlashJob, event: PlainEvent): Partial<FlashJob> {
  switch (event.type) {
    case 'hint':
      return { hint: view.state === 'connecting' || view.state === 'resetting' ? event.hint : null };
    case 'connected':
      return { hint: null, facts: event.facts, chip: event.facts.chip, mac: event.facts.mac, baud: event.baud };
    case 'image':
      return imageChange(event.image);
    case 'planned':
      return {
        parts: event.parts.map((part) => withEarlier(part, view.parts)),
        bytesTotal: event.parts.reduce((sum, { size }) => sum + size, 0),
        bytesWritten: event.doneBytes,
      };
    case 'reading':
      return { state: 'reading', bytesTotal: event.totalBytes, bytesWritten: 0 };
    case 'verifying':
    case 'resetting':
      return { state: event.type, ...(event.type === 'resetting' && { remainingS: null }) };
    case 'verified':
      return { parts: withPart(view.parts, event.part, (part) => ({ ...part, verified: true })) };
    case 'again':
      return {
        state: 'writing',
        bytesWritten: view.bytesWritten - event.doneBytes,
        parts: withPart(view.parts, event.part, (part) => ({ ...part, verified: false, skipped: false })),
      };
    case 'note':
      return view.notes.includes(event.text) ? {} : { notes: [...view.notes, event.text].slice(0, MAX_NOTES) };
    case 'boot_log':
      return { bootLog: [...event.lines] };
    case 'file':
      return { file: event.file, ...imageChange(event.image) };
    default:
      return assertNever(event);
  }
}

function moved(
  { view, movedBytes: before, samples, isTouched }: FlashJobState,
  { bytes, part }: Extract<FlashJobEvent, { readonly type: 'moved' }>,
  now: number,
): FlashJobState {
  const movedBytes = before + bytes;
  const kept = (samples.length === 0 ? [{ atMs: now, movedBytes }] : samples).filter(
    ({ atMs }) => atMs >= now - RATE_WINDOW_MS,
  );
  const last = kept.at(-1);
  const isDue = !last || now - last.atMs >= SAMPLE_EVERY_MS;
  const first = kept[0];
  const elapsedMs = first ? now - first.atMs : 0;
  const bytesPerSecond =
    first && elapsedMs >= RATE_MINIMUM_MS
      ? Math.round(((movedBytes - first.movedBytes) * 1_000) / elapsedMs)
      : view.bytesPerSecond;
  const bytesWritten = Math.min(view.bytesTotal, view.bytesWritten + bytes);
  return {
    movedBytes,
    isTouched,
    samples: isDue ? [...kept, { atMs: now, movedBytes }] : kept,
    view: {
      ...view,
      bytesWritten,
      bytesPerSecond,
      remainingS: bytesPerSecond ? Math.ceil((view.bytesTotal - bytesWritten) / bytesPerSecond) : null,
      parts:
        part === undefined
          ? view.parts
          : withPart(view.parts, part, (known) => ({ ...known, writtenBytes: known.writtenBytes + bytes })),
    },
  };
}

function imageChange({ id, name, sha256, firmware }: FlashImage): Partial<FlashJob> {
  return { imageId: id, imageName: name, imageSha256: sha256, firmware };
}

function withPart(parts: FlashPart[], address: number, change: (part: FlashPart) => FlashPart): FlashPart[] {
  return parts.map((part) => (part.address === address ? change(part) : part));
}

function withView(state: FlashJobState, change: Partial<FlashJob>): FlashJobState {
  return { ...state, view: { ...state.view, ...change } };
}

function iso(now: number): string {
  return new Date(now).toISOString();
}
