/*
 * What a flash job will do, decided before anything is erased: whether the image fits this chip, which sectors are written, what else is erased.
 * Pure; flash-plan.ts asks the chip, flash-job.ts acts.
 */
import type { FlashOptions } from '../../shared/api/flash';
import { chips } from '../../shared/domain/chips';
import { jobFailure, type JobError } from '../../shared/domain/job-errors';
import type { ConnectedChip } from './chip-facts';
import { IMAGE_MAGIC } from './image-rules';
import type { ImagePart, LoadedImage, Partition } from './loaded-image';

/** The smallest piece of flash that can be erased. */
export const SECTOR_BYTES = 4096;
/** Piece in which differences are looked for first: sixteen sectors. */
export const BLOCK_BYTES = 64 * 1024;
/** Up to so many equal sectors between two changed ones are written along: beginning anew costs more than 4 kB. */
const GAP_SECTORS = 1;
/** With more changed blocks than this share, asking for each sector takes longer than writing. */
const PROBE_SHARE = 0.5;
/** Partitions of settings (FlashOptions.keepUserData). */
const userPartitions: ReadonlySet<string> = new Set(['nvs', 'cfg']);

/** 128 MB: what is above is no size. */
const MAX_SIZE_POWER = 7;

/** Bytes from the start of the flash. */
export type Range = { readonly address: number; readonly sizeBytes: number };

/** A part of the image, or the settings of one device. Those are secret: their MD5 goes into no journal. */
export type JobPart = ImagePart & { readonly isSettings: boolean };

/** Why this image must not be written to this chip; null when it may. Nothing has been erased yet. */
export function refusalOf(image: LoadedImage, chip: ConnectedChip, options: FlashOptions): JobError | null {
  return (
    securityRefusal(image, chip) ??
    chipRefusal(image, chip) ??
    sizeRefusal(image, chip) ??
    layoutRefusal(image, options) ??
    bootRefusal(image, chip, options)
  );
}

function securityRefusal(
  { image }: LoadedImage,
  { facts, isFlashEncrypted, hasSecureBoot }: ConnectedChip,
): JobError | null {
  if (isFlashEncrypted)
    return jobFailure(
      'flash_encrypted',
      `The flash of this ${facts.chip} is encrypted: it would not start what the console writes. Use another board.`,
      { chip: facts.chip },
      false,
    ).error;
  // A backup of a chip with secure boot is signed as that chip wants it.
  if (hasSecureBoot && image.kind !== 'backup')
    return jobFailure(
      'secure_download',
      `This ${facts.chip} starts only software that is signed with its own key (secure boot). Writing this image would leave it dead. Use another board.`,
      { chip: facts.chip },
      false,
    ).error;
  return null;
}

function chipRefusal(
  { chip: wanted, minimumRevision }: LoadedImage,
  { facts, revision }: ConnectedChip,
): JobError | null {
  if (facts.chipId === null || (wanted !== null && wanted !== facts.chipId)) {
    const expected = wanted === null ? 'a chip that the console knows' : chips[wanted].name;
    return jobFailure(
      'wrong_chip',
      `This is an ${facts.chip}, but the image is for ${expected}. Nothing was changed. Choose the image for ${facts.chip}, or plug in the other board.`,
      { chip: facts.chip, expected },
      false,
    ).error;
  }
  if (revision >= minimumRevision) return null;
  const required = `v${Math.floor(minimumRevision / 100)}.${minimumRevision % 100}`;
  return jobFailure(
    'chip_too_old',
    `This ${facts.chip} is revision ${facts.revision}; the image needs ${required} or newer. Nothing was changed. Use a newer board.`,
    { revision: facts.revision, required },
    false,
  ).error;
}

