import type Database from 'better-sqlite3';
import type { Logger } from 'pino';
import type { Clock } from '../clock';
import type { StorageFault } from './storage-fault';
import { TurnTransaction } from './turn-transaction';

/**
 * One transaction per event-loop turn and database (41,000 readings/s instead of 900, see shared/stack.md). Rooms write through `history()`
 * and `plant()`; what must wait for the commit (an MQTT acknowledgement) goes to `afterCommit`. If storage fails, the turn's rows are lost,
 * counted and shown; acknowledgements still go out, because withholding them would fill the broker's in-flight window and silence the live
 * view and the device answers that control needs.
 */
export class WriteBatch {
  private readonly historyTurn: TurnTransaction;
  private readonly plantTurn: TurnTransaction;
  private scheduled: NodeJS.Immediate | undefined;
  private waiting: (() => void)[] = [];
  private beforeCommit: (() => void)[] = [];

  constructor(
    databases: { history: Database.Database; plant: Database.Database },
    clock: Clock,
    log: Logger,
    onChange: () => void,
  ) {
    const watch = (name: string) => (fault: StorageFault | null, error?: unknown) => {
      if (fault) log.error({ err: error, database: name }, 'storage failed');
      else log.info({ database: name }, 'storage works again');
      onChange();
    };
    this.historyTurn = new TurnTransaction(databases.history, clock, watch('history'));
    this.plantTurn = new TurnTransaction(databases.plant, clock, watch('plant'));
  }

  get fault(): StorageFault | null {
    return this.plantTurn.fault ?? this.historyTurn.fault;
  }

  get notRecorded(): number {
    return this.plantTurn.notRecorded + this.historyTurn.notRecorded;
  }

  /** Runs a write of readings in the turn's transaction; false when it was not recorded. */
  history(write: () => void): boolean {
    this.schedule();
    return this.historyTurn.run(write);
  }

  /** Runs a write of plant data in the turn's transaction; false when it was not recorded. */
  plant(write: () => void): boolean {
    this.schedule();
    return this.plantTurn.run(write);
  }

  /** Registers work for the end of every turn that writes, inside the transaction (for example a running total). */
  atEndOfTurn(action: () => void): void {
    this.beforeCommit.push(action);
  }

  /** Calls back after the turn's transaction is on disk (at the end of this turn). */
  afterCommit(action: () => void): void {
    this.waiting.push(action);
    this.schedule();
  }

  /** Commits plant data now, for a row that must be on disk before something is sent. False when storage fails. */
  commitPlantNow(): boolean {
    return this.plantTurn.commit();
  }

  /** Commits everything and runs what waits. Called at the end of the turn, and once more at stop. */
  flush(): void {
    clearImmediate(this.scheduled);
    for (const action of this.beforeCommit) action();
    this.scheduled = undefined;
    this.plantTurn.commit();
    this.historyTurn.commit();
    const actions = this.waiting;
    this.waiting = [];
    for (const action of actions) action();
  }

  private schedule(): void {
    this.scheduled ??= setImmediate(() => this.flush());
  }
}
