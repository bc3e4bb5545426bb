import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { migrate } from './migrate';
import type { Migration } from './migrations/migration';
import { isUnreadable } from './storage-fault';

/** Wait for another connection's lock, ms; only the query worker reads beside us, so this is never reached in practice. */
const BUSY_TIMEOUT_MS = 2000;

export type OpenOptions = {
  readonly directory: string;
  readonly fileName: string;
  readonly migrations: readonly Migration[];
  /** FULL: each commit survives a power cut. NORMAL: each commit survives the process; a power cut may cost the last moments. */
  readonly synchronous: 'FULL' | 'NORMAL';
  /** Names a file that is set aside; called with its new path. */
  readonly onSetAside: (path: string) => void;
  /** Unix ms, for the name of a file that is set aside. */
  readonly nowMs: number;
};

/** First bytes of every database file (SQLite file format, 1.3). */
const HEADER = Buffer.from('SQLite format 3\0');

/** Opens and migrates a database. An unreadable file is renamed (never deleted), reported, and a new one takes its place. */
export function openDatabase(options: OpenOptions): Database.Database {
  if (isForeign(join(options.directory, options.fileName))) options.onSetAside(setAside(options));
  try {
    return open(options);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    options.onSetAside(setAside(options));
    return open(options);
  }
}

/**
 * Is this a file that SQLite could not read, or an empty one beside a log that is not empty? It has to be known before opening: SQLite
 * deletes the log of such a file, with the newest rows in it.
 */
function isForeign(path: string): boolean {
  const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeOf(path) === 0) return sizeOf(`${path}-wal`) > 0;
  const start = Buffer.alloc(HEADER.length);
  const file = openSync(path, 'r');
  try {
    readSync(file, start);
  } finally {
    closeSync(file);
  }
  return !start.equals(HEADER);
}

function open({ directory, fileName, migrations, synchronous }: OpenOptions): Database.Database {
  const database = new Database(join(directory, fileName), { timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma('journal_mode = WAL');
    database.pragma(`synchronous = ${synchronous}`);
    database.pragma('foreign_keys = ON');
    migrate(database, migrations, fileName);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function setAside({ directory, fileName, nowMs }: OpenOptions): string {
  const suffix = `.unreadable-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const tail of ['', '-wal', '-shm']) {
    const path = join(directory, fileName + tail);
    if (existsSync(path)) renameSync(path, join(directory, `${fileName}${suffix}${tail}`));
  }
  return join(directory, `${basename(fileName)}${suffix}`);
}
