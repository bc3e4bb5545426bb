/*
 * What a file is that somebody wants to flash: one with everything from the boot loader on, or an application alone; and which parts of the flash
 * it fills. Pure. Called by ImageLibrary for every file that is not bundled.
 */
import type { FirmwareInfo } from '../../shared/api/flash';
import { chipIds, chips, type ChipId } from '../../shared/domain/chips';
import { checkProgram, IMAGE_MAGIC, type Digest, type ProgramImage } from './image-rules';
import type { Partition } from './loaded-image';
import { isPartitionTable, readPartitionTable, TABLE_ADDRESS, TABLE_BYTES } from './partition-rules';

/** An application alone goes to the first slot of ESP-IDF's and our own partition table. */
export const APPLICATION_ADDRESS = 0x10000;
/** Parts begin and end on sectors of the flash, so that writing one erases nothing of another. */
const SECTOR_BYTES = 0x1000;
const ERASED = 0xff;

export type FilePart = { readonly name: string; readonly address: number; readonly data: Uint8Array };

export type ImageFile = {
  readonly chip: ChipId;
  readonly minimumRevision: number;
  readonly firmware: FirmwareInfo | null;
  readonly parts: readonly FilePart[];
  readonly partitions: readonly Partition[];
};

export type FileCheck =
  { readonly ok: true; readonly file: ImageFile } | { readonly ok: false; readonly reason: string };
export type Digests = { readonly sha256: Digest; readonly md5: Digest };

/** Recognises a file and checks every program in it. The reason of a refusal completes "… cannot be flashed: ". */
export function readImageFile(bytes: Uint8Array, digests: Digests): FileCheck {
  const place = findMerged(bytes);
  return place ? readMerged(bytes, place, digests) : readApplication(bytes, digests);
}

/** Of a file with everything: where in the flash it begins, and where its boot loader lies. */
type Place = { readonly baseAddress: number; readonly bootloaderAddress: number };

const bootloaderOffsets = [...new Set(chipIds.map((id) => chips[id].bootloaderOffset))].sort((a, b) => a - b);

/** A file from address 0, or from the boot loader on (`esptool merge-bin --target-offset`), with a partition table where it belongs. */
function findMerged(bytes: Uint8Array): Place | null {
  const places = bootloaderOffsets.flatMap((bootloaderAddress) => [
    { baseAddress: 0, bootloaderAddress },
    { baseAddress: bootloaderAddress, bootloaderAddress },
  ]);
  const fits = ({ baseAddress, bootloaderAddress }: Place) =>
    bytes[bootloaderAddress - baseAddress] === IMAGE_MAGIC &&
    isPartitionTable(bytes.subarray(TABLE_ADDRESS - baseAddress)) &&
    isErased(bytes.subarray(0, bootloaderAddress - baseAddress));
  return places.find(fits) ?? null;
}

function readApplication(bytes: Uint8Array, { sha256 }: Digests): FileCheck {
  const checked = checkProgram(bytes, sha256);
  if (!checked.ok) return { ok: false, reason: `it is no image for an ESP chip: ${checked.reason}` };
  const { chip, minimumRevision, firmware, isBootloader } = checked.image;
  if (isBootloader)
    return { ok: false, reason: 'it is a boot loader alone. Choose the merged image, or the application' };
  const address = chip === 'esp8266' ? 0 : APPLICATION_ADDRESS;
  const part = { name: 'application', address, data: bytes };
  return { ok: true, file: { chip, minimumRevision, firmware, parts: [part], partitions: [] } };
}

