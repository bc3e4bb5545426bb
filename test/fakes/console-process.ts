/*
 * A console as a process of its own: started with the command line that a user or a script uses, observed through its ready line, its exit code
 * and its log, and ended by SIGTERM or SIGKILL. `Stage` puts a broker and devices beside it.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ChildProgram, type Exit } from './child-program';
import { ConsoleClient, type Answer } from './console-client';
import { openTempDir, type TempDir } from './temp-dir';
import { must, until, withDeadline } from './wait';

export type ConsoleOptions = {
  /** An external broker's address; without it the console's own broker starts on a free port. */
  readonly broker?: string;
  /** HTTP port; 0, the default, lets the console pick one. */
  readonly port?: number;
  /** Let the demo plant run, as on a first start without options; tests leave it out by default. */
  readonly demo?: boolean;
  /** Id of this controller in the topics; the product's own default without it. */
  readonly kaiserId?: string;
  /** Serial ports that the system does not list. */
  readonly serialPorts?: readonly string[];
  /** Options of Node itself, for example `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
  /** A profile directory that stays the caller's; without it a fresh one that is removed at the end. */
  readonly profile?: string;
};

export type ReadyLine = {
  readonly event: 'ready';
  readonly url: string;
  readonly token: string;
  readonly broker: { readonly url: string; readonly embedded: boolean };
};

export type FailedStart = Exit & { readonly output: string };

const repository = resolve(import.meta.dirname, '../..');
const entry = join(repository, 'out/main/serve.js');
const startDeadlineMs = 20_000;
const stopDeadlineMs = 5_000;
const logTailCharacters = 4_000;

function launch(options: ConsoleOptions, profile: string): ChildProgram {
  if (!existsSync(entry)) throw new Error(`${entry} is missing: build the console before its black-box tests.`);
  const bundledNode = join(repository, 'node_modules/.bin/node');
  const broker = options.broker === undefined ? ['--broker-port', '0'] : ['--broker', options.broker];
  // The console must behave here as it does for a user, so it does not see that a test runner is above it.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => name !== 'NODE_ENV' && name !== 'NODE_OPTIONS' && !name.startsWith('VITEST'),
    ),
  );
  return new ChildProgram({
    command: existsSync(bundledNode) ? bundledNode : process.execPath,
    args: [
      ...(options.nodeOptions ?? []),
      entry,
      '--json',
      '--no-open',
      ...(options.demo === true ? [] : ['--no-demo']),
      '--data',
      profile,
      '--port',
      String(options.port ?? 0),
      ...(options.kaiserId === undefined ? [] : ['--kaiser', options.kaiserId]),
      ...(options.serialPorts ?? []).flatMap((path) => ['--serial-port', path]),
      ...broker,
    ],
    cwd: repository,
    env,
  });
}

function parseReady(line: string | undefined, program: ChildProgram): ReadyLine {
  const described = `first line: ${line ?? '(none)'}\n${program.stderr.slice(-logTailCharacters)}`;
  if (line === undefined) throw new Error(`The console ended before it was ready; ${described}`);
  const parsed = JSON.parse(line) as Partial<ReadyLine>;
  if (
    parsed.event !== 'ready' ||
    parsed.url === undefined ||
    parsed.token === undefined ||
    parsed.broker === undefined
  ) {
    throw new Error(`The console's first line is not the ready line; ${described}`);
  }
  return parsed as ReadyLine;
}

/** A console started as a user starts it, on its own profile; it can be killed and started again on the same one. */
export class ConsoleProcess implements AsyncDisposable {
  readonly profile: string;
  readonly #options: ConsoleOptions;
  readonly #folder: TempDir | undefined;
  #program: ChildProgram;
  #ready: ReadyLine | undefined;
  #client: ConsoleClient | undefined;

  private constructor(options: ConsoleOptions, folder: TempDir | undefined, profile: string) {
    this.#options = options;
    this.#folder = folder;
    this.profile = profile;
    this.#program = launch(options, profile);
  }

