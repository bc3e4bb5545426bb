/*
 * A console as a user starts it, on a fresh profile, through its command line and its HTTP interface.
 *
 *   LEITSTAND_BENCH_PROFILE=DIR   writes a processor profile of each console (node --cpu-prof) into DIR
 */
import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program, benchFolder, root, until } from './program.mjs';

const requestDeadlineMs = 20_000;

/** `broker` is the address of an external one; without it the console's own starts. */
export async function startConsole({ broker } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'leitstand-bench-'));
  const delayFile = join(folder, 'loop-delay.json');
  const profileFolder = process.env.LEITSTAND_BENCH_PROFILE;
  const program = new Program(
    process.execPath,
    [
      ...(profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : []),
      '--import',
      join(benchFolder, 'programs', 'loop-delay.mjs'),
      join(root, 'out', 'main', 'serve.js'),
      '--json',
      '--no-open',
      '--no-demo',
      '--port',
      '0',
      '--data',
      join(folder, 'profile'),
      ...(broker ? ['--broker', broker] : ['--broker-port', '0']),
    ],
    { env: { ...process.env, LEITSTAND_BENCH_DELAY_FILE: delayFile } },
  );
  const ready = JSON.parse(await program.line((line) => line.includes('"ready"')));
  const running = new ConsoleUnderTest(program, ready, { folder, delayFile });
  await until(async () => (await running.get('/status')).broker.state === 'online', 'the console to reach its broker');
  return running;
}

export class ConsoleUnderTest {
  #ready;
  #folder;
  #delayFile;

  constructor(program, ready, { folder, delayFile }) {
    this.program = program;
    this.#ready = ready;
    this.#folder = folder;
    this.#delayFile = delayFile;
  }

  get brokerUrl() {
    return this.#ready.broker.url;
  }

  get(path) {
    return this.request('GET', path);
  }

  post(path, body) {
    return this.request('POST', path, body);
  }

  async request(method, path, body) {
    const response = await fetch(`${this.#ready.url}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.#ready.token}`, ...(body && { 'Content-Type': 'application/json' }) },
      signal: AbortSignal.timeout(requestDeadlineMs),
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** The address that logs a browser in, once. */
  async loginUrl() {
    return JSON.parse(await this.program.line((line) => line.includes('"login"'))).url;
  }

  async storedRows() {
    return (await this.get('/status')).store.rows;
  }

  /** Waits until so many devices have announced themselves, and approves them. */
  async adopt(count) {
    const known = await until(
      async () => {
        const devices = await this.get('/devices');
        return devices.length >= count && devices;
      },
      `${count} devices to announce themselves`,
      { everyMs: 100 },
    );
    for (const { id } of known) await this.post(`/devices/${id}/approve`, {});
    return known.map(({ id }) => id);
  }

  /** Delay of the console's event loop since the last call, ms: `{p50, p99, max}`. */
  async loopDelay() {
    rmSync(this.#delayFile, { force: true });
    this.program.signal('SIGUSR2');
    return until(() => readJson(this.#delayFile), 'the event-loop delay');
  }

  /** Ends it and answers with what its history holds: `{rows, distinct}`; both equal what was sent when nothing was lost or doubled. */
  async stop() {
    const code = await this.program.stop();
    try {
      if (code !== 0) throw new Error(`The console ended with code ${code}: ${this.program.stderr}`);
      const database = new Database(join(this.#folder, 'profile', 'history.db'), { readonly: true });
      const counts = database
        .prepare(
          'SELECT (SELECT count(*) FROM samples) AS rows, (SELECT count(*) FROM (SELECT DISTINCT series, ts, seq FROM samples)) AS "distinct"',
        )
        .get();
      database.close();
      return counts;
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // not there yet, or half written
  }
}
