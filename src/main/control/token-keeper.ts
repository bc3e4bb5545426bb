import type { CommandView } from '../../shared/api/control';
import type { DeviceId } from '../../shared/domain/ids';
import type { CommandEvent } from './command-state';
import { MASK, type SystemParams } from './system-command-table';

export type TokenType = 'esp' | 'broadcast';
/** A device took a new stop token over; whoever sends stops must know it from now on. */
export type OnTokenSet = (deviceId: DeviceId, token: string, tokenType: TokenType) => void;

/** The command that carries a secret. */
const TOKEN_COMMAND = 'set_emergency_token';
/** Tokens that are remembered for late answers; operators set one per device and year. */
const KEPT_TOKENS = 100;

type Secret = { readonly token: string; readonly tokenType: TokenType; isHandedOn: boolean };

/**
 * Stop tokens under way to devices. They live in memory only, are taken out of what devices answer, and are handed on when the device has
 * taken them over. After a restart the token is gone, so nothing of a late answer's words is kept.
 */
export class TokenKeeper {
  private readonly secrets = new Map<string, Secret>();

  constructor(private readonly onTokenSet: OnTokenSet) {}

  /** Remembers the token of a command that is about to be sent. */
  keep(commandId: string, { token, token_type: tokenType = 'esp' }: SystemParams): void {
    if (token === undefined) return;
    this.secrets.set(commandId, { token, tokenType, isHandedOn: false });
    const [oldest] = this.secrets.keys();
    if (this.secrets.size > KEPT_TOKENS && oldest !== undefined) this.secrets.delete(oldest);
  }

  /** The event without the secret of its command. */
  masked(command: CommandView, event: CommandEvent): CommandEvent {
    if (command.command !== TOKEN_COMMAND) return event;
    const token = this.secrets.get(command.id)?.token;
    if (event.kind === 'accepted') return { kind: 'accepted', ...wordsWithout(event, token) };
    if (event.kind !== 'ended') return event;
    const { by, state, isRetryable, result } = event;
    const type = result?.['token_type']; // of the answer's fields only this one is kept
    return {
      kind: 'ended',
      by,
      state,
      ...(isRetryable !== undefined && { isRetryable }),
      ...wordsWithout(event, token),
      ...((type === 'esp' || type === 'broadcast') && { result: { token_type: type } }),
    };
  }

  /**
   * Hands the token on once, when the device says that it took it over. Also after the time-out: a device that has a token nobody knows
   * could not be stopped any more. Not against an earlier answer that says no.
   */
  answered(command: CommandView, event: CommandEvent): void {
    const secret = this.secrets.get(command.id);
    const isTaken = event.kind === 'ended' && event.state === 'applied';
    if (!secret || secret.isHandedOn || !isTaken || (command.state !== 'applied' && command.state !== 'unconfirmed'))
      return;
    secret.isHandedOn = true;
    this.onTokenSet(command.deviceId, secret.token, secret.tokenType);
  }
}

/** Words of an answer with the token masked; none at all when the token is not known any more. */
function wordsWithout(
  { code, message }: { readonly code?: string; readonly message?: string },
  token: string | undefined,
) {
  if (token === undefined) return {};
  return {
    ...(code !== undefined && { code: code.replaceAll(token, MASK) }),
    ...(message !== undefined && { message: message.replaceAll(token, MASK) }),
  };
}
