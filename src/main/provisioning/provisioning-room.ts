import type { ChipFacts } from '../../shared/api/flash';
import type { BrokerProposal, ProvisioningJob, ProvisioningSettings, WifiScan } from '../../shared/api/provisioning';
import type { JobResult } from '../../shared/domain/job-errors';
import type { DeviceId } from '../../shared/domain/ids';
import type { Result } from '../../shared/domain/result';

/** Settings that went into a device with its image: what must be awaited, or taken back. */
export type PreparedSettings = {
  readonly deviceId: DeviceId;
  /** The bytes of the partition `cfg`, as the firmware itself writes them. */
  readonly partition: Uint8Array;
  /** Takes back what was made for it (the broker account). */
  readonly undo: () => Promise<void>;
};

/** What other rooms and the API see of the room `provisioning`. */
export type Provisioning = {
  readonly proposal: () => BrokerProposal;
  readonly scan: (port: string) => Promise<JobResult<WifiScan>>;
  /**
   * Over the cable. Fails with `not_found` (port or zone) or `conflict`; everything else is the job's error. `mayBe` is asked as soon as the
   * board has said its id, before anything is changed on it or made for it; what it refuses with is the job's error.
   */
  readonly start: (
    port: string,
    settings: ProvisioningSettings,
    actor: string,
    mayBe?: (id: DeviceId) => JobResult<null>,
  ) => Result<ProvisioningJob>;
  /** For the image: makes the account and the partition. Nothing is left behind when it fails. */
  readonly prepare: (
    settings: ProvisioningSettings,
    facts: ChipFacts,
    actor: string,
  ) => Promise<JobResult<PreparedSettings>>;
  /** Awaits the arrival of a device that was prepared, and adopts it. A failure undoes what was made. */
  readonly awaitArrival: (settings: ProvisioningSettings, prepared: PreparedSettings, actor: string) => ProvisioningJob;
  readonly job: (id: string) => Result<ProvisioningJob>;
  readonly jobs: () => readonly ProvisioningJob[];
  readonly cancel: (id: string) => Promise<Result<ProvisioningJob>>;
  readonly whenEnded: (id: string) => Promise<ProvisioningJob>;
  readonly stop: () => Promise<void>;
};
