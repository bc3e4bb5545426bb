import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { firmwareInfoSchema, imageSchema, MAX_IMAGE_BYTES, type FlashImage } from '../../shared/api/flash';
import { chipIds } from '../../shared/domain/chips';
import { jobFailure, jobSuccess, type JobError, type JobResult } from '../../shared/domain/job-errors';
import { failure, success, type Result } from '../../shared/domain/result';
import { md5Of, sha256Of } from './digests';
import { readImageFile, type ImageFile } from './image-file-rules';
import type { LoadedImage } from './loaded-image';
import { readBounded } from './read-bounded';
import { RecordFolder, writeFault, type Kept } from './record-folder';

/** Images in all; far more than a plant has kinds of devices, and the folder stays below 1 GB. */
const MAX_USER_IMAGES = 64;

const recordSchema = z.object({
  format: z.literal(1),
  name: z.string(),
  chip: z.enum(chipIds),
  firmware: firmwareInfoSchema.nullable(),
  sizeBytes: z.int(),
  sha256: z.string(),
  parts: imageSchema.shape.parts,
  addedAt: z.string(),
  addedBy: z.string(),
});
type UserRecord = z.infer<typeof recordSchema>;

/** Images that operators added: `SHA256.bin` in one folder. And files of this machine, which are read as they are. */
export class UserImages {
  private readonly folder: RecordFolder<UserRecord>;
  /** What a load found wrong, for the list; by SHA-256. */
  private readonly damaged = new Map<string, JobError>();
  private adding: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.folder = new RecordFolder(folder, recordSchema);
  }

  prepare(): Promise<void> {
    return this.folder.prepare();
  }

  async list(): Promise<FlashImage[]> {
    const kept = await this.folder.list();
    return kept.map((entry) => imageOf(entry.record, entry.path, this.problem(entry)));
  }

  /**
   * Checks an image and keeps it. One that is there already is answered as it is. Fails with `invalid`, `too_large` or `storage_unavailable`.
   * One after the other: two that add the same file at once must not disturb each other.
   */
  add(name: string, bytes: Uint8Array, by: { at: string; actor: string }): Promise<Result<FlashImage>> {
    const added = this.adding.then(() => this.addNext(name, bytes, by));
    this.adding = added.catch(() => undefined);
    return added;
  }

  private async addNext(
    name: string,
    bytes: Uint8Array,
    { at, actor }: { at: string; actor: string },
  ): Promise<Result<FlashImage>> {
    const checked = readImageFile(bytes, { sha256: sha256Of, md5: md5Of });
    if (!checked.ok) return failure('invalid', `${name} cannot be flashed: ${checked.reason}.`, { details: { name } });
    const sha256 = sha256Of(bytes);
    const known = await this.folder.find(sha256);
    if (known && !this.problem(known)) return success(imageOf(known.record, known.path, null));
    if (!known && (await this.folder.list()).length >= MAX_USER_IMAGES)
      return failure('too_large', `There are already ${MAX_USER_IMAGES} images. Remove those that are no longer used.`);
    const record = { ...recordOf(name, bytes, checked.file), sha256, addedAt: at, addedBy: actor };
    try {
      await writeFile(this.folder.partialPath(sha256), bytes, { mode: 0o600, flush: true });
      await this.folder.keep(sha256, record);
    } catch (error) {
      await this.folder.remove(sha256).catch(() => undefined);
      const message = `${name} could not be stored: ${writeFault(error)}. Make room or choose another data folder, then add it again.`;
      return failure('storage_unavailable', message, { retryable: true });
    }
    this.damaged.delete(sha256);
    return success(imageOf(record, this.folder.pathOf(sha256), null));
  }

  /** Answers with what was removed; null when there was nothing of that name. */
  async remove(sha256: string): Promise<FlashImage | null> {
    const known = await this.folder.find(sha256);
    if (!known) return null;
    await this.folder.remove(sha256);
    this.damaged.delete(sha256);
    return imageOf(known.record, known.path, null);
  }

  /** Reads and checks a kept image. Fails with `image_missing` or `image_damaged`. */
  async load(sha256: string): Promise<JobResult<LoadedImage>> {
    const known = await this.folder.find(sha256);
    if (!known) return jobFailure('image_missing', 'This image is no longer there. Choose another one.', {}, false);
    const { record, path } = known;
    const bytes = await readBounded(path, MAX_IMAGE_BYTES);
    const loaded = bytes.ok ? check(bytes.value, known) : damagedFailure(record.name, bytes.reason);
    if (loaded.ok) this.damaged.delete(sha256);
    else this.damaged.set(sha256, loaded.error);
    return loaded;
  }

  /** Reads and checks a file of this machine. Fails with `image_missing` or `image_damaged`. */
  async loadPath(path: string): Promise<JobResult<LoadedImage>> {
    const bytes = await readBounded(path, MAX_IMAGE_BYTES);
    if (!bytes.ok) {
      const message = `${path} cannot be flashed: ${bytes.reason}. Give the full path of an image file.`;
      return jobFailure(bytes.isMissing ? 'image_missing' : 'image_damaged', message, { file: path, reason: bytes.reason }, false); // prettier-ignore
    }
    const checked = readImageFile(bytes.value, { sha256: sha256Of, md5: md5Of });
    if (!checked.ok) return damagedFailure(basename(path), checked.reason);
    const record = { ...recordOf(basename(path), bytes.value, checked.file), sha256: sha256Of(bytes.value) };
    return loadedOf(checked.file, imageOf(record, path, null));
  }

  private problem({ record, sizeBytes }: Kept<UserRecord>): JobError | null {
    if (sizeBytes === null) return damagedFailure(record.name, 'its file is gone').error;
    if (sizeBytes !== record.sizeBytes) return damagedFailure(record.name, 'its file has another size').error;
    return this.damaged.get(record.sha256) ?? null;
  }
}

