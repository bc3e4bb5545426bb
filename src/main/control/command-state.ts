import type { CommandState, CommandView } from '../../shared/api/control';

/** What can happen to a command after it was sent. Correlation by id has been done before. */
export type CommandEvent =
  | { readonly kind: 'accepted'; readonly code?: string; readonly message?: string }
  | {
      readonly kind: 'ended';
      readonly by: 'response' | 'outcome';
      readonly state: 'applied' | 'failed' | 'rejected' | 'expired';
      readonly code?: string;
      readonly message?: string;
    }
  | { readonly kind: 'not_sent'; readonly message: string }
  | { readonly kind: 'timeout' };

const finalStates: ReadonlySet<CommandState> = new Set(['applied', 'failed', 'rejected', 'expired', 'unconfirmed']);

export function isFinal(state: CommandState): boolean {
  return finalStates.has(state);
}

/**
 * Finality of a command (wire contract 3.5, 3.6): the first terminal signal decides, nothing changes the state after it. Whatever comes
 * later is kept in the history, marked late, so that a second terminal signal that disagrees stays visible. `at` is ISO time, `latencyMs` the
 * time since the command was sent. A repeated event changes nothing.
 */
export function nextCommand(command: CommandView, event: CommandEvent, at: string, latencyMs: number): CommandView {
  const { name, target } = describe(event);
  const code = 'code' in event ? event.code : undefined;
  const message = 'message' in event ? event.message : undefined;
  const isRepeated = command.history.some((entry) => entry.event === name);
  if (isRepeated) return command;
  const texts = { ...(code !== undefined && { code }), ...(message !== undefined && { message }) };
  if (isFinal(command.state)) {
    if (event.kind === 'timeout') return command;
    const history = [...command.history, { at, event: name, state: target, late: true, ...texts }];
    const isSameEnd = event.kind === 'ended' && event.state === command.state;
    return { ...command, history, ...(isSameEnd && command.code === undefined && code !== undefined && { code }) };
  }
  const history = [...command.history, { at, event: name, state: target, ...texts }];
  if (!isFinal(target)) return { ...command, state: target, history };
  return { ...command, ...texts, state: target, history, ...(event.kind === 'ended' && { latencyMs }) };
}

function describe(event: CommandEvent): { name: string; target: CommandState } {
  switch (event.kind) {
    case 'accepted':
      return { name: 'accepted', target: 'accepted' };
    case 'ended':
      return { name: `${event.by}_${event.state}`, target: event.state };
    case 'not_sent':
      return { name: 'not_sent', target: 'failed' };
    case 'timeout':
      return { name: 'timeout', target: 'unconfirmed' };
  }
}
