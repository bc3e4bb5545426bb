import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';

export type BoundedRead =
  | { readonly ok: true; readonly value: Uint8Array }
  | { readonly ok: false; readonly reason: string; readonly isMissing: boolean };

/** Reads a regular file of at most `maxBytes`; a device, a folder or something endless is refused. */
export async function readBounded(path: string, maxBytes: number): Promise<BoundedRead> {
  if (!isAbsolute(path)) return { ok: false, reason: 'its path is not a full one', isMissing: true };
  try {
    // A named pipe would wait for its writer; Windows has no such flag, and no such pipes.
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const state = await file.stat();
    if (!state.isFile()) return { ok: false, reason: 'it is no file', isMissing: false };
    if (state.size === 0) return { ok: false, reason: 'it is empty', isMissing: false };
    if (state.size > maxBytes) return { ok: false, reason: `it has ${state.size} bytes; at most ${maxBytes} fit`, isMissing: false }; // prettier-ignore
    const { bytesRead, buffer } = await file.read(Buffer.alloc(state.size), 0, state.size, 0);
    if (bytesRead !== state.size) return { ok: false, reason: 'it changed while it was read', isMissing: false };
    return { ok: true, value: buffer };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    return {
      ok: false,
      reason: isMissing ? 'it is not there' : `it cannot be read (${code ?? String(error)})`,
      isMissing,
    };
  }
}
