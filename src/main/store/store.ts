import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Logger } from 'pino';
import type { StoreView } from '../../shared/api/status';
import type { Clock } from '../clock';
import { StartupError } from '../startup-error';
import { historyMigrations } from './migrations/history';
import { plantMigrations } from './migrations/plant';
import { openDatabase } from './open-database';
import { lockProfile } from './profile-lock';
import { faultSentence } from './storage-fault';
import { WriteBatch } from './write-batch';

export const HISTORY_FILE = 'history.db';
export const PLANT_FILE = 'plant.db';

/**
 * The two databases of a profile: plant.db (FULL: devices, commands, stop, journal) and history.db (NORMAL: readings), so that a fault in
 * telemetry cannot take the journal with it. Owns the profile lock and the write batch.
 */
export class Store {
  readonly batch: WriteBatch;

  private constructor(
    readonly directory: string,
    private readonly databases: { readonly plant: Database.Database; readonly history: Database.Database },
    private readonly setAside: readonly string[],
    private readonly parts: { unlock: () => void; clock: Clock; log: Logger; onChange: () => void },
  ) {
    this.batch = new WriteBatch(databases, parts.clock, parts.log, parts.onChange);
  }

  get plant(): Database.Database {
    return this.databases.plant;
  }

  get history(): Database.Database {
    return this.databases.history;
  }

  /** Opens the profile; throws StartupError when it is in use, not writable, or of a newer version. */
  static open(options: { directory: string; clock: Clock; log: Logger; onChange: () => void }): Store {
    const { directory, clock, log, onChange } = options;
    const unlock = claim(directory);
    const setAside: string[] = [];
    const base = {
      directory,
      nowMs: clock.now(),
      onSetAside: (path: string) => {
        setAside.push(path);
        log.error({ path }, 'database unreadable, set aside');
      },
    };
    try {
      const plant = openDatabase({ ...base, fileName: PLANT_FILE, migrations: plantMigrations, synchronous: 'FULL' });
      const history = openDatabase({
        ...base,
        fileName: HISTORY_FILE,
        migrations: historyMigrations,
        synchronous: 'NORMAL',
      });
      return new Store(directory, { plant, history }, setAside, { unlock, clock, log, onChange });
    } catch (error) {
      unlock();
      throw error;
    }
  }

  view(): StoreView {
    const fault = this.batch.fault;
    const rows =
      this.history.prepare<[], { value: number }>("SELECT value FROM totals WHERE key = 'samples'").get()?.value ?? 0;
    return {
      state: fault ?? 'recording',
      message: fault ? faultSentence(fault) : null,
      sizeBytes: this.sizeBytes(),
      rows,
      notRecorded: this.batch.notRecorded,
      setAside: [...this.setAside],
    };
  }

  /** Commits, closes both files and frees the profile. */
  close(): void {
    this.batch.flush();
    this.history.close();
    this.plant.close();
    this.parts.unlock();
  }

  private sizeBytes(): number {
    const size = (name: string) => statSync(join(this.directory, name), { throwIfNoEntry: false })?.size ?? 0;
    return size(HISTORY_FILE) + size(`${HISTORY_FILE}-wal`) + size(PLANT_FILE) + size(`${PLANT_FILE}-wal`);
  }
}

function claim(directory: string): () => void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return lockProfile(directory);
  } catch (cause) {
    if (cause instanceof StartupError) throw cause;
    throw new StartupError(
      `The data directory ${directory} cannot be used. Check that it exists and may be written, or choose another with --data DIR.`,
      { cause },
    );
  }
}
