import type { DeviceView } from '../../../shared/api/devices';
import type { JournalEntry } from '../../../shared/api/journal';

/* Which entries the journal shows and which wait behind the "new entries" button. */

export type JournalFilter = { readonly kind: string | null; readonly deviceId: string | null };

export const noFilter: JournalFilter = { kind: null, deviceId: null };

/** True when an entry passes the filter, as the console would decide it. */
export function passesFilter(entry: JournalEntry, filter: JournalFilter): boolean {
  return (
    (filter.kind === null || entry.kind === filter.kind) &&
    (filter.deviceId === null || entry.deviceId === filter.deviceId)
  );
}

/** Live entries that are newer than the first shown one, newest first; none of them is shown yet. */
export function waitingEntries(
  shown: readonly JournalEntry[],
  live: readonly JournalEntry[],
  filter: JournalFilter,
): JournalEntry[] {
  const shownIds = new Set(shown.map(({ id }) => id));
  const newestAt = shown[0]?.at ?? '';
  return live
    .filter((entry) => !shownIds.has(entry.id) && entry.at >= newestAt && passesFilter(entry, filter))
    .sort(newestFirst);
}

/** The shown list with more entries in it, newest first, each once. */
export function mergeEntries(shown: readonly JournalEntry[], added: readonly JournalEntry[]): JournalEntry[] {
  const shownIds = new Set(shown.map(({ id }) => id));
  return [...shown, ...added.filter(({ id }) => !shownIds.has(id))].sort(newestFirst);
}

/** Kinds for the filter: those of the catalogue and any that occurred, in alphabetical order. */
export function kindsOf(entries: readonly JournalEntry[], known: readonly string[]): string[] {
  return [...new Set([...known, ...entries.map(({ kind }) => kind)])].sort();
}

/** Devices for the filter by name: the known ones, those that occur in the entries, and the chosen one. */
export function deviceChoices(
  devices: Readonly<Record<string, Pick<DeviceView, 'name'>>>,
  entries: readonly JournalEntry[],
  chosenId: string | null,
): { readonly value: string; readonly label: string }[] {
  const occurring = entries.flatMap(({ deviceId }) => (deviceId === undefined ? [] : [deviceId as string]));
  const ids = new Set([...Object.keys(devices), ...occurring, ...(chosenId === null ? [] : [chosenId])]);
  return [...ids]
    .map((id) => {
      const name = devices[id]?.name ?? '';
      return { value: id, label: name === '' || name === id ? id : `${name} · ${id}` };
    })
    .sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true, sensitivity: 'base' }));
}

function newestFirst(a: JournalEntry, b: JournalEntry): number {
  return b.at.localeCompare(a.at) || byId(b.id, a.id);
}

/** Numbers by value, ULIDs by text: a longer number is the later one, ULIDs are of one length. */
function byId(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
