import { failure, success, type Result } from '../../shared/domain/result';
import { MAX_IMAGE_BYTES } from '../../shared/api/flash';
import type { Clock } from '../clock';

/** Half-finished uploads at a time; each holds up to 16 MiB in memory. */
const MAX_UPLOADS = 4;
/** A page sends the next piece within a second; one that was closed frees its memory after this. */
const IDLE_MS = 60_000;

export type UploadPiece = {
  readonly name: string;
  readonly offset: number;
  readonly totalBytes: number;
  readonly data: Uint8Array;
};
export type UploadProgress = { readonly receivedBytes: number; readonly bytes: Uint8Array | null };

type Upload = { readonly bytes: Uint8Array; receivedBytes: number; stopTimer: () => void };

/** Puts images together from their pieces: one upload per actor and name, from offset 0 on, without gaps. */
export class ImageUploads {
  private readonly uploads = new Map<string, Upload>();

  constructor(private readonly clock: Clock) {}

  /** `bytes` once all are there. Fails with `too_large`, `invalid`, `conflict` or `busy`. */
  take({ name, offset, totalBytes, data }: UploadPiece, actor: string): Result<UploadProgress> {
    if (totalBytes > MAX_IMAGE_BYTES)
      return failure('too_large', `${name} has ${totalBytes} bytes; the largest flash has ${MAX_IMAGE_BYTES}.`);
    if (data.length === 0 || offset + data.length > totalBytes)
      return failure('invalid', `The piece at ${offset} does not fit into the ${totalBytes} bytes of ${name}.`);
    const key = JSON.stringify([actor, name]);
    if (offset === 0) this.drop(key);
    const upload = this.uploads.get(key) ?? (offset === 0 ? this.begin(key, totalBytes) : undefined);
    if (upload === null)
      return failure('busy', `${MAX_UPLOADS} images are being added already. Try again in a minute.`, {
        retryable: true,
      });
    if (upload?.receivedBytes !== offset || upload.bytes.length !== totalBytes) {
      this.drop(key);
      const details = { receivedBytes: upload?.receivedBytes ?? 0 };
      return failure('conflict', `A piece of ${name} is missing. Send it again from the beginning.`, { retryable: true, details }); // prettier-ignore
    }
    upload.bytes.set(data, offset);
    upload.receivedBytes += data.length;
    const { receivedBytes, bytes } = upload;
    if (receivedBytes < totalBytes) this.expireLater(key, upload);
    else this.drop(key);
    return success({ receivedBytes, bytes: receivedBytes < totalBytes ? null : bytes });
  }

  /** Forgets all that is not finished. */
  stop(): void {
    for (const key of this.uploads.keys()) this.drop(key);
  }

  /** Null when there are too many. */
  private begin(key: string, totalBytes: number): Upload | null {
    if (this.uploads.size >= MAX_UPLOADS) return null;
    const upload = { bytes: new Uint8Array(totalBytes), receivedBytes: 0, stopTimer: () => {} };
    this.uploads.set(key, upload);
    return upload;
  }

  private expireLater(key: string, upload: Upload): void {
    upload.stopTimer();
    upload.stopTimer = this.clock.after(IDLE_MS, () => this.drop(key));
  }

  private drop(key: string): void {
    this.uploads.get(key)?.stopTimer();
    this.uploads.delete(key);
  }
}
