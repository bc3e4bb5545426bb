import type { CommandState, CommandView } from '../../shared/api/control';

/** A state that a device can end a command with. */
export type EndState = 'applied' | 'failed' | 'rejected' | 'expired';

/** What can happen to a command after it was sent. Correlation by id has been done before. */
export type CommandEvent =
  | { readonly kind: 'accepted'; readonly code?: string; readonly message?: string }
  | {
      readonly kind: 'ended';
      readonly by: 'response' | 'outcome';
      readonly state: EndState;
      readonly code?: string;
      readonly message?: string;
      readonly isRetryable?: boolean;
      readonly result?: CommandResult;
    }
  /** The device said more about a command without ending it (the devices of a 1-Wire scan). */
  | { readonly kind: 'told'; readonly result: CommandResult }
  | { readonly kind: 'not_sent'; readonly message: string }
  | { readonly kind: 'timeout' };

export type CommandResult = Readonly<Record<string, unknown>>;
type Entry = CommandView['history'][number];
type Words = { readonly code?: string | undefined; readonly message?: string | undefined };

const finalStates: ReadonlySet<CommandState> = new Set(['applied', 'failed', 'rejected', 'expired', 'unconfirmed']);
/** The code of the contract that says nothing; any other code says more. */
const NO_CODE = 'NONE';

export function isFinal(state: CommandState): boolean {
  return finalStates.has(state);
}

/**
 * Finality of a command (wire contract 3.5, 3.6): the first terminal signal decides the state, nothing changes it after that. Later signals
 * are kept in the history, marked late; terminal ones that disagree set `conflict`. Code and message come from the signals that agree with
 * the state, chosen by who said them and never by who was first, so that the same signals in any order give the same record. A repeated
 * signal changes nothing and returns the same object. `at` is ISO time, `latencyMs` the time since the command was sent.
 */
export function nextCommand(command: CommandView, event: CommandEvent, at: string, latencyMs: number): CommandView {
  if (event.kind === 'told') return withResult(command, event.result);
  const wasFinal = isFinal(command.state);
  if (event.kind === 'timeout' && wasFinal) return command;
  const entry = { at, ...described(event), ...(wasFinal && { late: true }) };
  const state = wasFinal ? command.state : entry.state;
  const history = withEntry(command.history, entry);
  const told = event.kind === 'ended' ? withResult(command, event.result) : command;
  const isRetryable = event.kind === 'ended' && event.isRetryable === true && entry.state === state;
  if (history === command.history && told === command && (!isRetryable || command.retryable)) return command;
  return {
    ...told,
    ...wordsOf(history, state),
    state,
    history,
    ...(isRetryable && { retryable: true }),
    ...(event.kind === 'ended' && !wasFinal && { latencyMs }),
    ...(isConflict(history) && { conflict: true }),
  };
}

function described(event: Exclude<CommandEvent, { kind: 'told' }>): Omit<Entry, 'at'> {
  switch (event.kind) {
    case 'accepted':
      return { event: 'accepted', state: 'accepted', ...wordsIn(event) };
    case 'ended':
      return { event: `${event.by}_${event.state}`, state: event.state, ...wordsIn(event) };
    case 'not_sent':
      return { event: 'not_sent', state: 'failed', ...wordsIn(event) };
    case 'timeout':
      return { event: 'timeout', state: 'unconfirmed' };
  }
}

/**
 * One entry for each kind of signal, which bounds the history whatever a device sends. A repetition in other words is joined with the first
 * one; which words stay is decided by the words themselves.
 */
function withEntry(history: Entry[], entry: Entry): Entry[] {
  const index = history.findIndex(({ event }) => event === entry.event);
  const known = history[index];
  if (!known) return [...history, entry];
  const words = { code: smaller(known.code, entry.code), message: smaller(known.message, entry.message) };
  if (words.code === known.code && words.message === known.message) return history;
  return history.with(index, { ...known, ...wordsIn(words) });
}

function smaller(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one <= other ? one : other;
}

function wordsIn({ code, message }: Words): { code?: string; message?: string } {
  return { ...(code !== undefined && { code }), ...(message !== undefined && { message }) };
}

/** The words of the signals that agree with the state: codes rather from the outcome, messages rather from the response. */
function wordsOf(history: readonly Entry[], state: CommandState): { code?: string; message?: string } {
  const by = (event: string) => history.find((entry) => entry.event === event && entry.state === state);
  const [outcome, response, notSent] = [by(`outcome_${state}`), by(`response_${state}`), by('not_sent')];
  const codes = [outcome?.code, response?.code].filter((code) => code !== undefined);
  return wordsIn({
    code: codes.find((code) => code !== NO_CODE) ?? codes[0],
    message: response?.message ?? outcome?.message ?? notSent?.message,
  });
}

/** Do terminal signals disagree, in whatever order they came? Silence until the time-out contradicts nobody. */
function isConflict(history: readonly Entry[]): boolean {
  return (
    new Set(history.filter(({ event, state }) => isFinal(state) && event !== 'timeout').map(({ state }) => state))
      .size > 1
  );
}

/** What was told first stays. */
function withResult(command: CommandView, result: CommandResult | undefined): CommandView {
  const known = command.result ?? {};
  const isNew = result !== undefined && Object.keys(result).some((name) => !Object.hasOwn(known, name));
  return isNew ? { ...command, result: { ...result, ...known } } : command;
}
