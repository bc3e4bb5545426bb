import type { Migration } from './migration';

/**
 * Steps of history.db; rules as in plant.ts. `samples.at` is receive time in Unix microseconds (the digits below a millisecond only keep
 * rows of one millisecond apart), `ts` the device's own time in ms or NULL, `seq` its message counter.
 */
export const historyMigrations: readonly Migration[] = [
  {
    name: 'series, samples, actuator states',
    sql: `
      CREATE TABLE series (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, device_id TEXT NOT NULL, gpio INTEGER NOT NULL, type TEXT NOT NULL,
        address TEXT, subzone_id TEXT
      ) STRICT;
      CREATE INDEX series_by_device ON series (device_id);
      CREATE TABLE samples (
        series INTEGER NOT NULL, at INTEGER NOT NULL, value REAL, raw REAL NOT NULL, quality INTEGER NOT NULL, ts INTEGER, seq INTEGER,
        PRIMARY KEY (series, at)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE actuator_states (
        device_id TEXT NOT NULL, gpio INTEGER NOT NULL, at INTEGER NOT NULL, type TEXT NOT NULL, state TEXT NOT NULL, value REAL NOT NULL,
        emergency TEXT NOT NULL, runtime_ms INTEGER NOT NULL, source TEXT,
        PRIMARY KEY (device_id, gpio, at)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE totals (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
      INSERT INTO totals VALUES ('samples', 0);
    `,
  },
];
