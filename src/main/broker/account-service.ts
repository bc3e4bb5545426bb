/*
 * The accounts of the embedded broker: who may log in, with which password. Called by the broker (verify), the API (create, list, remove)
 * and console.ts (temporary accounts of the demo plant, which live in memory only). A password leaves this file once, when it is made.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Account } from '../../shared/api/broker';
import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Clock } from '../clock';
import type { Identity } from './access-rules';
import type { AccountStore, StoredAccount } from './account-store';
import { classifyStorageFault, faultSentence } from '../store/storage-fault';
import { UnsettledLogins, type KeptSettings } from './unsettled-logins';
import { hashPassword, isSameDigest, newPassword, SALT_BYTES } from './password';

export type AccountIdentity = Exclude<Identity, { role: 'console' }>;
export type Login = { readonly username: string; readonly password: string };
/** A login in the place of the device's earlier one, if it had one. */
export type IssuedLogin = {
  readonly login: Login;
  /** Makes the earlier login valid again, or deletes the account, unless somebody changed it meanwhile. Safe to call twice. */
  readonly undo: () => Promise<void>;
};
export type NewAccount =
  { readonly role: 'device'; readonly deviceId: DeviceId } | { readonly role: 'client'; readonly name: string };

export type AccountService = {
  /** Makes an account with a random password, which is not stored and cannot be shown again. Fails with `conflict` or `too_large`. */
  readonly create: (input: NewAccount) => Promise<Result<Login>>;
  /** Gives a device a new password, whether it had an account or not. Fails with `conflict`, `too_large` or `storage_unavailable`. */
  readonly issue: (deviceId: DeviceId) => Promise<Result<IssuedLogin>>;
  /** The device that was given a login belongs to the plant: it stays, also when this run of the console is killed. */
  readonly keep: (deviceId: DeviceId) => void;
  /** Takes back what the last run issued and neither kept nor undid; called before the broker starts. */
  readonly takeBackUnsettled: () => void;
  /** Stored accounts, by user name; temporary ones are not listed. */
  readonly list: () => readonly Account[];
  readonly remove: (username: string) => boolean;
  /** The identity behind a login, or null when user name or password is wrong. */
  readonly verify: (username: string, password: string) => Promise<AccountIdentity | null>;
  /** An account in memory only; takes precedence over a stored one of the same name. */
  readonly addTemporary: (deviceId: DeviceId) => Login;
  readonly removeTemporary: (deviceId: DeviceId) => void;
};

/** A password that was right is believed again for this long without computing its hash, so that a flapping device costs nothing. */
const REMEMBER_MS = 600_000;
/** Hashes computed at a time: half of Node's four worker threads, so that file and DNS work goes on. */
const HASHES_AT_A_TIME = 2;
/** Logins waiting for a hash; more than all devices of a full broker at once is an attack and refused at once. */
const WAITING_LOGINS = 256;
const MAX_ACCOUNTS = 10_000;
/** Longest password worth hashing, in characters; ours have 31. */
const MAX_PASSWORD_CHARS = 256;

export function createAccountService(options: {
  readonly store: AccountStore;
  readonly settings: KeptSettings;
  readonly clock: Clock;
}): AccountService {
  return new StoredAccounts(options.store, new UnsettledLogins(options.settings), options.clock);
}

class StoredAccounts implements AccountService {
  /** Makes digests of passwords that are worthless outside this process. */
  private readonly key = randomBytes(32);
  private readonly temporary = new Map<string, { readonly identity: AccountIdentity; readonly digest: Buffer }>();
  private readonly remembered = new Map<string, { readonly digest: Buffer; readonly untilMs: number }>();
  private readonly waiting: (() => void)[] = [];
  private hashing = 0;

  constructor(
    private readonly store: AccountStore,
    private readonly unsettled: UnsettledLogins,
    private readonly clock: Clock,
  ) {}

  readonly create = async (input: NewAccount): Promise<Result<Login>> => {
    const username = input.role === 'device' ? input.deviceId : input.name;
    if (this.store.count() >= MAX_ACCOUNTS) return tooMany();
    const { password, account } = await this.accountOf(username, input);
    if (this.store.insert(account)) return success({ username, password });
    return failure('conflict', `The account ${username} exists already. Delete it first if its password is lost.`, {
      details: { username },
    });
  };