function sizeRefusal(image: LoadedImage, { facts }: ConnectedChip): JobError | null {
  const { flashSizeBytes } = facts;
  if (flashSizeBytes === null)
    return jobFailure(
      'flash_unknown',
      'The flash memory of this board does not answer. Check that nothing is connected to its flash pins, or use another board.',
    ).error;
  const isBackup = image.image.kind === 'backup';
  // A backup is the flash itself, whatever the table in it says.
  const needed = [...partRanges(image.parts), ...(isBackup ? [] : image.partitions)];
  const requiredBytes = Math.max(expectedFlashBytes(image), ...needed.map(endOf));
  if (flashSizeBytes < requiredBytes)
    return jobFailure(
      'flash_too_small',
      `The image needs ${inMegabytes(requiredBytes)} of flash, this board has ${inMegabytes(flashSizeBytes)}. Nothing was changed. Use a board with more flash.`,
      { flashSizeBytes, requiredBytes },
      false,
    ).error;
  if (!isBackup || requiredBytes === flashSizeBytes) return null;
  return jobFailure(
    'image_unfit',
    `The backup is of a board with ${inMegabytes(requiredBytes)} of flash, this one has ${inMegabytes(flashSizeBytes)}. Restore it to a board of the same kind.`,
    { flashSizeBytes, requiredBytes },
    false,
  ).error;
}

/**
 * The size of flash in the header of somebody's own boot loader (byte 3, high half: 1 MB and its doublings; esptool `FLASH_SIZES`). An application
 * of ESP-IDF does not start on less. Our own firmware does not ask; 0 where nothing is named.
 */
function expectedFlashBytes({ image, chip, parts }: LoadedImage): number {
  if (image.kind !== 'user' || chip === null || chip === 'esp8266') return 0;
  const header = parts.find(({ address }) => address === chips[chip].bootloaderOffset)?.data;
  const power = (header?.[3] ?? 0xff) >> 4;
  return header?.[0] === IMAGE_MAGIC && power <= MAX_SIZE_POWER ? 2 ** power * 1024 * 1024 : 0;
}

function layoutRefusal({ image, parts, partitions }: LoadedImage, options: FlashOptions): JobError | null {
  if (parts.length === 0) return jobFailure('image_unfit', 'The image is empty. Choose another one.', {}, false).error;
  const sorted = [...parts].sort((a, b) => a.address - b.address);
  for (const [index, part] of sorted.entries()) {
    if (part.address % SECTOR_BYTES !== 0)
      return jobFailure(
        'image_unfit',
        `The part ${part.name} does not start at a sector of 4 kB, so the image cannot be written. Build it anew, or choose another one.`,
        { part: part.name, address: part.address },
        false,
      ).error;
    const next = sorted[index + 1];
    if (next && next.address < sectorEnd(part.address + part.data.length))
      return jobFailure(
        'image_unfit',
        `The parts ${part.name} and ${next.name} of the image overlap, so it cannot be written. Build it anew, or choose another one.`,
        { part: part.name, other: next.name },
        false,
      ).error;
  }
  if (!keepsUserData(image.kind, options)) return null;
  for (const partition of partitions.filter(({ name }) => userPartitions.has(name))) {
    const part = parts.find((candidate) => overlaps(sectorsOf(candidate), partition));
    if (part)
      return jobFailure(
        'image_unfit',
        `The part ${part.name} of the image would overwrite the settings of the device (partition ${partition.name}). Choose to erase the settings, or an image in parts.`,
        { part: part.name, partition: partition.name },
        false,
      ).error;
  }
  return null;
}

/** A chip that is erased as a whole starts again only with a bootloader. */
function bootRefusal(
  { parts }: LoadedImage,
  { facts: { chipId } }: ConnectedChip,
  options: FlashOptions,
): JobError | null {
  if (!options.eraseAll || chipId === null) return null;
  const address = chips[chipId].bootloaderOffset;
  if (parts.some((part) => overlaps(sectorsOf(part), { address, sizeBytes: 1 }))) return null;
  return jobFailure(
    'image_unfit',
    'The image brings no bootloader, so the device would not start after everything is erased. Flash it without erasing everything, or choose a complete image.',
    { address },
    false,
  ).error;
}

function keepsUserData(kind: LoadedImage['image']['kind'], options: FlashOptions): boolean {
  return options.keepUserData && !options.eraseAll && kind !== 'backup';
}

