import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ChildProgram } from './child-program';
import { findFreePort } from './free-port';
import { openTempDir, type TempDir } from './temp-dir';
import { until } from './wait';

export type MosquittoOptions = {
  /** Fixed port, for a broker that comes up where a console already waits; otherwise a free one. */
  readonly port?: number;
  /** Keep sessions and queued messages over a kill and restart. */
  readonly hasPersistence?: boolean;
  /** 0 = no limit. */
  readonly maxQueuedMessages?: number;
  readonly maxInflightMessages?: number;
  /** Without Nagle's algorithm, where times are measured: it holds small packets back for up to 40 ms. */
  readonly isUndelayed?: boolean;
};

/** Why tests that need Mosquitto are left out, or undefined when they run. */
export const mosquittoSkipReason = (): string | undefined => process.env['LEITSTAND_SKIP_MOSQUITTO'] || undefined;

const startDeadlineMs = 5_000;

function findMosquitto(): string {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'];
  const found = folders.map((folder) => join(folder, 'mosquitto')).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    'The mosquitto broker is not installed: install it (Debian: apt-get install mosquitto), or set LEITSTAND_SKIP_MOSQUITTO="reason" to leave these tests out.',
  );
}

function configuration(port: number, folder: string, options: MosquittoOptions): string {
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'log_dest stderr',
    'log_type error',
    'log_type warning',
    'log_type notice',
    `max_queued_messages ${options.maxQueuedMessages ?? 0}`,
  ];
  // Started as root, Mosquitto changes to its own user, who may not write into our temporary directory.
  if (process.getuid?.() === 0) lines.push('user root');
  if (options.maxInflightMessages !== undefined) lines.push(`max_inflight_messages ${options.maxInflightMessages}`);
  if (options.isUndelayed === true) lines.push('set_tcp_nodelay true');
  if (options.hasPersistence === true) {
    lines.push(
      'persistence true',
      `persistence_location ${folder}/`,
      'autosave_on_changes true',
      'autosave_interval 1',
    );
  }
  return `${lines.join('\n')}\n`;
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A real Mosquitto on loopback, anonymous, with its own configuration. */
export class Mosquitto implements AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly #folder: TempDir;
  #program: ChildProgram | undefined;

  private constructor(port: number, folder: TempDir) {
    this.port = port;
    this.url = `mqtt://127.0.0.1:${port}`;
    this.#folder = folder;
  }

  static async start(options: MosquittoOptions = {}): Promise<Mosquitto> {
    findMosquitto();
    const folder = await openTempDir('mosquitto');
    try {
      const port = options.port ?? (await findFreePort());
      await writeFile(join(folder.path, 'mosquitto.conf'), configuration(port, folder.path, options));
      const broker = new Mosquitto(port, folder);
      await broker.#launch();
      return broker;
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  get log(): string {
    return this.#program?.stderr ?? '';
  }

  /** SIGKILL: nothing is saved or said. */
  async kill9(): Promise<void> {
    await this.#program?.kill9();
  }

  /** Starts again on the same port with the same files. */
  async restart(): Promise<void> {
    if (this.#program?.isRunning === true) await this.stop();
    await this.#launch();
  }

  async stop(): Promise<void> {
    this.#program?.signal('SIGTERM');
    await this.#program?.exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program?.[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  async #launch(): Promise<void> {
    const program = new ChildProgram({
      command: findMosquitto(),
      args: ['-c', join(this.#folder.path, 'mosquitto.conf')],
    });
    this.#program = program;
    try {
      await until(
        async () => {
          if (!program.isRunning) return 'ended';
          return (await accepts(this.port)) ? 'accepts' : undefined;
        },
        startDeadlineMs,
        `mosquitto to accept on port ${this.port}`,
      );
      if (!program.isRunning) throw new Error(`mosquitto ended at once: ${program.stderr}`);
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
  }
}
