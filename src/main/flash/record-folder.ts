import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';

/** A file that is still being written; left over when the console ended in the middle. */
const PARTIAL = '.part';

export type Kept<T> = {
  readonly name: string;
  readonly path: string;
  readonly record: T;
  readonly sizeBytes: number | null;
};

/**
 * A folder of binary files with a JSON record beside each. A file appears whole or not at all: it is written under another name, then renamed, and
 * its record comes last. What has no readable record is not listed.
 */
export class RecordFolder<T> {
  constructor(
    private readonly folder: string,
    private readonly schema: z.ZodType<T>,
  ) {}

  /** Makes the folder and removes what an earlier run left half-written. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const left = (await readdir(this.folder)).filter((file) => file.endsWith(PARTIAL));
    await Promise.all(left.map((file) => rm(join(this.folder, file), { force: true })));
  }

  /** `sizeBytes` null: the file is missing. */
  async list(): Promise<Kept<T>[]> {
    const files = await readdir(this.folder).catch(() => []);
    const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
    const kept = await Promise.all(names.map((name) => this.find(name)));
    return kept.filter((entry) => entry !== null);
  }

  async find(name: string): Promise<Kept<T> | null> {
    const text = await readFile(join(this.folder, `${name}.json`), 'utf8').catch(() => null);
    const record = text === null ? null : this.parse(text);
    if (record === null) return null;
    const path = this.pathOf(name);
    const state = await stat(path).catch(() => null);
    return { name, path, record, sizeBytes: state?.size ?? null };
  }

  pathOf(name: string): string {
    return join(this.folder, `${name}.bin`);
  }

  /** Where a file is written until `keep`. */
  partialPath(name: string): string {
    return `${this.pathOf(name)}${PARTIAL}`;
  }

  /** Gives the file at `partialPath` its name and its record. Throws what the file system throws; nothing is listed then. */
  async keep(name: string, record: T): Promise<void> {
    await rename(this.partialPath(name), this.pathOf(name));
    const recordPath = join(this.folder, `${name}.json`);
    await writeFile(`${recordPath}${PARTIAL}`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(`${recordPath}${PARTIAL}`, recordPath);
  }

  /** Removes whatever there is of a file; its record first, so that half a removal lists nothing. */
  async remove(name: string): Promise<void> {
    const record = join(this.folder, `${name}.json`);
    for (const path of [record, `${record}${PARTIAL}`, this.pathOf(name), this.partialPath(name)]) await rm(path, { force: true }); // prettier-ignore
  }

  private parse(text: string): T | null {
    try {
      return this.schema.parse(JSON.parse(text));
    } catch {
      return null;
    }
  }
}

/** In words, why a file could not be written. */
export function writeFault(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full';
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return `the folder may not be written to (${code})`;
  return `the disk reports ${code ?? String(error)}`;
}