/** Where a settings part goes, or why it cannot: the image must have that partition, and room in it. */
export function settingsPlace(
  image: LoadedImage,
  settings: { readonly partition: string; readonly data: Uint8Array },
): Partition | JobError {
  const partition = image.partitions.find(({ name }) => name === settings.partition);
  if (!partition)
    return jobFailure(
      'image_unfit',
      `The image has no partition ${settings.partition} for the settings. Flash it without settings and set the device up over its cable.`,
      { partition: settings.partition },
      false,
    ).error;
  const other = image.parts.find((part) => overlaps(sectorsOf(part), partition));
  if (other)
    return jobFailure(
      'image_unfit',
      `The part ${other.name} of the image lies where the settings go (partition ${partition.name}). Flash it without settings and set the device up over its cable.`,
      { part: other.name, partition: partition.name },
      false,
    ).error;
  if (settings.data.length > partition.sizeBytes)
    return jobFailure(
      'image_unfit',
      `The settings have ${settings.data.length} bytes, the partition ${partition.name} only ${partition.sizeBytes}. Flash the image without settings and set the device up over its cable.`,
      { partition: partition.name, sizeBytes: partition.sizeBytes },
      false,
    ).error;
  return partition;
}

/** What is erased besides what is written, in whole sectors and without what a part covers. Blank ranges can be left out by who erases. */
export function eraseRanges(image: LoadedImage, parts: readonly JobPart[], options: FlashOptions): readonly Range[] {
  if (image.image.kind === 'backup' || options.eraseAll) return [];
  const hasOta = image.partitions.some(({ type, subtype }) => type === 'app' && subtype.startsWith('ota_'));
  const settings = new Set(parts.filter(({ isSettings }) => isSettings).map(({ name }) => name));
  return image.partitions
    .filter(
      ({ name, type, subtype }) =>
        // The bootloader might start the other slot: the old application, and the screen would lie.
        (type === 'data' && subtype === 'ota' && hasOta) ||
        (userPartitions.has(name) && !options.keepUserData) ||
        // Older records behind new settings could win.
        settings.has(name),
    )
    .flatMap((partition) => without(partition, partRanges(parts)));
}

function without(range: Range, taken: readonly Range[]): readonly Range[] {
  let left: readonly Range[] = [range];
  for (const hole of taken) {
    const end = sectorEnd(endOf(hole));
    left = left.flatMap((piece) => {
      if (!overlaps(piece, { address: hole.address, sizeBytes: end - hole.address })) return [piece];
      return [rangeBetween(piece.address, hole.address), rangeBetween(end, endOf(piece))].filter(
        ({ sizeBytes }) => sizeBytes > 0,
      );
    });
  }
  return left;
}

/** Pieces of a part in which to look for differences, `step` bytes each and the last one shorter. */
export function pieces({ address, sizeBytes }: Range, step: number): readonly Range[] {
  const count = Math.ceil(sizeBytes / step);
  return Array.from({ length: count }, (_, index) => ({
    address: address + index * step,
    sizeBytes: Math.min(step, sizeBytes - index * step),
  }));
}

/** Whether to ask for the sectors of the changed blocks: no, when that takes longer than writing all of them. */
export function isWorthProbing(changedBlocks: number, blocks: number): boolean {
  return changedBlocks > 0 && changedBlocks <= Math.max(1, blocks * PROBE_SHARE);
}

/** Changed pieces as ranges to write: neighbours and small gaps in one. `changed` is in order and starts at sectors. */
export function mergedRanges(changed: readonly Range[]): readonly Range[] {
  const merged: { address: number; sizeBytes: number }[] = [];
  for (const { address, sizeBytes } of changed) {
    const last = merged.at(-1);
    if (last && address - endOf(last) <= GAP_SECTORS * SECTOR_BYTES)
      last.sizeBytes = address + sizeBytes - last.address;
    else merged.push({ address, sizeBytes });
  }
  return merged;
}

/** Bytes of these ranges. */
export function totalBytes(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function partRanges(parts: readonly ImagePart[]): readonly Range[] {
  return parts.map(({ address, data }) => ({ address, sizeBytes: data.length }));
}

/** Writing a part erases the whole of its last sector. */
function sectorsOf({ address, data }: ImagePart): Range {
  return rangeBetween(address, sectorEnd(address + data.length));
}

function endOf({ address, sizeBytes }: Range): number {
  return address + sizeBytes;
}

function sectorEnd(address: number): number {
  return Math.ceil(address / SECTOR_BYTES) * SECTOR_BYTES;
}

function overlaps(a: Range, b: Range): boolean {
  return a.address < endOf(b) && b.address < endOf(a);
}

function rangeBetween(address: number, end: number): Range {
  return { address, sizeBytes: end - address };
}

function inMegabytes(bytes: number): string {
  return `${Number((bytes / 1024 / 1024).toFixed(2))} MB`;
}
