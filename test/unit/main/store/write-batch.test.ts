import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { classifyStorageFault, faultSentence, isUnreadable } from '../../../../src/main/store/storage-fault';
import type { WriteBatch } from '../../../../src/main/store/write-batch';
import { fillDisk, openStore, profileDirectory } from './open-store';

const bulky = 'x'.repeat(20_000);

/** A store, a writer of bulky rows, and a second connection that sees only what is committed. */
function bench() {
  const directory = profileDirectory();
  const opened = openStore({ directory });
  const { store } = opened;
  const reader = new Database(join(directory, 'plant.db'), { readonly: true });
  onTestFinished(() => void reader.close());
  const insert = store.plant.prepare('INSERT INTO settings (key, value) VALUES (?, ?)');
  const put = (key: string, value = 'v') => store.batch.plant(() => void insert.run(key, value));
  const committed = () =>
    reader
      .prepare<[], { key: string }>('SELECT key FROM settings ORDER BY key')
      .all()
      .map(({ key }) => key);
  return { ...opened, batch: store.batch, put, committed };
}

const endOfTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));
const total = (batch: WriteBatch) => ({ fault: batch.fault, notRecorded: batch.notRecorded });

describe('a turn', () => {
  it('is one transaction per database, committed at its end', async () => {
    const { put, committed, store } = bench();
    expect([put('a'), put('b'), store.plant.inTransaction, store.history.inTransaction]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(committed()).toEqual([]);
    await endOfTurn();
    expect([committed(), store.plant.inTransaction]).toEqual([['a', 'b'], false]);
  });

  it('runs what waits for the disk after the commit, in order, once', async () => {
    const { put, committed, batch } = bench();
    const seen: string[][] = [];
    put('a');
    batch.afterCommit(() => seen.push(['first', ...committed()]));
    batch.afterCommit(() => seen.push(['second']));
    put('b');
    await endOfTurn();
    await endOfTurn();
    expect(seen).toEqual([['first', 'a', 'b'], ['second']]);
  });

  it('runs what waits even when nothing was written', async () => {
    const { batch } = bench();
    let runs = 0;
    batch.afterCommit(() => void (runs += 1));
    await endOfTurn();
    expect(runs).toBe(1);
  });

  it('commits in the next turn what a callback writes', async () => {
    const { put, committed, batch } = bench();
    batch.afterCommit(() => void put('late'));
    await endOfTurn();
    await endOfTurn();
    expect(committed()).toEqual(['late']);
  });

  it('lets a running total join its transaction', async () => {
    const { put, committed, batch } = bench();
    batch.atEndOfTurn(() => void put('total'));
    put('a');
    await endOfTurn();
    expect(committed()).toEqual(['a', 'total']);
  });

  it('ends early for a row that must be on disk before something is sent', () => {
    const { put, committed, batch } = bench();
    put('a');
    expect([batch.commitPlantNow(), committed()]).toEqual([true, ['a']]);
    put('b');
    batch.flush();
    expect(committed()).toEqual(['a', 'b']);
  });

  it('has nothing to commit early when nothing was written', () => {
    expect(bench().batch.commitPlantNow()).toBe(true);
  });
});

describe('a full disk', () => {
  it('loses the rows of the turn, counts them and says so once', () => {
    const { put, committed, batch, store, changes, lines } = bench();
    put('kept');
    batch.flush();
    fillDisk(store.plant);
    expect([put('a'), put('b', bulky), put('c')]).toEqual([true, false, false]);
    batch.flush();
    expect(committed()).toEqual(['kept']);
    expect(total(batch)).toEqual({ fault: 'full', notRecorded: 3 });
    expect([changes(), lines.map(({ msg, database }) => [msg, database])]).toEqual([1, [['storage failed', 'plant']]]);
    expect(store.view()).toMatchObject({
      state: 'full',
      message: 'The disk is full: nothing is recorded. Free some space; recording resumes by itself.',
      notRecorded: 3,
    });
  });

  it('still runs what waits for the commit, so that messages are acknowledged and control goes on', () => {
    const { put, batch, store } = bench();
    fillDisk(store.plant);
    let acknowledged = 0;
    put('a', bulky);
    batch.afterCommit(() => void (acknowledged += 1));
    batch.flush();
    batch.afterCommit(() => void (acknowledged += 1));
    batch.flush();
    expect(acknowledged).toBe(2);
  });

  it('does not ask the disk more than once a second', () => {
    const { put, batch, store, clock } = bench();
    const giveBack = fillDisk(store.plant);
    put('a', bulky);
    giveBack();
    clock.advance(999);
    expect(put('b')).toBe(false);
    clock.advance(1);
    expect(put('c')).toBe(true);
    batch.flush();
    expect(total(batch)).toEqual({ fault: null, notRecorded: 2 });
  });

  it('resumes by itself when there is room, and says so', () => {
    const { put, committed, batch, store, clock, changes, lines } = bench();
    const giveBack = fillDisk(store.plant);
    put('a', bulky);
    giveBack();
    clock.advance(1_000);
    put('b', bulky);
    expect(batch.fault).toBe('full'); // not before the commit
    batch.flush();
    expect([committed(), batch.fault, changes()]).toEqual([['b'], null, 2]);
    expect(lines.map(({ msg }) => msg)).toEqual(['storage failed', 'storage works again']);
    expect(store.view()).toMatchObject({ state: 'recording', message: null, notRecorded: 1 });
  });

  it('counts on, but does not report again, while it stays full', () => {
    const { put, batch, store, clock, lines } = bench();
    fillDisk(store.plant);
    for (let second = 0; second < 3; second += 1) {
      put('a', bulky);
      batch.flush();
      clock.advance(1_000);
    }
    expect([total(batch), lines.length]).toEqual([{ fault: 'full', notRecorded: 3 }, 1]);
  });

  it('is told to who must not send without a row on disk', () => {
    const { put, batch, store } = bench();
    fillDisk(store.plant);
    put('a', bulky);
    expect(batch.commitPlantNow()).toBe(false);
  });

  it('of the readings leaves the plant data alone', () => {
    const { put, committed, batch, store } = bench();
    fillDisk(store.history);
    const insert = store.history.prepare('INSERT INTO totals VALUES (?, 1)');
    expect(store.batch.history(() => void insert.run(bulky))).toBe(false);
    put('a', bulky);
    expect(batch.commitPlantNow()).toBe(true);
    batch.flush();
    expect([committed(), total(batch)]).toEqual([['a'], { fault: 'full', notRecorded: 1 }]);
  });
});

describe('other faults of the storage', () => {
  it('a database that cannot be written is named so', () => {
    const { put, batch, store } = bench();
    store.plant.pragma('query_only = ON');
    expect([put('a'), total(batch)]).toEqual([false, { fault: 'read_only', notRecorded: 1 }]);
    expect(store.view().message).toBe(faultSentence('read_only'));
  });

  it('a commit that fails loses the turn, is counted and is known to who asked', () => {
    const { put, committed, batch, store } = bench();
    store.plant.exec(`CREATE TABLE parents (id INTEGER PRIMARY KEY);
      CREATE TABLE children (parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)`);
    put('a');
    batch.plant(() => void store.plant.exec('INSERT INTO children VALUES (1)'));
    expect([batch.commitPlantNow(), total(batch), committed()]).toEqual([
      false,
      { fault: 'failed', notRecorded: 2 },
      [],
    ]);
  });

  it('a change of the fault is reported again', () => {
    const { put, batch, store, clock, lines } = bench();
    fillDisk(store.plant);
    put('a', bulky);
    clock.advance(1_000);
    store.plant.pragma('query_only = ON');
    put('b');
    expect([batch.fault, lines.length]).toEqual(['read_only', 2]);
  });

  it('closing commits what is open', () => {
    const directory = profileDirectory();
    const { store } = openStore({ directory });
    store.batch.plant(() => void store.plant.prepare("INSERT INTO settings VALUES ('a', 'b')").run());
    store.close();
    expect(openStore({ directory }).store.plant.prepare('SELECT * FROM settings').all()).toEqual([
      { key: 'a', value: 'b' },
    ]);
  });
});

describe('the codes of SQLite', () => {
  const error = (code: string) => Object.assign(new Error('x'), { code });

  it.each([
    ['SQLITE_FULL', 'full'],
    ['SQLITE_READONLY', 'read_only'],
    ['SQLITE_READONLY_DBMOVED', 'read_only'],
    ['SQLITE_CANTOPEN', 'read_only'],
    ['SQLITE_PERM', 'read_only'],
    ['SQLITE_IOERR_WRITE', 'failed'],
    ['SQLITE_CORRUPT', 'failed'],
  ])('%s means %s', (code, fault) => {
    expect(classifyStorageFault(error(code))).toBe(fault);
  });

  it('mean a failure when there is none', () => {
    expect([classifyStorageFault(new Error('x')), classifyStorageFault('x')]).toEqual(['failed', 'failed']);
  });

  it('tell an unreadable file from other trouble', () => {
    expect(
      ['SQLITE_NOTADB', 'SQLITE_CORRUPT', 'SQLITE_CORRUPT_INDEX', 'SQLITE_FULL'].map((code) =>
        isUnreadable(error(code)),
      ),
    ).toEqual([true, true, true, false]);
    expect([isUnreadable(new Error('x')), isUnreadable(null)]).toEqual([false, false]);
  });
});
