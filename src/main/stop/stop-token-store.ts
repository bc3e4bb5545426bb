import type Database from 'better-sqlite3';

export type StoredToken = { readonly target: string; readonly token: string };

/**
 * SQL of the stop tokens. They stand in plant.db as they are, because they are sent as they are; the file lies in the profile directory,
 * which only the user's account can read.
 */
export class StopTokenStore {
  private readonly upsert;
  private readonly removal;

  constructor(private readonly database: Database.Database) {
    this.upsert = database.prepare<[string, string]>(
      'INSERT INTO stop_tokens (target, token) VALUES (?, ?) ON CONFLICT (target) DO UPDATE SET token = excluded.token',
    );
    this.removal = database.prepare<[string]>('DELETE FROM stop_tokens WHERE target = ?');
  }

  all(): StoredToken[] {
    return this.database.prepare<[], StoredToken>('SELECT target, token FROM stop_tokens ORDER BY target').all();
  }

  set(target: string, token: string): void {
    this.upsert.run(target, token);
  }

  remove(target: string): void {
    this.removal.run(target);
  }
}
