import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { onTestFinished } from 'vitest';
import { Store } from '../../../../src/main/store/store';
import { ManualClock } from '../../../fakes/manual-clock';

/** A directory of this test's own, removed when it ends. */
export function profileDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'leitstand-unit-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export type LogLine = { readonly level: number; readonly msg: string; readonly [field: string]: unknown };

/** A logger whose lines a test can read. */
export function memoryLog(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  return { log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) }), lines };
}

export type OpenStore = {
  readonly store: Store;
  readonly clock: ManualClock;
  readonly lines: LogLine[];
  /** How often the store said that its state changed. */
  readonly changes: () => number;
};

/** A real store in a directory of its own, closed when the test ends (closing it earlier is allowed). */
export function openStore({ directory = profileDirectory(), clock = new ManualClock() } = {}): OpenStore {
  const { log, lines } = memoryLog();
  let changes = 0;
  const store = Store.open({ directory, clock, log, onChange: () => void (changes += 1) });
  onTestFinished(() => {
    if (store.plant.open) store.close();
  });
  return { store, clock, lines, changes: () => changes };
}

/** Lets a database grow no further, as a full disk does; the result gives the room back. */
export function fillDisk(database: Store['plant']): () => void {
  const pages = Number(database.pragma('page_count', { simple: true }));
  database.pragma(`max_page_count = ${pages}`);
  return () => void database.pragma('max_page_count = 1073741823');
}
