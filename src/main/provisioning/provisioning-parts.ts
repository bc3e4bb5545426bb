/*
 * What provisioning needs of the rest of the console, as small interfaces; console.ts hands them over. DeviceRegistry, DeviceService,
 * ZoneAssignment, Zones, Operations, StopTokens and Journal fit as they are.
 */
import type { Logger } from 'pino';
import type { OperationView } from '../../shared/api/operations';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import type { Result } from '../../shared/domain/result';
import type { Clock } from '../clock';
import type { Ports } from '../flash/flash-room';
import type { JournalInput } from '../journal/journal';
import type { BrokerReach } from './broker-reach';
import type { BrokerFacts, MachineAddress } from './proposal-rules';
import type { SettingsFlash } from './settings-image';

export type Login = { readonly username: string; readonly password: string };

/** A login that replaced the earlier one of its device, if there was one. */
export type IssuedLogin = {
  readonly login: Login;
  /** Makes the earlier one valid again, or deletes this one. Safe to call twice. */
  readonly undo: () => Promise<void>;
};

/** Accounts of the own broker. */
export type DeviceAccounts = {
  readonly issue: (deviceId: DeviceId) => Promise<Result<IssuedLogin>>;
  /** The device belongs to the plant: its login stays, also when the console is killed. Until then the next start takes it back. */
  readonly keep: (deviceId: DeviceId) => void;
  /** Is a client connected under this user name now? */
  readonly isConnected: (username: string) => boolean;
};

/** A device as the console knows it. */
export type HeardDevice = {
  readonly name: string;
  readonly approval: 'pending' | 'approved' | 'rejected';
  readonly presence: { readonly state: 'online' | 'offline' | 'unknown' };
  /** Unix ms. */
  readonly lastSeenMs: number | null;
  /** It was retired; nothing of it is taken any more. */
  readonly replacedBy?: { readonly deviceId: DeviceId } | null;
};

export type ProvisioningParts = {
  readonly ports: Pick<Ports, 'lease'>;
  /** Null with an external broker: no account can be made there. */
  readonly accounts: DeviceAccounts | null;
  readonly broker: () => BrokerFacts;
  /** Addresses of this machine now. */
  readonly machine: () => readonly MachineAddress[];
  readonly reach: BrokerReach;
  readonly devices: {
    readonly get: (id: DeviceId) => HeardDevice | undefined;
    readonly approve: (id: DeviceId, name: string | undefined, actor: string) => Result<unknown>;
  };
  readonly zones: {
    readonly has: (id: ZoneId) => boolean;
    readonly assign: (
      id: DeviceId,
      input: { readonly zoneId: ZoneId },
      actor: string,
    ) => Result<Pick<OperationView, 'id'>>;
    readonly operation: (id: string) => Result<Pick<OperationView, 'state' | 'reason'>>;
  };
  readonly tokens: {
    readonly ofDevice: (id: DeviceId) => string | undefined;
    readonly setDevice: (id: DeviceId, token: string, actor: string) => Result<unknown>;
  };
  readonly settingsFlash: SettingsFlash;
  readonly journal: { readonly add: (entry: JournalInput) => void };
  readonly clock: Clock;
  readonly log: Logger;
  readonly kaiserId: string;
};
