import { UPLOAD_CHUNK_BYTES, type FlashImage } from '../../../../shared/api/flash';
import { must } from '../../../../shared/domain/assert';

type Piece = {
  readonly name: string;
  readonly offset: number;
  readonly totalBytes: number;
  readonly dataBase64: string;
};

export type UploadParts = {
  readonly send: (
    piece: Piece,
    signal: AbortSignal,
  ) => Promise<{ readonly receivedBytes: number; readonly image: FlashImage | null }>;
  /** After each piece: bytes that the console has. */
  readonly onProgress: (receivedBytes: number) => void;
  readonly signal: AbortSignal;
};

/** Sends a file piece by piece; the next one goes when the last one is acknowledged. Throws what `send` throws, and the signal's reason. */
export async function uploadImage(
  name: string,
  file: Blob,
  { send, onProgress, signal }: UploadParts,
): Promise<FlashImage> {
  let image: FlashImage | null = null;
  for (let offset = 0; offset < file.size; offset += UPLOAD_CHUNK_BYTES) {
    signal.throwIfAborted();
    const bytes = new Uint8Array(await file.slice(offset, offset + UPLOAD_CHUNK_BYTES).arrayBuffer());
    const answer = await send({ name, offset, totalBytes: file.size, dataBase64: base64Of(bytes) }, signal);
    onProgress(answer.receivedBytes);
    ({ image } = answer);
  }
  return must(image, 'the console answers the last piece with the image');
}

/** Arguments of one call; engines allow some 65,000. */
const CALL_BYTES = 0x4000;

/** Bytes as base64. `Uint8Array.prototype.toBase64` is not in every browser that shows this page. */
export function base64Of(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CALL_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CALL_BYTES));
  }
  return btoa(binary);
}
