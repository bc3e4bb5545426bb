/** Who may take whose place, and what a record becomes by it. Pure. */
import type { ReplacementView } from '../../shared/api/devices';
import type { DeviceId } from '../../shared/domain/ids';
import { jobFailure, jobSuccess, type JobResult } from '../../shared/domain/job-errors';
import type { DeviceRecord } from '../devices/device-record';

/** Longest name (shared/api/devices.ts), characters. */
const NAME_CHARS = 64;
const RETIRED_SUFFIX = ' (replaced)';
/** Seams that a device carries; the newest ones. A trend of years has a handful. */
const MOST_SEAMS = 50;

type Facts = Pick<
  DeviceRecord,
  | 'id'
  | 'name'
  | 'isDemo'
  | 'approval'
  | 'presence'
  | 'replacedBy'
  | 'firstSeenMs'
  | 'approvedAtMs'
  | 'lastSeenMs'
  | 'config'
  | 'subzones'
>;

/** Was this very replacement begun and not finished? */
export function isInterrupted({ replacedBy }: Pick<Facts, 'replacedBy'>, newId?: DeviceId): boolean {
  return replacedBy !== null && !replacedBy.isDone && (newId === undefined || replacedBy.deviceId === newId);
}

/** May the device be replaced? Fails with `not_replaced`; its sentence stands in `details.reason` too. */
export function replaceable(id: DeviceId, old: Facts | undefined, newId?: DeviceId): JobResult<null> {
  if (!old) return refused(`There is no device ${id}. Choose the device to be replaced from the list.`);
  const { name, isDemo, presence, replacedBy } = old;
  if (isInterrupted(old, newId)) return jobSuccess(null);
  if (replacedBy)
    return refused(`${name} was replaced already, by ${replacedBy.deviceId}. Replace that device instead.`);
  if (isDemo) return refused(`${name} is simulated. Only real devices can be replaced.`);
  if (presence.state === 'online')
    return refused(
      `${name} is online, so it is not dead. Switch it off first; it can be replaced as soon as it is offline.`,
    );
  return jobSuccess(null);
}

/**
 * May this device take the place? One that is at work itself may not: its settings and its history would be mixed with those of the other.
 * A blank board is nobody yet, or came into the plant after the old one fell silent. Fails with `device_known`, else with `not_replaced`.
 */
export function canReplace(old: Facts, next: Facts, hasHistory: boolean): JobResult<null> {
  const { id, name, isDemo, approval, replacedBy } = next;
  if (id === old.id) return refused(`${name} cannot replace itself. Plug in the new board.`);
  if (isInterrupted(old, id)) return jobSuccess(null);
  if (isDemo) return refused(`${name} is simulated and cannot replace a real device.`);
  if (replacedBy)
    return refused(`${name} (${id}) was itself replaced. To use this board again, forget it on its page first.`);
  if (approval !== 'approved' || !isAtWork(next, hasHistory, old.lastSeenMs)) return jobSuccess(null);
  return jobFailure(
    'device_known',
    `This board is ${name} (${id}), which has settings or a history of its own. Take another board, or forget ${name} on its page first.`,
    { deviceId: id, name },
  );
}

function isAtWork(
  { config, subzones, approvedAtMs, firstSeenMs }: Facts,
  hasHistory: boolean,
  oldLastSeenMs: number | null,
): boolean {
  const { desired, confirmed } = config;
  const isConfigured = [desired, confirmed].some((sections) =>
    Object.values(sections ?? {}).some((items) => (items?.length ?? 0) > 0),
  );
  return (
    isConfigured || subzones.length > 0 || (hasHistory && (approvedAtMs ?? firstSeenMs) < (oldLastSeenMs ?? -Infinity))
  );
}

/** A refusal by a sentence; the page puts `reason` into one of its own, so it has no full stop. */
export function refused(sentence: string): JobResult<null> {
  return jobFailure('not_replaced', sentence, { reason: withoutStop(sentence) });
}

/** The words of a sentence. */
export function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/** What the records carry from now on. `at` is ISO time. */
export function recordsAfter(
  old: DeviceRecord,
  next: DeviceRecord,
  { at, by }: { readonly at: string; readonly by: string },
): {
  readonly old: Pick<DeviceRecord, 'name' | 'notes' | 'approval' | 'rejectedAtMs' | 'replacedBy'>;
  readonly next: Pick<DeviceRecord, 'name' | 'notes' | 'board' | 'replaces'>;
} {
  const isNamed = next.name !== next.id; // by the setup, which takes the old name unless another one is wished
  const name = old.name === old.id ? next.name : old.name;
  const notes = [old.notes, next.notes].filter((text) => text !== '');
  return {
    old: {
      name: `${cut(old.name, NAME_CHARS - RETIRED_SUFFIX.length)}${RETIRED_SUFFIX}`,
      notes: '',
      approval: 'rejected',
      rejectedAtMs: Date.parse(at),
      replacedBy: { deviceId: next.id, at, by, isDone: false },
    },
    next: {
      name: isNamed ? next.name : name,
      notes: [...new Set(notes)].join('\n'),
      board: next.board.id === null ? old.board : next.board, // what the new hardware says of itself counts
      replaces: seamsOf([...next.replaces, ...old.replaces, { deviceId: old.id, at }]),
    },
  };
}

function seamsOf(seams: readonly ReplacementView[]): ReplacementView[] {
  return seams.toSorted((a, b) => a.at.localeCompare(b.at)).slice(-MOST_SEAMS);
}

/** The beginning of a text, without half of a character at its end. */
function cut(text: string, chars: number): string {
  return text
    .slice(0, chars)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}
