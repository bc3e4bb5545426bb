import type { JobError } from '../../shared/domain/job-errors';
import { jobFailure } from '../../shared/domain/job-errors';
import { chips, type ChipId } from '../../shared/domain/chips';
import type { FlashOptions } from '../../shared/api/flash';
import { viewOf } from './image-rules';
import type { LoadedImage, Partition } from './loaded-image';

/** One record that chooses a slot (ESP-IDF, `esp_ota_select_entry_t`); there are two, one at the start of each sector of `otadata`. */
export const SLOT_RECORD_BYTES = 32;
const STATE_OFFSET = 24;
const CRC_OFFSET = 28;
const BLANK = 0xffff_ffff;
/** ESP_OTA_IMG_INVALID and ESP_OTA_IMG_ABORTED: tried and given up. */
const givenUp: ReadonlySet<number> = new Set([3, 4]);

/**
 * The application that the boot loader starts, by the records that choose one (ESP-IDF, `bootloader_utility_get_selected_boot_partition`): the
 * slot of the highest valid sequence number, else the factory application, else the first slot. Null: the table has no application. `crc` is that
 * of the ROM over a sequence number's four bytes.
 */
export function startedApplication(
  partitions: readonly Partition[],
  records: readonly Uint8Array[],
  crc: (bytes: Uint8Array) => number,
): Partition | null {
  const applications = partitions.filter(({ type }) => type === 'app');
  const slots = applications.filter(({ subtype }) => subtype.startsWith('ota_'));
  const sequence = Math.max(0, ...records.map((record) => sequenceOf(record, crc)));
  const chosen = sequence > 0 ? `ota_${(sequence - 1) % Math.max(1, slots.length)}` : 'factory';
  const named = (wanted: string) => applications.find(({ subtype }) => subtype === wanted);
  return named(chosen) ?? named('factory') ?? named('ota_0') ?? applications[0] ?? null;
}

/** 0: the record chooses nothing. */
function sequenceOf(record: Uint8Array, crc: (bytes: Uint8Array) => number): number {
  if (record.length < SLOT_RECORD_BYTES) return 0;
  const view = viewOf(record);
  const sequence = view.getUint32(0, true);
  const isValid = sequence !== BLANK && !givenUp.has(view.getUint32(STATE_OFFSET, true));
  return isValid && view.getUint32(CRC_OFFSET, true) === crc(record.subarray(0, 4)) ? sequence : 0;
}

/**
 * Why an application alone would not be what starts on this board: it brings no boot loader and no table, so the board's own table (`partitions`)
 * must start what lies there once no slot is chosen any more. Null when it will, and for every image that brings its own table.
 */
export function loneApplicationRefusal(
  { image, chip, parts, partitions: own }: Pick<LoadedImage, 'image' | 'chip' | 'parts' | 'partitions'>,
  partitions: readonly Partition[],
  { eraseAll }: Pick<FlashOptions, 'eraseAll'>,
): JobError | null {
  // Of an ESP8266 the application is all there is, and a backup has everything in it.
  if (own.length > 0 || image.kind === 'backup' || chip === 'esp8266') return null;
  if (parts.some(({ address }) => address === bootloaderOffset(chip))) return null;
  const [application] = parts;
  if (!application) return null;
  if (eraseAll)
    return unfit('With everything erased, this application alone would leave the board without boot loader and partition table. Do not erase everything, or choose the merged image.'); // prettier-ignore
  const started = startedApplication(partitions, [], () => 0);
  if (!started)
    return unfit('This file is an application alone, and the board has no partition table to start it by: it is blank, or set up in another way. Choose the merged image, with boot loader and table.'); // prettier-ignore
  if (started.address !== application.address)
    return unfit(
      `The board starts its application from 0x${started.address.toString(16)}, this file goes to 0x${application.address.toString(16)}: the old one would go on running. Choose the merged image.`,
    );
  if (application.data.length <= started.sizeBytes) return null;
  return unfit(
    `The application has ${application.data.length} bytes, its partition ${started.name} on the board only ${started.sizeBytes}. Choose the merged image, which brings its own partitions.`,
  );
}

function bootloaderOffset(chip: ChipId | null): number | null {
  return chip === null ? null : chips[chip].bootloaderOffset;
}

function unfit(message: string): JobError {
  return jobFailure('image_unfit', message, {}, false).error;
}
