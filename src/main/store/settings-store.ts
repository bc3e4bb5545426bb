import { randomUUID } from 'node:crypto';
import type Database from 'better-sqlite3';

/** SQL of the profile's own settings. */
export class SettingsStore {
  constructor(private readonly database: Database.Database) {}

  get(key: string): string | undefined {
    return this.database.prepare<[string], { value: string }>('SELECT value FROM settings WHERE key = ?').get(key)
      ?.value;
  }

  set(key: string, value: string): void {
    this.database
      .prepare('INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
      .run(key, value);
  }

  remove(key: string): void {
    this.database.prepare('DELETE FROM settings WHERE key = ?').run(key);
  }

  /** Id of this installation, made once: the broker keeps the session under it. */
  installationId(): string {
    const known = this.get('installation_id');
    if (known !== undefined) return known;
    const id = randomUUID();
    this.set('installation_id', id);
    return id;
  }
}
