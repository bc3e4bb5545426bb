import type { Inspection } from '../../shared/api/flash';
import { flashOptionsSchema } from '../../shared/api/flash';
import type { JobResult } from '../../shared/domain/job-errors';
import type { ConnectedChip } from './chip-facts';
import { loneApplicationRefusal } from './boot-slot-rules';
import { changedRanges, readContents } from './flash-plan';
import { SECTOR_BYTES, refusalOf, totalBytes } from './flash-plan-rules';
import type { LoadedImage } from './loaded-image';
import type { LoaderCommands } from './loader-commands';

/** Looks at a chip that is connected: what runs there, and what an image would change. Writes nothing. */
export async function inspectChip(
  commands: LoaderCommands,
  chip: ConnectedChip,
  wanted: JobResult<LoadedImage> | null,
): Promise<Inspection> {
  const options = flashOptionsSchema.parse({});
  const { flashSizeBytes } = chip.facts;
  const { firmware, partitions } =
    flashSizeBytes === null ? { firmware: null, partitions: [] } : await readContents(commands, flashSizeBytes);
  const nothing = { ...chip.facts, firmware, imageId: null, parts: [] };
  if (wanted === null) return { ...nothing, refusal: null };
  if (!wanted.ok) return { ...nothing, refusal: wanted.error };
  const own = wanted.value;
  const image = own.partitions.length > 0 ? own : { ...own, partitions };
  const refusal = refusalOf(image, chip, options) ?? loneApplicationRefusal(own, partitions, options);
  if (refusal) return { ...nothing, imageId: own.image.id, refusal };
  const parts: Inspection['parts'] = [];
  for (const part of image.parts) {
    const ranges = await changedRanges(commands, part, options);
    const changedBytes = ranges.reduce((sum, range) => sum + inSectors(totalBytes([range])), 0);
    parts.push({ name: part.name, address: part.address, sizeBytes: part.data.length, isSame: ranges.length === 0, changedBytes }); // prettier-ignore
  }
  return { ...nothing, imageId: own.image.id, parts, refusal: null };
}

function inSectors(bytes: number): number {
  return Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;
}
