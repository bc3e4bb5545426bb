import type Database from 'better-sqlite3';
import { StartupError } from '../startup-error';
import type { Migration } from './migrations/migration';

/**
 * Brings a database to the newest version, one transaction per step. Throws StartupError for a database of a newer console: going back
 * would lose what it does not know.
 */
export function migrate(database: Database.Database, migrations: readonly Migration[], fileName: string): void {
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    throw new StartupError(
      `${fileName} was written by a newer Leitstand (version ${version}, this one knows ${migrations.length}). Install the newer console.`,
    );
  }
  migrations.slice(version).forEach((migration, offset) => {
    database.transaction(() => {
      database.exec(migration.sql);
      database.pragma(`user_version = ${version + offset + 1}`);
    })();
  });
}