  readonly issue = async (deviceId: DeviceId): Promise<Result<IssuedLogin>> => {
    if (this.temporary.has(deviceId)) {
      return failure('conflict', `${deviceId} is a simulated device of the demo plant. Give the device another id, or remove the demo plant.`); // prettier-ignore
    }
    const { password, account } = await this.accountOf(deviceId, { role: 'device', deviceId });
    const earlier = this.store.find(deviceId);
    if (earlier?.role === 'client') {
      return failure('conflict', `The account ${deviceId} belongs to a client. Delete it on the broker screen, or give the device another id.`); // prettier-ignore
    }
    if (!earlier && this.store.count() >= MAX_ACCOUNTS) return tooMany();
    try {
      // The note first: one without its login takes nothing back.
      this.unsettled.add(deviceId, account, earlier);
      this.store.put(account);
    } catch (error) {
      return failure('storage_unavailable', faultSentence(classifyStorageFault(error)), { retryable: true });
    }
    this.remembered.delete(deviceId);
    return success({ login: { username: deviceId, password }, undo: async () => this.takeBack(account, earlier) });
  };

  readonly keep = (deviceId: DeviceId): void => {
    try {
      this.unsettled.remove(deviceId);
    } catch {
      // The disk takes nothing, so the device's approval is not on it either: with the next start both are gone.
    }
  };

  readonly takeBackUnsettled = (): void => {
    for (const { deviceId, hash, earlier } of this.unsettled.all()) {
      const account = { username: deviceId, role: 'device', deviceId } as const;
      this.takeBack({ ...account, hash }, earlier && { ...account, ...earlier });
    }
  };

  readonly list = (): readonly Account[] => this.store.list().map(toView);

  readonly remove = (username: string): boolean => {
    this.remembered.delete(username);
    this.unsettled.remove(username);
    return this.store.delete(username);
  };

  readonly verify = async (username: string, password: string): Promise<AccountIdentity | null> => {
    if (password.length > MAX_PASSWORD_CHARS) return null;
    const digest = this.digest(password);
    const temporary = this.temporary.get(username);
    if (temporary) return isSameDigest(temporary.digest, digest) ? temporary.identity : null;
    const account = this.store.find(username);
    if (!account) return null;
    if (this.isRemembered(username, digest)) return identityOf(account);
    if (this.waiting.length >= WAITING_LOGINS) return null;
    const isRight = isSameDigest(account.hash, await this.hashInTurn(password, account.salt));
    if (!isRight || !this.store.find(username)?.hash.equals(account.hash)) return null; // deleted while we computed
    this.remembered.set(username, { digest, untilMs: this.clock.monotonic() + REMEMBER_MS });
    return identityOf(account);
  };

  readonly addTemporary = (deviceId: DeviceId): Login => {
    const password = newPassword();
    const identity: AccountIdentity = { role: 'device', username: deviceId, deviceId };
    this.temporary.set(deviceId, { identity, digest: this.digest(password) });
    return { username: deviceId, password };
  };

  readonly removeTemporary = (deviceId: DeviceId): void => {
    this.temporary.delete(deviceId);
  };

  private async accountOf(username: string, input: NewAccount): Promise<{ password: string; account: StoredAccount }> {
    const password = newPassword();
    const salt = randomBytes(SALT_BYTES);
    const hash = await hashPassword(password, salt);
    const deviceId = input.role === 'device' ? input.deviceId : null;
    const account = { username, role: input.role, deviceId, salt, hash, createdAtMs: this.clock.now() };
    return { password, account };
  }

  private takeBack({ username, hash }: Pick<StoredAccount, 'username' | 'hash'>, earlier: StoredAccount | null): void {
    const isStill = this.store.find(username)?.hash.equals(hash) === true; // else deleted, renewed or taken back meanwhile
    if (isStill) {
      this.remembered.delete(username);
      if (earlier) this.store.put(earlier);
      else this.store.delete(username);
    }
    if (this.unsettled.all().some((one) => one.deviceId === username && one.hash.equals(hash)))
      this.unsettled.remove(username);
  }

  private digest(password: string): Buffer {
    return createHmac('sha256', this.key).update(password).digest();
  }

  private isRemembered(username: string, digest: Buffer): boolean {
    const known = this.remembered.get(username);
    if (!known) return false;
    if (known.untilMs < this.clock.monotonic()) {
      this.remembered.delete(username);
      return false;
    }
    return isSameDigest(known.digest, digest);
  }

  private async hashInTurn(password: string, salt: Buffer): Promise<Buffer> {
    while (this.hashing >= HASHES_AT_A_TIME) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.hashing += 1;
    try {
      return await hashPassword(password, salt);
    } finally {
      this.hashing -= 1;
      this.waiting.shift()?.();
    }
  }
}

function tooMany(): Result<never> {
  return failure('too_large', `There are already ${MAX_ACCOUNTS} accounts. Delete those that are no longer used.`);
}

function identityOf({ username, role, deviceId }: StoredAccount): AccountIdentity {
  return role === 'device' && deviceId !== null ? { role, username, deviceId } : { role: 'client', username };
}

function toView({ username, role, deviceId, createdAtMs }: StoredAccount): Account {
  return { username, role, ...(deviceId !== null && { deviceId }), createdAt: new Date(createdAtMs).toISOString() };
}
