import { createHash } from 'node:crypto';
import { jobFailure } from '../../shared/domain/job-errors';
import type { JobContext, JobWork } from './flash-job';
import { readContents } from './flash-plan';
import type { ImageSource } from './image-source';
import { JobFault, valueOf } from './loader-faults';

/** Bytes that are gathered before they go to the file: a write for each 4 kB would only cost. */
const FILE_CHUNK_BYTES = 256 * 1024;

const encryptedNote =
  'The flash of this board is encrypted: the backup can be kept, but this console cannot restore it.';

/** The work of a backup: the whole flash into a file, compared by the chip's own MD5 of its flash. */
export function backupWork(images: Pick<ImageSource, 'backupTarget'>): JobWork {
  return async ({ session: { commands }, chip: { facts, isFlashEncrypted }, tell }: JobContext) => {
    const { flashSizeBytes } = facts;
    if (flashSizeBytes === null)
      throw new JobFault(
        jobFailure('flash_unknown', 'The flash memory of this board does not say its size, so it cannot be read.')
          .error,
      );
    const { firmware } = await readContents(commands, flashSizeBytes);
    tell({ type: 'found', firmware });
    if (isFlashEncrypted) tell({ type: 'note', text: encryptedNote });
    tell({ type: 'reading', totalBytes: flashSizeBytes });
    const target = valueOf(await images.backupTarget(facts));
    try {
      const hash = createHash('md5');
      for (let address = 0; address < flashSizeBytes; address += FILE_CHUNK_BYTES) {
        const gathered: Uint8Array[] = [];
        await commands.read(address, Math.min(FILE_CHUNK_BYTES, flashSizeBytes - address), (bytes) => {
          gathered.push(bytes);
          tell({ type: 'moved', bytes: bytes.length });
        });
        const chunk = Buffer.concat(gathered);
        hash.update(chunk);
        valueOf(await target.write(chunk));
      }
      const md5 = hash.digest('hex');
      tell({ type: 'verifying' });
      if ((await commands.md5(0, flashSizeBytes)) !== md5) throw new JobFault(notTheSame());
      const image = valueOf(await target.commit({ md5, firmware }));
      tell({ type: 'file', file: image.path ?? image.name, image });
    } catch (error) {
      await target.discard();
      throw error;
    }
  };
}

/** Every piece was right by the chip's MD5 of it: not the line is to blame, and a lower speed would only take longer. */
function notTheSame() {
  return jobFailure(
    'verify_failed',
    'What was read is not what the chip says it holds as a whole. Make the backup again; if it happens again, the flash memory of the board is defective: use another board.',
    { part: 'flash', address: 0 },
  ).error;
}
