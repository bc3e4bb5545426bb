import { existsSync, renameSync } from 'node:fs';
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

/** Opens and migrates a database. An unreadable file is renamed (never deleted), reported, and a new one takes its place. */
export function openDatabase(options: OpenOptions): Database.Database {
  try {
    return open(options);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    options.onSetAside(setAside(options));
    return open(options);
  }
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
