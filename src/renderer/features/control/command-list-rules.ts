import type { CommandView } from '../../../shared/api/control';
import type { Priority } from '../../ui/priority';

/* Which commands the history shows, and how urgent an end is. */

export type CommandFilterChoice = {
  readonly deviceId: string | null;
  readonly kind: CommandView['kind'] | null;
  readonly state: CommandView['state'] | null;
};

export const allCommands: CommandFilterChoice = { deviceId: null, kind: null, state: null };

/** True when a command passes the filter, as the console would decide it. */
export function passesFilter(command: CommandView, { deviceId, kind, state }: CommandFilterChoice): boolean {
  return (
    (deviceId === null || command.deviceId === deviceId) &&
    (kind === null || command.kind === kind) &&
    (state === null || command.state === state)
  );
}

/**
 * Pages from the console with the live commands in their newest form: what is shown keeps its place, what is new stands first. A shown
 * command stays although its state left the filter, so that no row vanishes under the pointer.
 */
export function mergeCommands(
  shown: readonly CommandView[],
  live: Readonly<Record<string, CommandView>>,
  filter: CommandFilterChoice,
): CommandView[] {
  const ids = new Set(shown.map(({ id }) => id));
  const newestAt = shown[0]?.at ?? '';
  const added = Object.values(live)
    .filter((command) => !ids.has(command.id) && command.at >= newestAt && passesFilter(command, filter))
    .sort((a, b) => b.at.localeCompare(a.at) || b.id.localeCompare(a.id));
  return [...added, ...shown.map((command) => live[command.id] ?? command)];
}

/** What did not end as it was asked stands out; what is under way and what was done is calm. */
export function commandPriority({ state, conflict }: CommandView): Priority {
  if (state === 'unconfirmed' || conflict) return 'high';
  return state === 'failed' || state === 'rejected' || state === 'expired' ? 'low' : 'none';
}
