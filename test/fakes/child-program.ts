import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { withDeadline } from './wait';

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type ChildProgramOptions = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Standard input is a pipe for `writeLine`; otherwise it is closed. */
  readonly hasInput?: boolean;
  /** Told each line of standard output, beside `stdoutLines`. */
  readonly onLine?: (line: string) => void;
};

const alive = new Set<ChildProcess>();
let isReaperInstalled = false;

/** Children must not outlive the test process, whatever way it ends. */
function installReaper(): void {
  if (isReaperInstalled) return;
  isReaperInstalled = true;
  process.once('exit', () => {
    for (const child of alive) child.kill('SIGKILL');
  });
}

/** A started program: its output so far, and how it ended. */
export class ChildProgram implements AsyncDisposable {
  readonly exit: Promise<Exit>;
  readonly stdoutLines: string[] = [];
  stderr = '';
  readonly #child: ChildProcess;
  readonly #lineListeners = new Set<(line: string) => void>();
  #permanentListener: ((line: string) => void) | undefined;

  constructor(options: ChildProgramOptions) {
    installReaper();
    const child = spawn(options.command, [...options.args], {
      stdio: [options.hasInput === true ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.#child = child;
    alive.add(child);
    if (options.onLine) this.#permanentListener = options.onLine;
    child.stdin?.on('error', () => undefined); // A program that has ended shows in `exit`.
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#addLine(line));
    this.exit = new Promise<Exit>((resolve) => {
      child.once('error', (error) => {
        this.stderr += `\n${error.message}`;
        alive.delete(child);
        resolve({ code: null, signal: null });
      });
      child.once('close', (code, signal) => {
        alive.delete(child);
        resolve({ code, signal });
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return alive.has(this.#child);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** One line to the program's standard input; needs `hasInput`. */
  writeLine(line: string): void {
    if (!this.#child.stdin) throw new Error('The program was started without an input');
    this.#child.stdin.write(`${line}\n`);
  }

  /** Sends SIGKILL and waits until the program is gone. */
  async kill9(): Promise<Exit> {
    this.#child.kill('SIGKILL');
    return withDeadline(this.exit, 5_000, 'the program to end after SIGKILL');
  }

  /** The first line of standard output, or undefined when the program ends without one. */
  async firstLine(): Promise<string | undefined> {
    const [existing] = this.stdoutLines;
    if (existing !== undefined) return existing;
    return new Promise((resolve) => {
      this.#lineListeners.add(resolve);
      void this.exit.then(() => resolve(this.stdoutLines[0]));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) await this.kill9();
  }

  #addLine(line: string): void {
    this.stdoutLines.push(line);
    this.#permanentListener?.(line);
    for (const listener of this.#lineListeners) listener(line);
    this.#lineListeners.clear();
  }
}
