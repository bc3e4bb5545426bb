import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FlashImage } from '../../shared/api/flash';
import { chips, type ChipId } from '../../shared/domain/chips';
import { jobFailure, jobSuccess, type JobError, type JobResult } from '../../shared/domain/job-errors';
import { md5Of, sha256Of } from './digests';
import { manifestSchema, type FirmwareManifest, type ManifestChip, type ManifestPart } from './firmware-manifest';
import { readDescriptor } from './image-rules';
import type { ImagePart, LoadedImage } from './loaded-image';

const APPLICATION = 'application';

/** The console's own firmware. Every byte is checked against the manifest before each use: what is flashed is what we built. */
export class BundledImages {
  /** Images that were checked for the list, by chip; `state` is the size and time of all their files. */
  private readonly checked = new Map<ChipId, { readonly state: string; readonly image: FlashImage }>();

  constructor(private readonly folder: string) {}

  /** All of them, with what is wrong; files that did not change since the last list are not read again. */
  async list(): Promise<FlashImage[]> {
    const manifest = await this.manifest();
    if (!manifest.ok) return [unreadable(manifest.error)];
    return await Promise.all(manifest.value.chips.map((chip) => this.describe(chip)));
  }

  /** Reads and checks an image; never from memory. Fails with `image_missing` or `image_damaged`. */
  async load(chip: string): Promise<JobResult<LoadedImage>> {
    const manifest = await this.manifest();
    if (!manifest.ok) return manifest;
    const entry = manifest.value.chips.find(({ id }) => id === chip);
    if (!entry) return missing(chip);
    const loaded: ImagePart[] = [];
    for (const part of entry.parts) {
      const data = await this.read(part);
      if (!data.ok) return data;
      loaded.push({ name: part.name, address: part.address, data: data.value, md5: part.md5 });
    }
    const [major = 0, minor = 0] = entry.minimumRevision.split('.').map(Number);
    return jobSuccess({
      image: imageOf(entry, loaded, null),
      chip: entry.id,
      minimumRevision: major * 100 + minor,
      parts: loaded,
      partitions: entry.partitions,
    });
  }

  private async describe(entry: ManifestChip): Promise<FlashImage> {
    const state = JSON.stringify([entry, await Promise.all(entry.parts.map(({ file }) => fileState(join(this.folder, file))))]); // prettier-ignore
    const known = this.checked.get(entry.id);
    if (known?.state === state) return known.image;
    const loaded = await this.load(entry.id);
    const image = loaded.ok ? loaded.value.image : imageOf(entry, [], loaded.error);
    this.checked.set(entry.id, { state, image });
    return image;
  }

  private async manifest(): Promise<JobResult<FirmwareManifest>> {
    const file = 'manifest.json';
    try {
      return jobSuccess(manifestSchema.parse(JSON.parse(await readFile(join(this.folder, file), 'utf8'))));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return damaged(file, code === undefined ? 'it is no manifest of this version' : `it cannot be read (${code})`);
    }
  }

  private async read({ file, sizeBytes, sha256, md5 }: ManifestPart): Promise<JobResult<Uint8Array>> {
    const data = await readFile(join(this.folder, file)).catch((error: unknown) => {
      return (error as NodeJS.ErrnoException).code ?? 'unknown error';
    });
    if (typeof data === 'string') return damaged(file, `it cannot be read (${data})`);
    if (data.length !== sizeBytes) return damaged(file, `it has ${data.length} bytes, not ${sizeBytes}`);
    if (sha256Of(data) !== sha256) return damaged(file, 'its SHA-256 is not the one of the manifest');
    if (md5Of(data) !== md5) return damaged(file, 'its MD5 is not the one of the manifest');
    return jobSuccess(data);
  }
}

function imageOf(entry: ManifestChip, loaded: readonly ImagePart[], problem: JobError | null): FlashImage {
  const application = loaded.find(({ name }) => name === APPLICATION);
  return {
    id: `bundled:${entry.id}`,
    kind: 'bundled',
    name: `Leitstand firmware for ${chips[entry.id].name}`,
    chip: entry.id,
    firmware: application ? readDescriptor(application.data) : null,
    sizeBytes: entry.parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    sha256: entry.merged.sha256,
    parts: entry.parts.map(({ name, address, sizeBytes, md5 }) => ({ name, address, sizeBytes, md5 })),
    problem,
  };
}

/** Stands in the list for all bundled images when the manifest itself is damaged. */
function unreadable(problem: JobError): FlashImage {
  const nothing = { chip: null, firmware: null, sizeBytes: 0, sha256: '', parts: [] };
  return { id: 'bundled:none', kind: 'bundled', name: 'Leitstand firmware', ...nothing, problem };
}

function missing(chip: string): JobResult<never> {
  const name = chip in chips ? chips[chip as ChipId].name : chip;
  const message = `This console brings no firmware for the ${name}. Choose an image of your own for it.`;
  return jobFailure('image_missing', message, { chip: name }, false);
}

function damaged(file: string, reason: string): JobResult<never> {
  const message = `The bundled firmware is damaged: ${file}: ${reason}. Nothing was written. Install the console again.`;
  return jobFailure('image_damaged', message, { file, reason }, false);
}

async function fileState(path: string): Promise<string> {
  const state = await stat(path).catch(() => null);
  return state ? `${state.size} ${state.mtimeMs}` : 'missing';
}
