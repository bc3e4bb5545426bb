import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { QueryClient } from '../../../../src/main/store/query-client';
import { ManualClock } from '../../../fakes/manual-clock';
import { openStore, profileDirectory } from './open-store';

const queryWorker = fileURLToPath(new URL('../../../../src/main/store/query-worker.ts', import.meta.url));

/** A worker that echoes, keeps silent or dies, as the SQL asks. */
const scripted = `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ id, sql }) => {
    if (sql === 'die') process.exit(1);
    if (sql === 'throw') throw new Error('broken worker');
    if (sql !== 'silence') parentPort.postMessage({ id, rows: [sql] });
  });`;

function client(workerPath?: string, databasePath = ''): { queries: QueryClient; clock: ManualClock } {
  const path = workerPath ?? join(profileDirectory(), 'worker.mjs');
  if (workerPath === undefined) writeFileSync(path, scripted);
  const clock = new ManualClock();
  const queries = new QueryClient(path, databasePath, clock);
  onTestFinished(() => queries.stop());
  return { queries, clock };
}

describe('the query thread', () => {
  it('reads what is committed in the database of the readings', async () => {
    const directory = profileDirectory();
    const { store } = openStore({ directory });
    const { queries } = client(queryWorker, join(directory, 'history.db'));
    store.history.exec("UPDATE totals SET value = 7 WHERE key = 'samples'");
    expect(await queries.all('SELECT key, value FROM totals WHERE value = ?', [7])).toEqual([
      { key: 'samples', value: 7 },
    ]);
  });

  it('can write nothing', async () => {
    const directory = profileDirectory();
    openStore({ directory });
    const { queries } = client(queryWorker, join(directory, 'history.db'));
    await expect(queries.all('DELETE FROM totals RETURNING key', [])).rejects.toThrow('readonly');
    await expect(queries.all('SELECT nonsense', [])).rejects.toThrow('nonsense');
  });
});

describe('QueryClient', () => {
  it('gives each question its own answer', async () => {
    const { queries, clock } = client();
    expect(await Promise.all(['a', 'b'].map((sql) => queries.all(sql, [])))).toEqual([['a'], ['b']]);
    expect(clock.pending).toBe(0);
  });

  it('gives a question up after 15 seconds', async () => {
    const { queries, clock } = client();
    const answer = queries.all('silence', []);
    clock.advance(15_000);
    await expect(answer).rejects.toThrow('took too long');
  });

  it('refuses more questions than a disk can answer', async () => {
    const { queries } = client();
    const waiting = Array.from({ length: 256 }, () => queries.all('silence', []));
    await expect(queries.all('a', [])).rejects.toThrow('Too many history queries');
    const ended = Promise.allSettled(waiting);
    await queries.stop();
    expect((await ended).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it.each(['die', 'throw'])('replaces a thread that it loses (%s)', async (sql) => {
    const { queries, clock } = client();
    await expect(queries.all(sql, [])).rejects.toThrow(sql === 'die' ? 'The query thread ended.' : 'broken worker');
    expect(await queries.all('a', [])).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });

  it('fails what waits when the console stops', async () => {
    const { queries } = client();
    const answer = queries.all('silence', []);
    const failed = expect(answer).rejects.toThrow('The console stops.');
    await queries.stop();
    await failed;
  });
});
