import type { ChipFacts, FirmwareInfo, FlashImage } from '../../shared/api/flash';
import type { ChipId } from '../../shared/domain/chips';
import type { JobResult } from '../../shared/domain/job-errors';
import type { LoadedImage } from './loaded-image';

/** A file that a backup is written into: under a temporary name until `commit`. */
export type BackupTarget = {
  /** Appends; fails with `disk_full` or `internal`. */
  readonly write: (bytes: Uint8Array) => Promise<JobResult<null>>;
  /** Gives the file its name and makes it an image of the list. `md5` is what the chip says of its whole flash. */
  readonly commit: (found: {
    readonly md5: string;
    readonly firmware: FirmwareInfo | null;
  }) => Promise<JobResult<FlashImage>>;
  /** Removes what was written; does nothing after `commit`. Never throws. */
  readonly discard: () => Promise<void>;
};

/** Where images come from and backups go to (image-library.ts). */
export type ImageSource = {
  /** Fails with `image_missing` or `image_damaged`. */
  readonly load: (idOrPath: { readonly id: string } | { readonly path: string }) => Promise<JobResult<LoadedImage>>;
  readonly bundledFor: (chip: ChipId) => Promise<JobResult<LoadedImage>>;
  readonly backupTarget: (facts: ChipFacts) => Promise<JobResult<BackupTarget>>;
};
