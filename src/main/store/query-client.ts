import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock';

export type QueryRequest = {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly (string | number | null)[];
};
export type QueryReply =
  { readonly id: number; readonly rows: readonly unknown[] } | { readonly id: number; readonly error: string };

/** A scan that takes longer is given up; the screen says so. */
const QUERY_DEADLINE_MS = 15_000;
/** Scans waiting at once; more means that a client asks faster than a disk can answer. */
const MAX_WAITING = 256;

type Waiting = { readonly resolve: (rows: readonly unknown[]) => void; readonly reject: (error: Error) => void };

/** Sends SQL (from the *-store files) to the query thread. A thread that dies is replaced on the next query. */
export class QueryClient {
  private worker: Worker | undefined;
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();

  constructor(
    private readonly workerPath: string,
    private readonly databasePath: string,
    private readonly clock: Clock,
  ) {}

  /** All rows of a read. Rejects after 15 s, or when the thread fails. */
  all<Row>(sql: string, parameters: QueryRequest['parameters']): Promise<readonly Row[]> {
    if (this.waiting.size >= MAX_WAITING) return Promise.reject(new Error('Too many history queries at once.'));
    const id = this.nextId++;
    return new Promise<readonly Row[]>((resolve, reject) => {
      const cancel = this.clock.after(QUERY_DEADLINE_MS, () =>
        this.settle(id, new Error('The history query took too long.')),
      );
      this.waiting.set(id, {
        resolve: (rows) => {
          cancel();
          resolve(rows as readonly Row[]);
        },
        reject: (error) => {
          cancel();
          reject(error);
        },
      });
      this.thread().postMessage({ id, sql, parameters } satisfies QueryRequest);
    });
  }

  async stop(): Promise<void> {
    const worker = this.worker;
    this.worker = undefined;
    this.failAll(new Error('The console stops.'));
    await worker?.terminate();
  }

  private thread(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(this.workerPath, { workerData: { path: this.databasePath } });
    worker.unref();
    worker.on('message', (reply: QueryReply) =>
      this.settle(reply.id, 'rows' in reply ? reply.rows : new Error(reply.error)),
    );
    const lost = (error: Error) => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.failAll(error);
    };
    worker.on('error', lost);
    worker.on('exit', () => lost(new Error('The query thread ended.')));
    this.worker = worker;
    return worker;
  }

  private settle(id: number, result: readonly unknown[] | Error): void {
    const entry = this.waiting.get(id);
    this.waiting.delete(id);
    if (result instanceof Error) entry?.reject(result);
    else entry?.resolve(result);
  }

  private failAll(error: Error): void {
    for (const id of this.waiting.keys()) this.settle(id, error);
  }
}
