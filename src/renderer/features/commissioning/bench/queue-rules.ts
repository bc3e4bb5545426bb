import type { BenchView } from '../../../../shared/api/commissioning';
import type { ZoneView } from '../../../../shared/api/zones';
import type { ZoneId } from '../../../../shared/domain/ids';

/* A list of names as people paste it: one per line, a zone after `;` or a tab (as spreadsheets copy it). */

export type QueueEntry = BenchView['queue'][number];

export type QueueProblem = {
  /** From 1. */
  readonly line: number;
  readonly problem: 'noName' | 'longName' | 'unknownZone' | 'twice' | 'tooMany';
  /** What stands there. */
  readonly text: string;
};

/** As in the API: `setQueue`. */
const MAX_ENTRIES = 500;
const NAME_CHARS = 64;

/** The names and zones of a pasted list, and every line that cannot be used. A zone may be written as its name or its id. */
export function parseQueue(
  text: string,
  zones: readonly ZoneView[],
): { readonly entries: QueueEntry[]; readonly problems: QueueProblem[] } {
  const entries: QueueEntry[] = [];
  const problems: QueueProblem[] = [];
  const names = new Set<string>();
  for (const [index, content] of text.split(/\r\n|\r|\n/).entries()) {
    if (content.trim() === '') continue;
    const [name = '', zoneText = ''] = content.split(/[;\t]/).map((cell) => cell.trim());
    const zoneId = zoneIdIn(zoneText, zones);
    const problem = nameProblem(name, names) ?? (zoneId === undefined ? 'unknownZone' : null);
    if (problem !== null) {
      problems.push({ line: index + 1, problem, text: problem === 'unknownZone' ? zoneText : name });
    } else if (entries.length === MAX_ENTRIES) {
      problems.push({ line: index + 1, problem: 'tooMany', text: name });
      break;
    } else {
      entries.push({ name, zoneId: zoneId ?? null });
    }
    names.add(name.toLowerCase());
  }
  return { entries, problems };
}

/** The queue as it can be edited and pasted again. */
export function queueText(queue: readonly QueueEntry[]): string {
  return queue.map(({ name, zoneId }) => (zoneId === null ? name : `${name};${zoneId}`)).join('\n');
}

/** Names that boards were given since the list was opened: saved as it stands there, it would give them away twice. */
export function takenSince(opened: readonly QueueEntry[], now: readonly QueueEntry[]): string[] {
  const waiting = new Set(now.map(({ name }) => name));
  return opened.map(({ name }) => name).filter((name) => !waiting.has(name));
}

function nameProblem(name: string, names: ReadonlySet<string>): 'noName' | 'longName' | 'twice' | null {
  if (name === '') return 'noName';
  if (name.length > NAME_CHARS) return 'longName';
  return names.has(name.toLowerCase()) ? 'twice' : null;
}

/** Null for no zone, undefined for one that the plant does not have. */
function zoneIdIn(text: string, zones: readonly ZoneView[]): ZoneId | null | undefined {
  if (text === '') return null;
  const wanted = text.toLowerCase();
  const byId = zones.find(({ id }) => id === text);
  return (byId ?? zones.find(({ name }) => name.trim().toLowerCase() === wanted))?.id;
}
