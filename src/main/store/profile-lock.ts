import { join } from 'node:path';
import Database from 'better-sqlite3';
import { StartupError } from '../startup-error';

/**
 * Takes the profile for this process. The lock is an exclusive transaction on `lock.db`, so the operating system drops it with the process,
 * however that ends. Returns the release. Throws StartupError when another console holds it.
 */
export function lockProfile(directory: string): () => void {
  const database = new Database(join(directory, 'lock.db'), { timeout: 0 });
  try {
    database.pragma('journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new StartupError(
      `Another console already uses the profile ${directory}. Close it first, or start this one with its own --data DIR.`,
      { cause },
    );
  }
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}