function readMerged(bytes: Uint8Array, { baseAddress, bootloaderAddress }: Place, { sha256, md5 }: Digests): FileCheck {
  const from = (address: number) => bytes.subarray(address - baseAddress);
  const bootloader = checkProgram(from(bootloaderAddress).subarray(0, TABLE_ADDRESS - bootloaderAddress), sha256);
  if (!bootloader.ok) return { ok: false, reason: `its boot loader is damaged: ${bootloader.reason}` };
  const table = readPartitionTable(from(TABLE_ADDRESS).subarray(0, TABLE_BYTES), md5);
  if (!table.ok) return table;
  const { chip } = bootloader.image;
  if (chips[chip].bootloaderOffset !== bootloaderAddress)
    return { ok: false, reason: `its boot loader is not where the ${chips[chip].name} looks for it` };
  const known = knownRegions(table.partitions, bootloaderAddress);
  const clash = overlapOf(known);
  if (clash !== null) return { ok: false, reason: `its partitions ${clash} overlap` };
  const regions = withGaps(known);
  const parts = cutParts(bytes, baseAddress, regions);
  const applications = checkApplications(parts, table.partitions, sha256);
  if (!applications.ok) return applications;
  const [application] = applications.images;
  if (!application) return { ok: false, reason: 'it contains no application' };
  if (applications.images.some((each) => each.chip !== chip))
    return { ok: false, reason: 'its boot loader and its application are for different chips' };
  const minimumRevision = Math.max(bootloader.image.minimumRevision, application.minimumRevision);
  const named = parts.map((part) => (part === applications.parts[0] ? { ...part, name: 'application' } : part));
  return { ok: true, file: { chip, minimumRevision, firmware: application.firmware, parts: named, partitions: table.partitions } }; // prettier-ignore
}

type Region = { readonly name: string; readonly address: number; readonly end: number };

/** In order of their addresses. */
function knownRegions(partitions: readonly Partition[], bootloaderAddress: number): Region[] {
  return [
    { name: 'bootloader', address: bootloaderAddress, end: TABLE_ADDRESS },
    { name: 'partition-table', address: TABLE_ADDRESS, end: TABLE_ADDRESS + TABLE_BYTES },
    ...partitions.map(({ name, address, sizeBytes }) => ({ name, address, end: address + sizeBytes })),
  ].sort((a, b) => a.address - b.address);
}

/** Two that overlap, by name: such a table would cut the same bytes into many parts. */
function overlapOf(known: readonly Region[]): string | null {
  let before: Region | null = null;
  for (const region of known) {
    if (before && region.address < before.end) return `${before.name} and ${region.name}`;
    before = region;
  }
  return null;
}

/** The whole flash in named pieces; what no partition owns is named by its address. */
function withGaps(known: readonly Region[]): Region[] {
  const regions: Region[] = [];
  let end = 0;
  const fillTo = (address: number) => {
    if (address > end) regions.push({ name: `0x${end.toString(16)}`, address: end, end: address });
  };
  for (const region of known) {
    fillTo(region.address);
    regions.push(region);
    end = Math.max(end, region.end);
  }
  fillTo(Number.MAX_SAFE_INTEGER);
  return regions;
}

/** The pieces of the file that are not blank, without the blank sectors at their end. */
function cutParts(bytes: Uint8Array, baseAddress: number, regions: readonly Region[]): FilePart[] {
  return regions.flatMap(({ name, address, end }) => {
    const start = Math.max(0, address - baseAddress);
    const data = withoutBlankEnd(bytes.subarray(start, Math.max(start, Math.min(end - baseAddress, bytes.length))));
    return data.length === 0 ? [] : [{ name, address: baseAddress + start, data }];
  });
}

function checkApplications(parts: readonly FilePart[], partitions: readonly Partition[], sha256: Digest) {
  const addresses = new Set(partitions.filter(({ type }) => type === 'app').map(({ address }) => address));
  const found = parts.filter(({ address }) => addresses.has(address));
  const images: ProgramImage[] = [];
  for (const { name, data } of found) {
    const checked = checkProgram(data, sha256);
    if (!checked.ok) return { ok: false as const, reason: `the application in its partition ${name} is damaged: ${checked.reason}` }; // prettier-ignore
    images.push(checked.image);
  }
  return { ok: true as const, parts: found, images };
}

function withoutBlankEnd(data: Uint8Array): Uint8Array {
  let end = data.length;
  while (end > 0 && data[end - 1] === ERASED) end -= 1;
  return data.subarray(0, Math.min(data.length, Math.ceil(end / SECTOR_BYTES) * SECTOR_BYTES));
}

function isErased(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === ERASED);
}
