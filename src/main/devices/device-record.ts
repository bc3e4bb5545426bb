import type {
  ConfigSectionName,
  ConfigSections,
  ConfirmationState,
  ConfigFailure,
  DeviceHealth,
  DeviceView,
  DeviceWarning,
  ReplacementView,
  SubzoneView,
} from '../../shared/api/devices';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import type { ActuatorConfig, SensorConfig } from '../../shared/wire/messages/config';
import type { Approval } from './heartbeat-rules';
import type { Presence } from './presence-state';

export type ZoneAssignment = {
  readonly desired: ZoneId | null;
  readonly confirmed: ZoneId | null;
  readonly state: ConfirmationState;
  readonly reason?: string;
};

export type Configuration = {
  readonly desired: ConfigSections | null;
  readonly confirmed: ConfigSections | null;
  readonly state: Readonly<Record<ConfigSectionName, ConfirmationState>>;
  /** Last generation that was pushed; the device refuses an older one (wire contract 5.6). */
  readonly generation: number;
  /** Pins that the device refused in the last push. */
  readonly failures: readonly ConfigFailure[];
  /** What may be on the device though it is not wished any more: sent with active:false until the device confirms the removal (5.1). */
  readonly leftovers: ConfigLeftovers;
  /** Was sent again after a reconnect; that is done once for each wish. */
  readonly isSentAgain: boolean;
};
export type ConfigLeftovers = {
  readonly sensors: readonly SensorConfig[];
  readonly actuators: readonly ActuatorConfig[];
};

/** What took the place of a retired device. `isDone`: everything of it has moved; otherwise that is finished with the next start. */
export type ReplacedBy = ReplacementView & { readonly by: string; readonly isDone: boolean };

export const noZone: ZoneAssignment = { desired: null, confirmed: null, state: 'none' };
export const noConfiguration: Configuration = {
  desired: null,
  confirmed: null,
  state: { sensors: 'none', actuators: 'none', offlineRules: 'none' },
  generation: 0,
  failures: [],
  leftovers: { sensors: [], actuators: [] },
  isSentAgain: false,
};

/** A device as the console knows it. The upper part is stored, the lower part lives with the process. */
export type DeviceRecord = {
  readonly id: DeviceId;
  readonly kaiserId: string;
  name: string;
  notes: string;
  readonly isDemo: boolean;
  approval: Approval;
  readonly firstSeenMs: number;
  lastSeenMs: number | null;
  /** Handover epoch that the device announced last. */
  epoch: number;
  bootId: string | null;
  zone: ZoneAssignment;
  config: Configuration;
  health: DeviceHealth;
  /** Which pin rules apply; null as long as nobody has said it. */
  board: DeviceView['board'];
  subzones: readonly SubzoneView[];
  diagnostics: DeviceView['diagnostics'];
  /** When the device was rejected, Unix ms. */
  rejectedAtMs: number | null;
  /** Since when it belongs to the plant, Unix ms; null when it does not, or was approved by an older console. */
  approvedAtMs: number | null;
  hasStopToken: boolean;
  replacedBy: ReplacedBy | null;
  /** Whose history it continues, oldest first. */
  replaces: readonly ReplacementView[];

  presence: Presence;
  /** A will of this device is retained at the broker and must be removed once the device is back. */
  hasRetainedWill: boolean;
  /** Times of the last live wills, monotonic ms, for flapping. */
  wills: number[];
  readonly warnings: Map<string, DeviceWarning>;
  readonly counters: { messages: number; malformed: number; duplicates: number; limited: number };
  sequence: { last: number | null; gaps: number; missed: number; restarts: number };
  lastMalformed: DeviceView['lastMalformed'];
};

/** The part of a record that is stored. */
export type StoredDevice = Pick<
  DeviceRecord,
  | 'id'
  | 'kaiserId'
  | 'name'
  | 'notes'
  | 'isDemo'
  | 'approval'
  | 'firstSeenMs'
  | 'lastSeenMs'
  | 'epoch'
  | 'bootId'
  | 'zone'
  | 'config'
  | 'health'
  | 'board'
  | 'subzones'
  | 'diagnostics'
  | 'rejectedAtMs'
  | 'approvedAtMs'
  | 'hasStopToken'
  | 'replacedBy'
  | 'replaces'
>;

/** What a device has beyond its columns, before anything is known. */
export const nothingMore: Pick<
  StoredDevice,
  'board' | 'subzones' | 'diagnostics' | 'rejectedAtMs' | 'approvedAtMs' | 'hasStopToken' | 'replacedBy' | 'replaces'
> = {
  board: { id: null, source: 'unknown' },
  subzones: [],
  diagnostics: null,
  rejectedAtMs: null,
  approvedAtMs: null,
  hasStopToken: false,
  replacedBy: null,
  replaces: [],
};

/** A record around what is stored; presence is unknown until the device is heard. */
export function recordOf(stored: StoredDevice, presence: Presence): DeviceRecord {
  return {
    ...stored,
    presence,
    hasRetainedWill: false,
    wills: [],
    warnings: new Map(),
    counters: { messages: 0, malformed: 0, duplicates: 0, limited: 0 },
    sequence: { last: null, gaps: 0, missed: 0, restarts: 0 },
    lastMalformed: null,
  };
}

const iso = (ms: number) => new Date(ms).toISOString();

/** The record as the API shows it. */
export function deviceView(record: DeviceRecord): DeviceView {
  const { id, kaiserId, name, notes, approval, zone, health, presence, replacedBy } = record;
  return {
    id,
    kaiserId,
    name,
    notes,
    demo: record.isDemo,
    approval,
    presence: presence.state,
    presenceReason: presence.reason,
    presenceSince: iso(presence.sinceMs),
    firstSeenAt: iso(record.firstSeenMs),
    lastSeenAt: record.lastSeenMs === null ? null : iso(record.lastSeenMs),
    zone: { ...zone },
    board: record.board,
    subzones: [...record.subzones],
    config: {
      desired: record.config.desired,
      confirmed: record.config.confirmed,
      state: { ...record.config.state },
      failures: [...record.config.failures],
    },
    health,
    diagnostics: record.diagnostics,
    sequence: { ...record.sequence },
    hasStopToken: record.hasStopToken,
    replacedBy: replacedBy && { deviceId: replacedBy.deviceId, at: replacedBy.at },
    replaces: [...record.replaces],
    warnings: [...record.warnings.values()],
    counters: { ...record.counters },
    lastMalformed: record.lastMalformed,
  };
}
