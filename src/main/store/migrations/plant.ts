import type { Migration } from './migration';

/**
 * Steps of plant.db; the position is the number. To add one: append a line at the end, add a test that migrates rows of the version before.
 * Never edit an entry that has been released.
 */
export const plantMigrations: readonly Migration[] = [
  {
    name: 'devices, zones, control, stop, journal, accounts',
    sql: `
      CREATE TABLE devices (
        id TEXT PRIMARY KEY, kaiser_id TEXT NOT NULL, name TEXT NOT NULL, notes TEXT NOT NULL, is_demo INTEGER NOT NULL,
        approval TEXT NOT NULL, first_seen_at INTEGER NOT NULL, last_seen_at INTEGER, epoch INTEGER NOT NULL, boot_id TEXT,
        zone TEXT NOT NULL, config TEXT NOT NULL, health TEXT NOT NULL
      ) STRICT;
      CREATE TABLE zones (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, master_zone_id TEXT, position INTEGER NOT NULL, is_demo INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE operations (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, device_id TEXT NOT NULL, state TEXT NOT NULL, reason TEXT,
        started_at INTEGER NOT NULL, finished_at INTEGER
      ) STRICT;
      CREATE TABLE commands (
        id TEXT PRIMARY KEY, device_id TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, record TEXT NOT NULL
      ) STRICT;
      CREATE INDEX commands_by_time ON commands (at);
      CREATE INDEX commands_by_device ON commands (device_id, at);
      CREATE TABLE stops (
        id TEXT PRIMARY KEY, engaged_at INTEGER NOT NULL, cleared_at INTEGER, record TEXT NOT NULL
      ) STRICT;
      CREATE TABLE journal (
        id TEXT PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, device_id TEXT, actor TEXT NOT NULL, message TEXT NOT NULL,
        details TEXT NOT NULL
      ) STRICT;
      CREATE INDEX journal_by_device ON journal (device_id, id);
      CREATE INDEX journal_by_kind ON journal (kind, id);
      CREATE TRIGGER journal_is_append_only_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
      CREATE TRIGGER journal_is_append_only_replace BEFORE INSERT ON journal WHEN EXISTS (SELECT 1 FROM journal WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
      CREATE TRIGGER journal_is_append_only_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
      CREATE TABLE broker_accounts (
        username TEXT PRIMARY KEY, role TEXT NOT NULL, device_id TEXT, salt BLOB NOT NULL, hash BLOB NOT NULL, created_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    `,
  },
  {
    name: 'outbox, calibrations, drills, stop tokens, traces, more of a device',
    sql: `
      ALTER TABLE devices ADD COLUMN more TEXT NOT NULL DEFAULT '{}';
      ALTER TABLE operations ADD COLUMN more TEXT NOT NULL DEFAULT '{}';
      ALTER TABLE journal ADD COLUMN trace_id TEXT;
      CREATE INDEX journal_by_trace ON journal (trace_id) WHERE trace_id IS NOT NULL;
      CREATE TABLE outbox (
        operation_id TEXT PRIMARY KEY, device_id TEXT NOT NULL, slot TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
        at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE drills (id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, record TEXT NOT NULL) STRICT;
      CREATE TABLE stop_latencies (
        device_id TEXT NOT NULL, at INTEGER NOT NULL, source TEXT NOT NULL, latency_ms REAL
      ) STRICT;
      CREATE INDEX stop_latencies_by_device ON stop_latencies (device_id, at);
      CREATE TABLE calibrations (series_id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
      CREATE TABLE stop_tokens (target TEXT PRIMARY KEY, token TEXT NOT NULL) STRICT;
    `,
  },
  {
    name: 'certificates of devices that were set up',
    sql: `
      CREATE TABLE certificates (id TEXT PRIMARY KEY, at INTEGER NOT NULL, device_id TEXT, record TEXT NOT NULL) STRICT;
      CREATE INDEX certificates_by_device ON certificates (device_id, id) WHERE device_id IS NOT NULL;
      CREATE TRIGGER certificates_are_append_only_update BEFORE UPDATE ON certificates
        BEGIN SELECT RAISE(ABORT, 'certificates are append-only'); END;
      CREATE TRIGGER certificates_are_append_only_replace BEFORE INSERT ON certificates
        WHEN EXISTS (SELECT 1 FROM certificates WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'certificates are append-only'); END;
      CREATE TRIGGER certificates_are_append_only_delete BEFORE DELETE ON certificates
        BEGIN SELECT RAISE(ABORT, 'certificates are append-only'); END;
    `,
  },
];
