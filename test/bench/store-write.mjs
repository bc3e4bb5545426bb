/*
 * Rows per second through the store's own batching (turn transaction, sample store, running total) against the plainest loop over a prepared
 * statement, with the same table, row and transaction size. In this process: the store's sources are bundled by Vite as the product's are.
 */
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { bundle } from './lib/bundle.mjs';
import { root } from './lib/program.mjs';
import { median, spread, whole } from './lib/statistics.mjs';

/** What one event-loop turn brings with Mosquitto's default window, and what a wide window brings. */
const transactionSizes = [20, 200];
const seriesCount = 100;
const microsecondsBetweenRows = 250;

export const storeWrite = {
  name: 'store-write',
  work: 'rows of history.db through WriteBatch and SampleStore, one transaction for each event-loop turn',
  async run({ isQuick, progress }) {
    const rounds = isQuick ? 2 : 7;
    const rows = isQuick ? 20_000 : 200_000;
    const folder = mkdtempSync(join(root, 'node_modules', '.leitstand-bench-'));
    try {
      const modules = await bundle('store-entry', folder);
      const results = Object.fromEntries(transactionSizes.map((size) => [size, []]));
      for (let round = 0; round < rounds; round += 1) {
        for (const size of transactionSizes) {
          const paths = ['ours', 'raw'].map((name) => join(folder, `${name}-${round}-${size}`));
          const runs = [
            async () => ({ ours: await throughStore(modules, paths[0], { rows, size }) }),
            async () => ({ raw: await rawLoop(modules, paths[1], { rows, size }) }),
          ];
          const [first, second] = round % 2 === 0 ? runs : runs.toReversed();
          const result = { ...(await first()), ...(await second()) };
          results[size].push(result);
          for (const path of paths) rmSync(path, { recursive: true, force: true });
          progress(`${size} rows each: ours ${whole(result.ours)}/s, raw ${whole(result.raw)}/s`);
        }
      }
      return describe(results);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const reading = (index) => ({
  series: 1 + (index % seriesCount),
  at: 1_760_000_000_000_000 + index * microsecondsBetweenRows,
  value: 21.5 + (index % 100) / 16,
  raw: 344 + (index % 100),
  quality: 0,
  ts: 1_760_000_000_000 + Math.floor(index / 4),
  seq: index,
});

async function throughStore({ Store, SampleStore, systemClock }, directory, { rows, size }) {
  const log = pino({ level: 'silent' });
  const store = Store.open({ directory, clock: systemClock, log, onChange: () => undefined });
  const samples = new SampleStore(store.history, undefined);
  let rowsOfTurn = 0;
  store.batch.atEndOfTurn(() => {
    const counted = rowsOfTurn;
    rowsOfTurn = 0;
    if (counted > 0) store.batch.history(() => samples.countRows(counted));
  });
  const startedMs = performance.now();
  for (let index = 0; index < rows; index += size) {
    for (let offset = 0; offset < size; offset += 1) {
      const row = reading(index + offset);
      if (store.batch.history(() => samples.insert(row))) rowsOfTurn += 1;
    }
    await new Promise((resolve) => {
      store.batch.afterCommit(resolve);
    });
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const stored = store.view().rows;
  store.close();
  if (stored !== rows) throw new Error(`The store holds ${stored} of ${rows} rows`);
  return rows / seconds;
}

/** The same file layout, made by the store's own migrations and then opened without it. */
async function rawLoop({ Store, systemClock }, directory, { rows, size }) {
  Store.open({
    directory,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    onChange: () => undefined,
  }).close();
  const database = new Database(join(directory, 'history.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  const insert = database.prepare(
    'INSERT INTO samples (series, at, value, raw, quality, ts, seq) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const startedMs = performance.now();
  for (let index = 0; index < rows; index += size) {
    begin.run();
    for (let offset = 0; offset < size; offset += 1) {
      const { series, at, value, raw, quality, ts, seq } = reading(index + offset);
      insert.run(series, at, value, raw, quality, ts, seq);
    }
    commit.run();
    await new Promise(setImmediate); // the turns are part of both
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  database.close();
  return rows / seconds;
}

function describe(results) {
  return {
    rows: Object.entries(results).map(([size, each]) => {
      const ratios = each.map(({ ours, raw }) => ours / raw);
      return {
        figure: `rows/s, ${size} rows in each transaction`,
        ours: `${whole(median(each.map(({ ours }) => ours)))}/s`,
        reference: `${whole(median(each.map(({ raw }) => raw)))}/s`,
        ratio: median(ratios),
        spread: spread(ratios),
        target: { text: '≥ 0.8', isMet: (ratio) => ratio >= 0.8 },
      };
    }),
    bound: 'SQLite in one core: the statement of each row, and a commit and the running total for each transaction',
    rounds: results,
  };
}
