import type Database from 'better-sqlite3';
import type { Clock } from '../clock';
import { classifyStorageFault, type StorageFault } from './storage-fault';

/** While storage fails, one write per this time tries again; the others are counted as not recorded. */
const RETRY_MS = 1000;

/** The transaction of one database for one event-loop turn: opened by its first write, closed by `commit`. Never throws. */
export class TurnTransaction {
  private readonly begin: Database.Statement;
  private readonly end: Database.Statement;
  /** Kept here, because asking SQLite at every row shows in a profile of ingest. */
  private isOpen = false;
  private rows = 0;
  private retryAt = 0;
  fault: StorageFault | null = null;
  /** Rows that storage refused. */
  notRecorded = 0;

  constructor(
    private readonly database: Database.Database,
    private readonly clock: Clock,
    private readonly onFault: (fault: StorageFault | null, error?: unknown) => void,
  ) {
    this.begin = database.prepare('BEGIN IMMEDIATE');
    this.end = database.prepare('COMMIT');
  }

  /** Runs one write; false when it was not recorded. */
  run(write: () => void): boolean {
    if (this.fault && this.clock.monotonic() < this.retryAt) {
      this.notRecorded += 1;
      return false;
    }
    try {
      if (!this.isOpen) {
        this.begin.run();
        this.isOpen = true;
      }
      write();
      this.rows += 1;
      return true;
    } catch (error) {
      this.rows += 1;
      this.failed(error);
      return false;
    }
  }

  /** True when everything that was written since the last commit is in the database. */
  commit(): boolean {
    this.isOpen = false;
    if (!this.database.inTransaction) return this.fault === null;
    try {
      this.end.run();
      this.rows = 0;
      if (this.fault) {
        this.fault = null;
        this.onFault(null);
      }
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  private failed(error: unknown): void {
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
    this.isOpen = false;
    this.notRecorded += this.rows;
    this.rows = 0;
    this.retryAt = this.clock.monotonic() + RETRY_MS;
    const fault = classifyStorageFault(error);
    if (this.fault === fault) return;
    this.fault = fault;
    this.onFault(fault, error);
  }
}