  /** Starts a console and waits for its ready line. */
  static async start(options: ConsoleOptions = {}): Promise<ConsoleProcess> {
    const started = await ConsoleProcess.launch(options);
    try {
      await started.ready();
      return started;
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts a console without waiting. */
  static async launch(options: ConsoleOptions = {}): Promise<ConsoleProcess> {
    const folder = options.profile === undefined ? await openTempDir('profile') : undefined;
    return new ConsoleProcess(options, folder, options.profile ?? folder?.path ?? '');
  }

  /** Starts a console that is expected to refuse: how it ended and all that it said. */
  static async startToFail(options: ConsoleOptions & { readonly profile: string }): Promise<FailedStart> {
    await using program = launch(options, options.profile);
    const exit = await withDeadline(program.exit, startDeadlineMs, 'the console to refuse to start');
    return { ...exit, output: `${program.stdoutLines.join('\n')}\n${program.stderr}` };
  }

  async ready(): Promise<ReadyLine> {
    const line = await withDeadline(this.#program.firstLine(), startDeadlineMs, 'the ready line').catch(
      (error: unknown) => {
        throw new Error(`${String(error)}\n${this.log.slice(-logTailCharacters)}`, { cause: error });
      },
    );
    this.#ready = parseReady(line, this.#program);
    this.#client = new ConsoleClient(this.#ready.url, this.#ready.token);
    return this.#ready;
  }

  get url(): string {
    return this.#known.url;
  }

  get token(): string {
    return this.#known.token;
  }

  get broker(): ReadyLine['broker'] {
    return this.#known.broker;
  }

  /** The address that logs one browser in, once: the second line of standard output. */
  async loginUrl(): Promise<string> {
    const line = await until(() => this.#program.stdoutLines[1], startDeadlineMs, 'the login line');
    const parsed = JSON.parse(line) as { readonly event?: string; readonly url?: string };
    if (parsed.event !== 'login' || parsed.url === undefined)
      throw new Error(`The console's second line is not the login line: ${line}`);
    return parsed.url;
  }

  get client(): ConsoleClient {
    if (!this.#client) throw new Error('The console is not ready');
    return this.#client;
  }

  get isRunning(): boolean {
    return this.#program.isRunning;
  }

  get pid(): number {
    return must(this.#program.pid, 'a running console');
  }

  /** Standard error of the present process. */
  get log(): string {
    return this.#program.stderr;
  }

  api<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    return this.client.api<T>(method, path, body);
  }

  /** SIGTERM; it has to end by itself with exit code 0 within 5 s. */
  async stop(): Promise<void> {
    if (!this.isRunning) throw new Error(`The console ended by itself:\n${this.log.slice(-logTailCharacters)}`);
    this.#program.signal('SIGTERM');
    const exit = await withDeadline(this.#program.exit, stopDeadlineMs, 'the console to end after SIGTERM');
    if (exit.code !== 0) {
      throw new Error(
        `After SIGTERM the console ended with code ${exit.code}, signal ${exit.signal}:\n${this.log.slice(-logTailCharacters)}`,
      );
    }
  }

  async kill9(): Promise<void> {
    await this.#program.kill9();
  }

  /** Starts again on the same profile, after `stop` or `kill9`. */
  relaunch(): void {
    if (this.isRunning) throw new Error('The console still runs');
    this.#ready = undefined;
    this.#client = undefined;
    this.#program = launch(this.#options, this.profile);
  }

  async restart(): Promise<void> {
    this.relaunch();
    await this.ready();
  }

  /** Stops it cleanly when it runs and is ready, else kills it; removes the profile that it made. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.isRunning && this.#ready) await this.stop();
    } finally {
      await this.#program[Symbol.asyncDispose]();
      await this.#folder?.[Symbol.asyncDispose]();
    }
  }

  get #known(): ReadyLine {
    if (!this.#ready) throw new Error('The console is not ready');
    return this.#ready;
  }
}
