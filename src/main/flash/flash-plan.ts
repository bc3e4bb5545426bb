import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { FlashOptions, FirmwareInfo } from '../../shared/api/flash';
import { SLOT_RECORD_BYTES, startedApplication } from './boot-slot-rules';
import { BLOCK_BYTES, SECTOR_BYTES, isWorthProbing, mergedRanges, pieces, type Range } from './flash-plan-rules';
import type { ImagePart, Partition } from './loaded-image';
import type { LoaderCommands } from './loader-commands';
import { DESCRIPTOR_BYTES, DESCRIPTOR_OFFSET, IMAGE_MAGIC, readDescriptor } from './image-rules';
import { TABLE_ADDRESS, TABLE_BYTES, readPartitionTable } from './partition-rules';

/** Where the first application lies when there is no table to ask. */
const DEFAULT_APP_ADDRESS = 0x1_0000;
/** So much of an application tells what it is. */
const HEAD_BYTES = DESCRIPTOR_OFFSET + DESCRIPTOR_BYTES;

/** Reads what runs on a device, and where its partitions lie by its own table. */
export async function readContents(
  commands: Pick<LoaderCommands, 'read'>,
  flashSizeBytes: number,
): Promise<{ firmware: FirmwareInfo | null; partitions: readonly Partition[] }> {
  const table = readPartitionTable(await readAll(commands, TABLE_ADDRESS, TABLE_BYTES), md5Of);
  const partitions = table.ok ? table.partitions : [];
  const records = await readSlotRecords(commands, partitions, flashSizeBytes);
  const address = startedApplication(partitions, records, romCrc)?.address ?? DEFAULT_APP_ADDRESS;
  // A table may be of another board, or a remnant.
  if (address + HEAD_BYTES > flashSizeBytes) return { partitions, firmware: null };
  const head = await readAll(commands, address, HEAD_BYTES);
  return { partitions, firmware: head[0] === IMAGE_MAGIC ? readDescriptor(head) : null };
}

/** The two records that choose an application; none where the table has no place for them. */
async function readSlotRecords(
  commands: Pick<LoaderCommands, 'read'>,
  partitions: readonly Partition[],
  flashSizeBytes: number,
): Promise<readonly Uint8Array[]> {
  const place = partitions.find(({ type, subtype }) => type === 'data' && subtype === 'ota');
  if (!place || place.address + SECTOR_BYTES + SLOT_RECORD_BYTES > flashSizeBytes) return [];
  return [
    await readAll(commands, place.address, SLOT_RECORD_BYTES),
    await readAll(commands, place.address + SECTOR_BYTES, SLOT_RECORD_BYTES),
  ];
}

/** As the chips' ROM calculates it: `esp_rom_crc32_le` from all ones. */
function romCrc(bytes: Uint8Array): number {
  return crc32(bytes, 0xffff_ffff);
}

/** The ranges of a part that must be written: none when the chip has it already, by MD5 of the part, its blocks and its sectors. */
export async function changedRanges(
  commands: Pick<LoaderCommands, 'md5'>,
  part: ImagePart,
  { skipIfSame, eraseAll }: Pick<FlashOptions, 'skipIfSame' | 'eraseAll'>,
): Promise<readonly Range[]> {
  const whole = { address: part.address, sizeBytes: part.data.length };
  if (eraseAll || !skipIfSame || whole.sizeBytes === 0) return [whole];
  const found = await commands.md5(part.address, part.data.length);
  if (found === part.md5) return [];
  if (found === md5OfBlank(part.data.length)) return [whole];
  const blocks = pieces(whole, BLOCK_BYTES);
  const changed = await differing(commands, part, blocks);
  if (changed.length > 0 && !isWorthProbing(changed.length, blocks.length)) return mergedRanges(changed);
  const sectors: Range[] = [];
  for (const block of changed) sectors.push(...(await differing(commands, part, pieces(block, SECTOR_BYTES))));
  // Equal pieces of an unequal whole: an answer was wrong. Then nothing is taken as known.
  return sectors.length === 0 ? [whole] : mergedRanges(sectors);
}

/** Whether a range holds nothing but ones. */
export async function isBlank(commands: Pick<LoaderCommands, 'md5'>, { address, sizeBytes }: Range): Promise<boolean> {
  return (await commands.md5(address, sizeBytes)) === md5OfBlank(sizeBytes);
}

export function md5Of(data: Uint8Array): string {
  return createHash('md5').update(data).digest('hex');
}

async function differing(
  commands: Pick<LoaderCommands, 'md5'>,
  part: ImagePart,
  ranges: readonly Range[],
): Promise<readonly Range[]> {
  const changed: Range[] = [];
  for (const range of ranges) {
    const offset = range.address - part.address;
    const expected = md5Of(part.data.subarray(offset, offset + range.sizeBytes));
    if ((await commands.md5(range.address, range.sizeBytes)) !== expected) changed.push(range);
  }
  return changed;
}

function md5OfBlank(sizeBytes: number): string {
  const hash = createHash('md5');
  const piece = new Uint8Array(BLOCK_BYTES).fill(0xff);
  for (let left = sizeBytes; left > 0; left -= BLOCK_BYTES) hash.update(piece.subarray(0, Math.min(left, BLOCK_BYTES)));
  return hash.digest('hex');
}

async function readAll(
  commands: Pick<LoaderCommands, 'read'>,
  address: number,
  sizeBytes: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  let offset = 0;
  await commands.read(address, sizeBytes, (piece) => {
    bytes.set(piece, offset);
    offset += piece.length;
  });
  return bytes;
}
