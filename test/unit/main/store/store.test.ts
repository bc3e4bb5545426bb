import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { StartupError } from '../../../../src/main/startup-error';
import { SettingsStore } from '../../../../src/main/store/settings-store';
import { openStore, profileDirectory } from './open-store';

const garbage = 'This is not a database. '.repeat(1_000);

function refusalOf(open: () => unknown): unknown {
  try {
    open();
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}

function versionOf(file: string): number {
  const database = new Database(file, { readonly: true });
  const version = Number(database.pragma('user_version', { simple: true }));
  database.close();
  return version;
}

describe('Store.open', () => {
  it('makes both databases, with the durability that each needs', () => {
    const { store } = openStore();
    const settings = (database: Database.Database) =>
      ['journal_mode', 'synchronous', 'foreign_keys'].map((name) => database.pragma(name, { simple: true }));
    expect([settings(store.plant), settings(store.history)]).toEqual([
      ['wal', 2, 1],
      ['wal', 1, 1],
    ]);
  });

  it('makes the directory for its user alone', () => {
    const directory = join(profileDirectory(), 'deep', 'profile');
    openStore({ directory });
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('starts healthy', () => {
    const { store } = openStore();
    const { sizeBytes, ...view } = store.view();
    expect(view).toEqual({ state: 'recording', message: null, rows: 0, notRecorded: 0, setAside: [] });
    expect(sizeBytes).toBeGreaterThan(0);
  });

  it('finds everything again', () => {
    const directory = profileDirectory();
    const first = openStore({ directory });
    new SettingsStore(first.store.plant).set('a', 'b');
    first.store.close();
    expect(new SettingsStore(openStore({ directory }).store.plant).get('a')).toBe('b');
  });

  it('refuses a profile that another console uses, and frees it at close', () => {
    const directory = profileDirectory();
    const { store } = openStore({ directory });
    const refusal = refusalOf(() => openStore({ directory }));
    expect(refusal).toBeInstanceOf(StartupError);
    expect(String(refusal)).toContain(`Another console already uses the profile ${directory}`);
    store.close();
    expect(openStore({ directory }).store.view().state).toBe('recording');
  });

  it.each(['plant.db', 'history.db'])(
    'refuses %s of a newer console, leaves it alone and frees the profile',
    (name) => {
      const directory = profileDirectory();
      openStore({ directory }).store.close();
      const setVersion = (version: number) => {
        const database = new Database(join(directory, name));
        database.pragma(`user_version = ${version}`);
        database.close();
      };
      const version = versionOf(join(directory, name));
      setVersion(99);
      const refusal = refusalOf(() => openStore({ directory }));
      expect(refusal).toBeInstanceOf(StartupError);
      expect(String(refusal)).toContain(`${name} was written by a newer Leitstand (version 99`);
      expect(readdirSync(directory).filter((file) => file.includes('unreadable'))).toEqual([]);
      setVersion(version);
      expect(openStore({ directory }).store.view().state).toBe('recording');
    },
  );

  it('says what to do when the directory cannot be used', () => {
    const file = join(profileDirectory(), 'file');
    writeFileSync(file, 'x');
    const refusal = refusalOf(() => openStore({ directory: file }));
    expect(refusal).toBeInstanceOf(StartupError);
    expect(String(refusal)).toContain('cannot be used');
    expect(refusal).toHaveProperty('cause.code', 'EEXIST');
  });

  it('sets an unreadable database aside with its companions, never deletes it, and keeps the other one', () => {
    const directory = profileDirectory();
    const before = openStore({ directory });
    before.store.history.exec("UPDATE totals SET value = 7 WHERE key = 'samples'");
    before.store.close();
    for (const tail of ['', '-wal', '-shm']) writeFileSync(join(directory, `plant.db${tail}`), garbage + tail);

    const { store, lines } = openStore({ directory });
    const aside = join(directory, 'plant.db.unreadable-2026-11-21T12-00-00-000Z');
    const { sizeBytes: _sizeBytes, ...view } = store.view();
    expect(view).toEqual({ state: 'recording', message: null, rows: 7, notRecorded: 0, setAside: [aside] });
    expect(readFileSync(aside, 'utf8')).toBe(garbage);
    expect(readFileSync(`${aside}-wal`, 'utf8')).toBe(`${garbage}-wal`);
    expect(lines).toMatchObject([{ level: 50, msg: 'database unreadable, set aside', path: aside }]);
  });

  it('sets a damaged database aside even when only its first page is readable', () => {
    const directory = profileDirectory();
    const before = openStore({ directory });
    before.store.close();
    const path = join(directory, 'history.db');
    const bytes = readFileSync(path);
    bytes.fill(0xff, 100); // the header stays
    writeFileSync(path, bytes);
    expect(openStore({ directory }).store.view().setAside).toHaveLength(1);
  });

  it('keeps the log of a database that was emptied, because the newest rows are in it', () => {
    const directory = profileDirectory();
    writeFileSync(join(directory, 'plant.db'), '');
    writeFileSync(join(directory, 'plant.db-wal'), 'newest rows');
    const [aside] = openStore({ directory }).store.view().setAside;
    expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('newest rows');
  });

  it('takes an empty file for a new database', () => {
    const directory = profileDirectory();
    writeFileSync(join(directory, 'plant.db'), '');
    expect(openStore({ directory }).store.view().setAside).toEqual([]);
  });

  it('makes a new journal file beside the one that was set aside', () => {
    const directory = profileDirectory();
    writeFileSync(join(directory, 'history.db'), garbage);
    openStore({ directory });
    expect([existsSync(join(directory, 'history.db')), existsSync(join(directory, 'plant.db'))]).toEqual([true, true]);
  });
});

describe('SettingsStore', () => {
  it('makes the id of the installation once', () => {
    const directory = profileDirectory();
    const first = openStore({ directory });
    const id = new SettingsStore(first.store.plant).installationId();
    first.store.close();
    const settings = new SettingsStore(openStore({ directory }).store.plant);
    expect([settings.installationId(), settings.installationId()]).toEqual([id, id]);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('replaces a value and knows nothing about other keys', () => {
    const settings = new SettingsStore(openStore().store.plant);
    settings.set('a', '1');
    settings.set('a', '2');
    expect([settings.get('a'), settings.get('b')]).toEqual(['2', undefined]);
  });
});
