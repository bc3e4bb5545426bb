/*
 * The work of a write job: which image, whether it fits, what is written, and the proof by MD5 that it is there. Nothing is erased before every
 * check has passed. Used by flash-service.ts; effects on the chip go through LoaderCommands.
 */
import type { ChipFacts, FlashPart } from '../../shared/api/flash';
import { must } from '../../shared/domain/assert';
import { jobFailure } from '../../shared/domain/job-errors';
import type { ConnectedChip } from './chip-facts';
import type { JobContext } from './flash-job';
import { secretParts } from './flash-journal';
import type { FlashRequest, SettingsPart } from './flash-room';
import { loneApplicationRefusal } from './boot-slot-rules';
import { changedRanges, isBlank, md5Of, readContents } from './flash-plan';
import { eraseRanges, refusalOf, settingsPlace, totalBytes, type JobPart, type Range } from './flash-plan-rules';
import type { ImageSource } from './image-source';
import type { LoadedImage } from './loaded-image';
import type { LoaderCommands } from './loader-commands';
import { JobFault, valueOf } from './loader-faults';

export const AUTO_IMAGE = 'auto';

type Planned = { readonly part: JobPart; readonly ranges: readonly Range[] };

/** Writes one image to one chip. `work` may be called again from the start. */
export class ImageWriting {
  private settings: SettingsPart | null | undefined;

  /** `loaded`: null for the bundled image of the chip, whichever that is. */
  constructor(
    private readonly images: Pick<ImageSource, 'bundledFor'>,
    private readonly request: Pick<FlashRequest, 'options' | 'settingsFor'>,
    private loaded: LoadedImage | null,
  ) {}

  readonly work = async ({ session: { commands }, chip, tell }: JobContext): Promise<void> => {
    const { options } = this.request;
    const own = await this.imageFor(chip);
    tell({ type: 'image', image: own.image });
    refuse(own, chip, this.request);
    const { firmware, partitions } = await readContents(
      commands,
      must(chip.facts.flashSizeBytes, 'an unknown size was refused'),
    );
    tell({ type: 'found', firmware });
    const lone = loneApplicationRefusal(own, partitions, options);
    if (lone) throw new JobFault(lone);
    // An application alone brings no table: the device's own says where its settings lie.
    const image = own.partitions.length > 0 || own.image.kind === 'backup' ? own : { ...own, partitions };
    refuse(image, chip, this.request);
    const parts = [...image.parts.map(asImagePart), ...(await this.settingsParts(image, chip.facts))];
    const plan: Planned[] = [];
    for (const part of parts) plan.push({ part, ranges: await changedRanges(commands, part, options) });
    tell({ type: 'planned', parts: plan.map(viewOf), doneBytes: plan.reduce((sum, { part, ranges }) => sum + part.data.length - totalBytes(ranges), 0) }); // prettier-ignore
    if (options.eraseAll) {
      tell({ type: 'erasing' });
      await commands.eraseAll();
    }
    for (const range of eraseRanges(image, parts, options)) {
      if (await isBlank(commands, range)) continue;
      tell({ type: 'erasing' });
      await commands.erase(range.address, range.sizeBytes);
    }
    for (const planned of plan) await writePart(commands, planned, tell);
  };

  private async imageFor({ facts: { chipId, chip } }: ConnectedChip): Promise<LoadedImage> {
    if (this.loaded) return this.loaded;
    if (chipId === null)
      throw new JobFault(
        jobFailure(
          'image_missing',
          `The console has no image for this chip (${chip}). Choose an image file.`,
          { chip },
          false,
        ).error,
      );
    this.loaded = valueOf(await this.images.bundledFor(chipId));
    return this.loaded;
  }

  /** Asked for once, also when the work begins anew. */
  private async settingsParts(image: LoadedImage, facts: ChipFacts): Promise<readonly JobPart[]> {
    const { settingsFor } = this.request;
    if (settingsFor && this.settings === undefined) this.settings = valueOf(await settingsFor(facts));
    if (!this.settings) return [];
    const place = settingsPlace(image, this.settings);
    if ('code' in place) throw new JobFault(place);
    const { data } = this.settings;
    return [{ name: place.name, address: place.address, data, md5: md5Of(data), isSettings: true }];
  }
}

/** Name of the image that `auto` stands for, before the chip is known. */
export const autoImageName = 'Bundled image of the chip';

function refuse(image: LoadedImage, chip: ConnectedChip, { options }: Pick<FlashRequest, 'options'>): void {
  const refusal = refusalOf(image, chip, options);
  if (refusal) throw new JobFault(refusal);
}

function asImagePart(part: LoadedImage['parts'][number]): JobPart {
  return { ...part, isSettings: false };
}

/** Settings have no MD5 here: it is compared, but from what is shown a short password could be guessed. */
function viewOf({ part, ranges }: Planned): FlashPart {
  const isSecret = part.isSettings || secretParts.has(part.name);
  return {
    name: part.name,
    address: part.address,
    size: part.data.length,
    md5: isSecret ? '' : part.md5,
    verified: false,
    skipped: ranges.length === 0,
    writtenBytes: 0,
  };
}

/** Writes what must be written of a part and proves it; a mismatch is mended once by writing the whole part. */
async function writePart(commands: LoaderCommands, { part, ranges }: Planned, tell: JobContext['tell']): Promise<void> {
  const { address, data } = part;
  const write = async (range: Range) => {
    tell({ type: 'writing' });
    const start = range.address - address;
    let before = 0;
    await commands.write(range.address, data.subarray(start, start + range.sizeBytes), (bytes) => {
      tell({ type: 'moved', bytes: bytes - before, part: address });
      before = bytes;
    });
  };
  const isThere = async () => {
    tell({ type: 'verifying' });
    return (await commands.md5(address, data.length)) === part.md5;
  };
  for (const range of ranges) await write(range);
  if (!(await isThere())) {
    tell({
      type: 'note',
      text: `The part ${part.name} was not right after writing, so it was written again as a whole.`,
    });
    tell({ type: 'again', part: address, doneBytes: data.length });
    await write({ address, sizeBytes: data.length });
    if (!(await isThere())) throw new JobFault(notVerified(part));
  }
  tell({ type: 'verified', part: address });
}

function notVerified({ name, address }: JobPart) {
  return jobFailure(
    'verify_failed',
    `The part ${name} was written twice, and what the chip reads back is something else. Try again; if it happens again, the flash memory of the board is defective: use another board.`,
    { part: name, address },
  ).error;
}
