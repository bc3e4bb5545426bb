import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal } from '../journal/journal';
import type { WriteBatch } from '../store/write-batch';
import type { StopTokenStore } from './stop-token-store';

/** Target of the broadcast's token; no device id is in lower case. */
const BROADCAST = 'broadcast';
const CONSOLE = 'system:console';
const notWritten = 'The disk takes no data, so the change of the token would not last. Make room on it and try again.';

export type StopTokenParts = {
  readonly store: StopTokenStore;
  readonly batch: WriteBatch;
  readonly devices: DeviceRegistry;
  readonly journal: Journal;
};

/**
 * Secrets that devices ask for before they stop, one for each device and one for the broadcast (wire contract 3.7.1, 3.7.2). Only the stop
 * sender gets their text; screens, journal and log learn no more than that one is stored.
 */
export class StopTokens {
  private readonly tokens = new Map<string, string>();

  constructor(private readonly parts: StopTokenParts) {}

  /** Reads the tokens, and brings the devices' flags into step with them. */
  load(): void {
    for (const { target, token } of this.parts.store.all()) this.tokens.set(target, token);
    for (const device of this.parts.devices.all()) this.flag(device.id);
  }

  ofDevice(deviceId: DeviceId): string | undefined {
    return this.tokens.get(deviceId);
  }

  ofBroadcast(): string | undefined {
    return this.tokens.get(BROADCAST);
  }

  /** Which tokens are stored, never their text. */
  view(): { broadcast: boolean; devices: DeviceId[] } {
    const targets = [...this.tokens.keys()].filter((target) => target !== BROADCAST);
    return { broadcast: this.tokens.has(BROADCAST), devices: targets.sort() as DeviceId[] };
  }

  setBroadcast(token: string | null, actor: string): Result<{ stored: boolean }> {
    return this.put(BROADCAST, token, { actor, name: 'the broadcast' });
  }

  /** Stores or forgets the token of one device. It must be the one that the device itself has. */
  setDevice(deviceId: DeviceId, token: string | null, actor: string): Result<{ stored: boolean }> {
    const found = this.parts.devices.find(deviceId);
    if (!found.ok) return found;
    const result = this.put(deviceId, token, { actor, name: found.value.name, deviceId });
    this.flag(deviceId);
    return result;
  }

  /** A device confirmed that it stored a token: from now on it asks for this one. */
  rememberSet(deviceId: DeviceId, token: string, tokenType: 'esp' | 'broadcast'): void {
    if (tokenType === 'broadcast') this.setBroadcast(token, CONSOLE);
    else this.setDevice(deviceId, token, CONSOLE);
  }

  /** A device was forgotten; whoever comes under its id must not be sent its secret. */
  removeDevice(deviceId: DeviceId): void {
    if (this.tokens.has(deviceId)) this.put(deviceId, null, { actor: CONSOLE, name: deviceId, deviceId });
  }

  /** Gives a device the token of the one that it replaces, unless it has its own. The old hardware still asks for it, should it come back. */
  copyDevice(from: DeviceId, to: DeviceId): void {
    const token = this.tokens.get(from);
    if (token !== undefined && !this.tokens.has(to)) this.setDevice(to, token, CONSOLE);
  }

  private put(
    target: string,
    token: string | null,
    about: { actor: string; name: string; deviceId?: DeviceId },
  ): Result<{ stored: boolean }> {
    const { store, batch, journal } = this.parts;
    const { name, ...who } = about;
    if (token === null) this.tokens.delete(target); // it is not sent any more, whatever the disk says
    const isWritten = batch.plant(() => (token === null ? store.remove(target) : store.set(target, token)));
    if (!isWritten) return failure('storage_unavailable', notWritten, { retryable: true });
    if (token !== null) this.tokens.set(target, token);
    const what = token === null ? 'forgotten' : 'stored';
    journal.add({ kind: `stop.token_${what}`, ...who, message: `Stop token of ${name} ${what}` });
    return success({ stored: token !== null });
  }

  private flag(deviceId: DeviceId): void {
    const device = this.parts.devices.get(deviceId);
    const hasStopToken = this.tokens.has(deviceId);
    if (!device || device.hasStopToken === hasStopToken) return;
    device.hasStopToken = hasStopToken;
    this.parts.devices.save(device);
  }
}
