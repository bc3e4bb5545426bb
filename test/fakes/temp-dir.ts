import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TempDir = AsyncDisposable & { readonly path: string };

/** A fresh directory that is removed with all its content when disposed. */
export async function openTempDir(label: string): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `leitstand-${label}-`));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
