import { createHash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { firmwareInfoSchema, type ChipFacts, type FirmwareInfo, type FlashImage } from '../../shared/api/flash';
import { chipIds } from '../../shared/domain/chips';
import { jobFailure, jobSuccess, type JobError, type JobResult } from '../../shared/domain/job-errors';
import type { Clock } from '../clock';
import { md5Of, sha256Of } from './digests';
import type { BackupTarget } from './image-source';
import type { LoadedImage } from './loaded-image';
import { readPartitionTable, TABLE_ADDRESS, TABLE_BYTES } from './partition-rules';
import { readBounded } from './read-bounded';
import { RecordFolder, writeFault, type Kept } from './record-folder';

/** Backups in all; at 4 MB each, 256 MB. */
const MAX_BACKUPS = 64;
/** The largest flash chip that an ESP32 can address is larger than any that is sold on a module. */
const MAX_BACKUP_BYTES = 64 * 1024 * 1024;

const recordSchema = z.object({
  format: z.literal(1),
  chip: z.enum(chipIds).nullable(),
  chipName: z.string(),
  mac: z.string(),
  flashSizeBytes: z.int().nullable(),
  sizeBytes: z.int(),
  sha256: z.string(),
  md5: z.string(),
  firmware: firmwareInfoSchema.nullable(),
  at: z.string(),
});
type BackupRecord = z.infer<typeof recordSchema>;

/** Whole flashes that were read from devices, each an image with one part at address 0. */
export class BackupImages {
  private readonly folder: RecordFolder<BackupRecord>;
  private readonly damaged = new Map<string, JobError>();
  /** Names that are being written. */
  private readonly open = new Set<string>();

  constructor(
    folder: string,
    private readonly clock: Clock,
  ) {
    this.folder = new RecordFolder(folder, recordSchema);
  }

  prepare(): Promise<void> {
    return this.folder.prepare();
  }

  async list(): Promise<FlashImage[]> {
    return (await this.folder.list()).map((kept) => imageOf(kept, this.problem(kept)));
  }

  async remove(name: string): Promise<FlashImage | null> {
    const kept = await this.folder.find(name);
    if (!kept) return null;
    await this.folder.remove(name);
    this.damaged.delete(name);
    return imageOf(kept, null);
  }

  /** Reads and checks a backup. Fails with `image_missing` or `image_damaged`. */
  async load(name: string): Promise<JobResult<LoadedImage>> {
    const kept = await this.folder.find(name);
    if (!kept) return jobFailure('image_missing', 'This backup is no longer there. Choose another one.', {}, false);
    const bytes = await readBounded(kept.path, MAX_BACKUP_BYTES);
    if (!bytes.ok) return this.remember(name, damagedFailure(kept.path, bytes.reason));
    if (sha256Of(bytes.value) !== kept.record.sha256)
      return this.remember(name, damagedFailure(kept.path, 'its SHA-256 is not the one of the day it was made'));
    this.damaged.delete(name);
    const table = readPartitionTable(bytes.value.subarray(TABLE_ADDRESS, TABLE_ADDRESS + TABLE_BYTES), md5Of);
    return jobSuccess({
      image: imageOf(kept, null),
      chip: kept.record.chip,
      // It ran on that very chip.
      minimumRevision: 0,
      parts: [{ name: 'flash', address: 0, data: bytes.value, md5: kept.record.md5 }],
      partitions: table.ok ? table.partitions : [],
    });
  }

  /** A file for the flash of a chip. Fails with `disk_full` when it cannot be begun. */
  async target(facts: ChipFacts): Promise<JobResult<BackupTarget>> {
    if ((await this.folder.list()).length + this.open.size >= MAX_BACKUPS)
      return diskFull(`there are already ${MAX_BACKUPS} backups. Remove some that are no longer needed`);
    const name = await this.freeName(facts);
    this.open.add(name);
    try {
      const file = await open(this.folder.partialPath(name), 'wx', 0o600);
      return jobSuccess(this.writer(name, file, facts));
    } catch (error) {
      this.open.delete(name);
      return diskFull(writeFault(error));
    }
  }

  private writer(name: string, file: FileHandle, facts: ChipFacts): BackupTarget {
    const [sha256, md5] = [createHash('sha256'), createHash('md5')];
    let sizeBytes = 0;
    let isDone = false;
    const discard = async () => {
      if (isDone) return;
      isDone = true;
      await file.close().catch(() => undefined);
      await this.folder.remove(name).catch(() => undefined);
      this.open.delete(name);
    };
    const write = async (bytes: Uint8Array): Promise<JobResult<null>> => {
      if (isDone) throw new Error(`The backup ${name} is already closed`);
      try {
        await file.appendFile(bytes);
      } catch (error) {
        await discard();
        return diskFull(writeFault(error));
      }
      sha256.update(bytes);
      md5.update(bytes);
      sizeBytes += bytes.length;
      return jobSuccess(null);
    };
    const commit = async (found: { md5: string; firmware: FirmwareInfo | null }): Promise<JobResult<FlashImage>> => {
      if (isDone) throw new Error(`The backup ${name} is already closed`);
      const written = md5.digest('hex');
      if (written !== found.md5) {
        await discard();
        return jobFailure('verify_failed', 'What was read is not what the chip says it holds. Make the backup again.', { part: 'flash', address: 0 }); // prettier-ignore
      }
      const record: BackupRecord = {
        format: 1,
        chip: facts.chipId,
        chipName: facts.chip,
        mac: facts.mac,
        flashSizeBytes: facts.flashSizeBytes,
        sizeBytes,
        sha256: sha256.digest('hex'),
        md5: written,
        firmware: found.firmware,
        at: new Date(this.clock.now()).toISOString(),
      };
      try {
        await file.sync();
        await file.close();
        await this.folder.keep(name, record);
      } catch (error) {
        await discard();
        return diskFull(writeFault(error));
      }
      isDone = true;
      this.open.delete(name);
      return jobSuccess(imageOf({ name, path: this.folder.pathOf(name), record, sizeBytes }, null));
    };
    return { write, commit, discard };
  }

  /** Chip, MAC and time, as one looks for it in a folder; numbered when two are made within a second. */
  private async freeName({ chip, mac }: ChipFacts): Promise<string> {
    const time = new Date(this.clock.now()).toISOString().replace(/[-:]|\..*$/g, '');
    const base = [chip, mac.replaceAll(':', ''), time].join('-').replace(/[^A-Za-z0-9-]/g, '_');
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? base : `${base}-${number}`;
      const isTaken = await stat(this.folder.pathOf(name)).catch(() => null);
      if (!isTaken && !this.open.has(name)) return name;
    }
  }

  private remember<T extends { readonly error: JobError }>(name: string, failed: T): T {
    this.damaged.set(name, failed.error);
    return failed;
  }

  private problem({ name, path, record, sizeBytes }: Kept<BackupRecord>): JobError | null {
    if (sizeBytes === null) return damagedFailure(path, 'it is gone').error;
    if (sizeBytes !== record.sizeBytes) return damagedFailure(path, 'it has another size').error;
    return this.damaged.get(name) ?? null;
  }
}

function imageOf({ name, path, record }: Kept<BackupRecord>, problem: JobError | null): FlashImage {
  const { chip, chipName, mac, sizeBytes, sha256, md5, firmware, at } = record;
  return {
    id: `backup:${name}`,
    kind: 'backup',
    name: `Backup of ${chipName} ${mac}`,
    chip,
    firmware,
    sizeBytes,
    sha256,
    parts: [{ name: 'flash', address: 0, sizeBytes, md5 }],
    addedAt: at,
    path,
    problem,
  };
}

function damagedFailure(file: string, reason: string) {
  return jobFailure('image_damaged', `The backup ${file} cannot be restored: ${reason}. Nothing was written. Choose another backup.`, { file, reason }, false); // prettier-ignore
}

function diskFull(reason: string) {
  return jobFailure('disk_full', `The backup cannot be written: ${reason}. Make room, then make the backup again.`, { reason }); // prettier-ignore
}
