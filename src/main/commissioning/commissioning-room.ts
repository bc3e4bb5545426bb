import type {
  BenchTemplate,
  BenchView,
  Certificate,
  CommissioningEvent,
  Label,
  SetupInput,
  SetupJob,
} from '../../shared/api/commissioning';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import type { JobResult } from '../../shared/domain/job-errors';
import type { Result } from '../../shared/domain/result';

/** Moves what belongs to a dead device to its replacement (commissioning/replacement.ts). */
export type Replacement = {
  /** May `oldId` be replaced at all, and by `newId` if that is known already? */
  readonly check: (oldId: DeviceId, newId?: DeviceId) => JobResult<null>;
  /**
   * `newId` is known and approved. Name, notes, zone, subzones, configuration, calibration, stop token and history move; the old one is retired.
   * Resolves when everything is moved in the console; what the device must confirm (zone, configuration) waits in the outbox.
   */
  readonly move: (oldId: DeviceId, newId: DeviceId, actor: string) => Promise<JobResult<null>>;
};

export type Setups = {
  readonly start: (input: SetupInput, actor: string) => Promise<Result<SetupJob>>;
  readonly get: (id: string) => Result<SetupJob>;
  readonly list: () => readonly SetupJob[];
  readonly cancel: (id: string) => Promise<Result<SetupJob>>;
  readonly retry: (id: string, actor: string) => Promise<Result<SetupJob>>;
  readonly whenEnded: (id: string) => Promise<SetupJob>;
  readonly stop: () => Promise<void>;
};

export type Bench = {
  readonly view: () => BenchView;
  readonly setTemplate: (template: BenchTemplate, actor: string) => Result<BenchView>;
  readonly setQueue: (
    queue: readonly { readonly name: string; readonly zoneId: ZoneId | null }[],
    actor: string,
  ) => Result<BenchView>;
  readonly start: (ports: readonly string[], actor: string) => Result<BenchView>;
  readonly stop: (actor: string) => Result<BenchView>;
  readonly retry: (port: string, actor: string) => Promise<Result<BenchView>>;
  readonly close: () => void;
};

export type Certificates = {
  readonly page: (query: {
    readonly deviceId?: DeviceId | undefined;
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  }) => { items: Certificate[]; nextCursor?: string };
  readonly export: (format: 'csv' | 'html', since?: string) => { fileName: string; mediaType: string; text: string };
  readonly label: (deviceId: DeviceId) => Promise<Result<Label>>;
  readonly labelSheet: (since?: string) => Promise<{ fileName: string; mediaType: string; text: string }>;
};

export type CommissioningRoom = {
  readonly setups: Setups;
  readonly bench: Bench;
  readonly certificates: Certificates;
  /** Everything as it is now, then whenever it changes, at most five times a second; held back while the client is congested. */
  readonly live: (isCongested: () => boolean, signal: AbortSignal | undefined) => AsyncGenerator<CommissioningEvent>;
};
