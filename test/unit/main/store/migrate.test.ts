import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../../../src/main/store/migrate';
import { historyMigrations } from '../../../../src/main/store/migrations/history';
import type { Migration } from '../../../../src/main/store/migrations/migration';
import { plantMigrations } from '../../../../src/main/store/migrations/plant';

function emptyDatabase(): Database.Database {
  return new Database(':memory:');
}

const versionOf = (database: Database.Database) => database.pragma('user_version', { simple: true });
const columnsOf = (database: Database.Database) => {
  const tables = database
    .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .all();
  return Object.fromEntries(
    tables.map(({ name }) => [
      name,
      (database.pragma(`table_info(${name})`) as { name: string }[]).map((column) => column.name).join(' '),
    ]),
  );
};

describe('plant.db', () => {
  it('goes from nothing to version 1 with every table', () => {
    const database = emptyDatabase();
    migrate(database, plantMigrations.slice(0, 1), 'plant.db');
    expect({ version: versionOf(database), tables: columnsOf(database) }).toEqual({
      version: 1,
      tables: {
        broker_accounts: 'username role device_id salt hash created_at',
        commands: 'id device_id at state record',
        devices: 'id kaiser_id name notes is_demo approval first_seen_at last_seen_at epoch boot_id zone config health',
        journal: 'id at kind device_id actor message details',
        operations: 'id kind device_id state reason started_at finished_at',
        settings: 'key value',
        stops: 'id engaged_at cleared_at record',
        zones: 'id name master_zone_id position is_demo',
      },
    });
  });
});

describe('plant.db from version 1', () => {
  it('keeps its rows; what is new in them is empty', () => {
    const database = emptyDatabase();
    migrate(database, plantMigrations.slice(0, 1), 'plant.db');
    database.exec(`
      INSERT INTO devices VALUES ('ESP_A', 'god', 'Tent', '', 0, 'approved', 1, 2, 3, NULL, '{}', '{}', '{}');
      INSERT INTO operations VALUES ('o', 'config', 'ESP_A', 'confirmed', NULL, 1, 2);
      INSERT INTO journal VALUES ('j', 1, 'device.approved', 'ESP_A', 'user:operator', 'Tent approved', '{}');`);
    migrate(database, plantMigrations.slice(0, 2), 'plant.db');
    const row = (table: string) => database.prepare(`SELECT * FROM ${table}`).get();
    expect([row('devices'), row('operations'), row('journal')]).toMatchObject([
      { id: 'ESP_A', name: 'Tent', more: '{}' },
      { id: 'o', state: 'confirmed', more: '{}' },
      { id: 'j', kind: 'device.approved', trace_id: null },
    ]);
    const { outbox, calibrations, drills, stop_latencies, stop_tokens } = columnsOf(database);
    expect({ outbox, calibrations, drills, stop_latencies, stop_tokens }).toEqual({
      outbox: 'operation_id device_id slot kind body at',
      calibrations: 'series_id record',
      drills: 'id started_at record',
      stop_latencies: 'device_id at source latency_ms',
      stop_tokens: 'target token',
    });
  });
});

describe('plant.db from version 2', () => {
  it('keeps its rows and gets certificates that can only be added', () => {
    const database = emptyDatabase();
    migrate(database, plantMigrations.slice(0, 2), 'plant.db');
    database.exec(
      `INSERT INTO journal VALUES ('j', 1, 'device.approved', 'ESP_A', 'user:operator', 'Tent', '{}', NULL)`,
    );
    migrate(database, plantMigrations.slice(0, 3), 'plant.db');
    expect(database.prepare('SELECT id, kind FROM journal').all()).toEqual([{ id: 'j', kind: 'device.approved' }]);
    expect(columnsOf(database)['certificates']).toBe('id at device_id record');
    database.exec("INSERT INTO certificates VALUES ('c', 1, 'ESP_A', '{}')");
    for (const change of [
      "UPDATE certificates SET record = 'x'",
      'DELETE FROM certificates',
      "INSERT OR REPLACE INTO certificates VALUES ('c', 2, NULL, 'x')",
    ])
      expect(() => database.exec(change)).toThrow('certificates are append-only');
    expect(database.prepare('SELECT * FROM certificates').all()).toEqual([
      { id: 'c', at: 1, device_id: 'ESP_A', record: '{}' },
    ]);
  });
});

describe('history.db', () => {
  it('goes from nothing to version 1 with every table and a total of 0', () => {
    const database = emptyDatabase();
    migrate(database, historyMigrations.slice(0, 1), 'history.db');
    expect({ version: versionOf(database), tables: columnsOf(database) }).toEqual({
      version: 1,
      tables: {
        actuator_states: 'device_id gpio at type state value emergency runtime_ms source',
        samples: 'series at value raw quality ts seq',
        series: 'number id device_id gpio type address subzone_id',
        totals: 'key value',
      },
    });
    expect(database.prepare('SELECT * FROM totals').all()).toEqual([{ key: 'samples', value: 0 }]);
  });
});

describe('migrate', () => {
  const first: Migration = { name: 'first', sql: 'CREATE TABLE a (x)' };
  const second: Migration = { name: 'second', sql: 'ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1' };
  const broken: Migration = { name: 'broken', sql: 'CREATE TABLE b (x); SELECT nonsense' };

  it('takes only the steps that are missing and keeps the rows', () => {
    const database = emptyDatabase();
    migrate(database, [first], 'a.db');
    database.exec('INSERT INTO a VALUES (1)');
    migrate(database, [first, second], 'a.db');
    migrate(database, [first, second], 'a.db');
    expect([versionOf(database), database.prepare('SELECT * FROM a').all()]).toEqual([2, [{ x: 1, y: 2 }]]);
  });

  it('leaves a step that fails undone, with the steps before it', () => {
    const database = emptyDatabase();
    expect(() => migrate(database, [first, broken], 'a.db')).toThrow('nonsense');
    expect([versionOf(database), columnsOf(database)]).toEqual([1, { a: 'x' }]);
  });

  it('refuses a database of a newer console', () => {
    const database = emptyDatabase();
    database.pragma('user_version = 3');
    expect(() => migrate(database, [first, second], 'a.db')).toThrow(
      'a.db was written by a newer Leitstand (version 3, this one knows 2). Install the newer console.',
    );
  });
});
