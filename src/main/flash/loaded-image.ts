import type { FlashImage } from '../../shared/api/flash';
import type { ChipId } from '../../shared/domain/chips';

export type ImagePart = {
  readonly name: string;
  /** In the flash, bytes. */
  readonly address: number;
  readonly data: Uint8Array;
  /** Of the data, 32 lower-case hexadecimal digits. */
  readonly md5: string;
};

/** A line of a partition table. Types and subtypes by their names in ESP-IDF, else as `0x40`. */
export type Partition = {
  readonly name: string;
  readonly type: string;
  readonly subtype: string;
  readonly address: number;
  readonly sizeBytes: number;
};

/** An image that was checked just now, with its bytes. */
export type LoadedImage = {
  readonly image: FlashImage;
  /** Null: the file does not say which chip it is for. */
  readonly chip: ChipId | null;
  /** Oldest revision of the chip that can run it: major × 100 + minor. */
  readonly minimumRevision: number;
  readonly parts: readonly ImagePart[];
  /** Empty: the image brings no partition table. */
  readonly partitions: readonly Partition[];
};
