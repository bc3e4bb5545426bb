import type { FlashJob } from '../../shared/api/flash';
import type { DeviceId } from '../../shared/domain/ids';
import { assertNever } from '../../shared/domain/assert';

/** The journal, as far as this room writes to it. */
export type FlashJournal = {
  readonly add: (entry: {
    readonly kind: string;
    readonly message: string;
    readonly actor: string;
    readonly deviceId?: DeviceId;
    readonly details: Readonly<Record<string, unknown>>;
  }) => void;
};

/** Parts whose content is secret: a short password could be guessed from an MD5. */
export const secretParts: ReadonlySet<string> = new Set(['nvs', 'cfg']);

/** What the journal keeps of jobs: who, which chip, which bytes, and the proof. */
export class JournalOfJobs {
  constructor(private readonly journal: FlashJournal) {}

  started(job: FlashJob): void {
    const what = job.kind === 'backup' ? 'Reading the flash' : `Flashing ${job.imageName}`;
    this.add(job, 'flash.started', `${what} on ${job.port} was started.`, {});
  }

  ended(job: FlashJob): void {
    const { kind, state, chip, port, imageName, error, file } = job;
    const who = `${chip ?? 'The chip'} on ${port}`;
    switch (state) {
      case 'done':
        if (kind === 'backup') this.add(job, 'flash.backup', `The flash of ${who} was read into ${file}.`, { file });
        else this.add(job, 'flash.done', `${imageName} was written to ${who} and verified.`, { parts: partsOf(job) });
        return;
      case 'cancelled':
        this.add(job, 'flash.cancelled', error?.message ?? 'The job was cancelled.', { parts: partsOf(job) });
        return;
      case 'failed':
        this.add(job, 'flash.failed', error?.message ?? 'The job failed.', { error, parts: partsOf(job) });
        return;
      case 'queued':
      case 'connecting':
      case 'erasing':
      case 'writing':
      case 'verifying':
      case 'resetting':
      case 'reading':
        throw new Error(`The job ${job.id} has not ended.`);
      default:
        assertNever(state);
    }
  }

  private add(job: FlashJob, kind: string, message: string, more: Readonly<Record<string, unknown>>): void {
    const { id, port, by, facts, mac, chip, imageId, imageSha256, baud, notes, startedAt, finishedAt } = job;
    const durationMs = finishedAt === undefined ? undefined : Date.parse(finishedAt) - Date.parse(startedAt);
    this.journal.add({
      kind,
      message,
      actor: by,
      ...(facts && { deviceId: facts.deviceId }),
      details: { jobId: id, port, imageId, imageSha256, chip, mac, baud, notes, ...(durationMs !== undefined && { durationMs }), ...more }, // prettier-ignore
    });
  }
}

function partsOf({ parts }: FlashJob): readonly Readonly<Record<string, unknown>>[] {
  return parts.map(({ name, address, size, md5, verified, skipped, writtenBytes }) => ({
    name,
    address,
    size,
    ...(!secretParts.has(name) && { md5 }),
    verified,
    skipped,
    writtenBytes,
  }));
}
