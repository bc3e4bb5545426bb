/* Child processes of the benchmarks: each is observed by its lines, its processor time and its memory, and none outlives the run. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = join(fileURLToPath(import.meta.url), '../../../..');
export const benchFolder = join(root, 'test', 'bench');

const stderrTailCharacters = 2_000;
const endDeadlineMs = 10_000;
/** Ticks of /proc/PID/stat: USER_HZ, 100 on every Linux. */
const ticksPerSecond = 100;

const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

export class Program {
  #child;
  #listeners = new Set();
  lines = [];
  stderr = '';

  /** `ipc` opens a message channel; `keepsLines: false` leaves standard output to the caller (`stdout`). */
  constructor(command, args, { env = process.env, ipc = false, keepsLines = true } = {}) {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])] });
    this.#child = child;
    this.name = args.find((each) => each.endsWith('js')) ?? command;
    running.add(child);
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr = (this.stderr + text).slice(-stderrTailCharacters);
    });
    if (keepsLines) createInterface({ input: child.stdout }).on('line', (line) => this.#addLine(line));
    this.exit = new Promise((resolve) => {
      child.once('error', (error) => {
        this.stderr += error.message;
        running.delete(child);
        resolve(127);
      });
      child.once('close', (code) => {
        running.delete(child);
        resolve(code);
      });
    });
  }

  get pid() {
    return this.#child.pid;
  }

  get stdout() {
    return this.#child.stdout;
  }

  get isRunning() {
    return running.has(this.#child);
  }

  signal(signal) {
    this.#child.kill(signal);
  }

  /** The first line that fits, from the start of the program. */
  line(fits, deadlineMs = 20_000) {
    const known = this.lines.find(fits);
    if (known !== undefined) return Promise.resolve(known);
    return this.#within(deadlineMs, (resolve) => {
      const listener = (line) => fits(line) && resolve(line);
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    });
  }

  /** One question over the message channel, and its answer. */
  ask(question) {
    return this.#within(endDeadlineMs, (resolve) => {
      this.#child.once('message', resolve);
      this.#child.send(question);
      return () => this.#child.off('message', resolve);
    });
  }

  /** SIGTERM, and SIGKILL where that does not end it in time. Answers with the exit code. */
  async stop() {
    if (this.isRunning) this.signal('SIGTERM');
    const code = await Promise.race([this.exit, sleep(endDeadlineMs, 'late', { ref: false })]);
    if (code !== 'late') return code;
    this.signal('SIGKILL');
    return this.exit;
  }

  /** Processor time since its start, seconds, and resident memory, bytes. Linux only, else zeros. */
  usage() {
    try {
      const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
      return {
        cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
        rssBytes: Number(kilobytes) * 1024,
      };
    } catch {
      return { cpuSeconds: 0, rssBytes: 0 };
    }
  }

  async #within(deadlineMs, start) {
    let undo = () => undefined;
    try {
      return await Promise.race([
        new Promise((resolve) => {
          undo = start(resolve);
        }),
        this.exit.then((code) => {
          throw new Error(`${this.name} ended with code ${code}: ${this.stderr}`);
        }),
        sleep(deadlineMs, undefined, { ref: false }).then(() => {
          throw new Error(`${this.name} did not answer within ${deadlineMs} ms: ${this.stderr}`);
        }),
      ]);
    } finally {
      undo();
    }
  }

  #addLine(line) {
    this.lines.push(line);
    for (const listener of this.#listeners) listener(line);
  }
}

/** Waits until `probe` answers with something true. */
export async function until(probe, what, { deadlineMs = 30_000, everyMs = 20 } = {}) {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms for ${what}`);
    await sleep(everyMs);
  }
}
