import { describe, expect, test } from 'vitest';
import { UPLOAD_CHUNK_BYTES, type FlashImage } from '../../../../../../src/shared/api/flash';
import { base64Of, uploadImage } from '../../../../../../src/renderer/features/commissioning/images/image-upload';

const image: FlashImage = { id: 'user:1', kind: 'user', name: 'a.bin', chip: null, firmware: null, sizeBytes: 1, sha256: 'a', parts: [], problem: null }; // prettier-ignore

function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
}

describe('Adding an image', () => {
  test('sends it in pieces that follow each other, and answers with what the console made of it', async () => {
    const bytes = bytesOf(2 * UPLOAD_CHUNK_BYTES + 3);
    const received: Buffer[] = [];
    const offsets: number[] = [];
    const progress: number[] = [];
    const result = await uploadImage('a.bin', new Blob([bytes]), {
      send: ({ name, offset, totalBytes, dataBase64 }) => {
        expect({ name, totalBytes }).toEqual({ name: 'a.bin', totalBytes: bytes.length });
        offsets.push(offset);
        received.push(Buffer.from(dataBase64, 'base64'));
        const receivedBytes = Buffer.concat(received).length;
        return Promise.resolve({ receivedBytes, image: receivedBytes === bytes.length ? image : null });
      },
      onProgress: (receivedBytes) => progress.push(receivedBytes),
      signal: new AbortController().signal,
    });
    expect(result).toBe(image);
    expect(offsets).toEqual([0, UPLOAD_CHUNK_BYTES, 2 * UPLOAD_CHUNK_BYTES]);
    expect(progress).toEqual([UPLOAD_CHUNK_BYTES, 2 * UPLOAD_CHUNK_BYTES, bytes.length]);
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
  });

  test('sends nothing more after it was cancelled', async () => {
    const end = new AbortController();
    let sent = 0;
    const upload = uploadImage('a.bin', new Blob([bytesOf(UPLOAD_CHUNK_BYTES * 3)]), {
      send: ({ offset }) => {
        sent += 1;
        end.abort();
        return Promise.resolve({ receivedBytes: offset, image: null });
      },
      onProgress: () => undefined,
      signal: end.signal,
    });
    await expect(upload).rejects.toMatchObject({ name: 'AbortError' });
    expect(sent).toBe(1);
  });

  test('passes a refusal on', async () => {
    const refused = new Error('The disk is full.');
    const upload = uploadImage('a.bin', new Blob([bytesOf(3)]), {
      send: () => Promise.reject(refused),
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    await expect(upload).rejects.toBe(refused);
  });

  test.each([0, 1, 2, 3, 0x4000, 0x4001, 100_000])('writes %i bytes as base64 like everybody else', (length) => {
    const bytes = bytesOf(length);
    expect(base64Of(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  });
});
