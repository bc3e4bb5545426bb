import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { QueryReply, QueryRequest } from './query-client';

/** Thread entry: runs range scans on a read-only connection, so that a long one never holds up the plant. */
const { path } = workerData as { path: string };
const database = new Database(path, { readonly: true });
database.pragma('query_only = ON');

parentPort?.on('message', ({ id, sql, parameters }: QueryRequest) => {
  const reply: QueryReply = run(id, sql, parameters);
  parentPort?.postMessage(reply);
});

function run(id: number, sql: string, parameters: QueryRequest['parameters']): QueryReply {
  try {
    return { id, rows: database.prepare(sql).all(...parameters) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