function check(bytes: Uint8Array, { record, path }: Kept<UserRecord>): JobResult<LoadedImage> {
  if (sha256Of(bytes) !== record.sha256)
    return damagedFailure(record.name, 'its SHA-256 is not the one that it had when it was added');
  const checked = readImageFile(bytes, { sha256: sha256Of, md5: md5Of });
  return checked.ok ? loadedOf(checked.file, imageOf(record, path, null)) : damagedFailure(record.name, checked.reason);
}

function recordOf(name: string, bytes: Uint8Array, { chip, firmware, parts }: ImageFile) {
  return { format: 1 as const, name, chip, firmware, sizeBytes: bytes.length, parts: partsOf(parts) };
}

function imageOf(
  record: Omit<UserRecord, 'addedAt' | 'addedBy'> & { readonly addedAt?: string },
  path: string,
  problem: JobError | null,
): FlashImage {
  const { name, chip, firmware, sizeBytes, sha256, parts, addedAt } = record;
  return {
    id: `user:${sha256}`,
    kind: 'user',
    name,
    chip,
    firmware,
    sizeBytes,
    sha256,
    parts,
    ...(addedAt !== undefined && { addedAt }),
    path,
    problem,
  };
}

function loadedOf({ chip, minimumRevision, parts, partitions }: ImageFile, image: FlashImage): JobResult<LoadedImage> {
  const withDigests = parts.map((part) => ({ ...part, md5: md5Of(part.data) }));
  return jobSuccess({ image, chip, minimumRevision, partitions, parts: withDigests });
}

function partsOf(parts: ImageFile['parts']): FlashImage['parts'] {
  return parts.map(({ name, address, data }) => ({ name, address, sizeBytes: data.length, md5: md5Of(data) }));
}

function damagedFailure(file: string, reason: string) {
  const message = `${file} cannot be flashed: ${reason}. Nothing was written. Get the file again and add it anew.`;
  return jobFailure('image_damaged', message, { file, reason }, false);
}
