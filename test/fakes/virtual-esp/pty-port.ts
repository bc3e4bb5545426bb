/*
 * A virtual board behind a real pty, so that the real serialport driver and Python's esptool can open it. A small Python program (pty-bridge.py)
 * owns the pty: Node cannot make one, and its controlling side tells the speed that the host has set, which the board then enforces. A pty has no
 * modem lines: give the board `autoReset: 'none'`, and `bootOnSync` or a finger (`holdBootAndReset`).
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { withDeadline } from '../wait';
import type { BoardEnd } from './board-end';

const bridge = join(import.meta.dirname, 'pty-bridge.py');
const startDeadlineMs = 10_000;
const endDeadlineMs = 5_000;
const HEADER_BYTES = 5;
const kinds = { path: 0x50, baud: 0x42, data: 0x44 } as const;

/** Why tests that need a pty are left out, or undefined when they run. */
export function ptySkipReason(): string | undefined {
  if (process.platform !== 'linux') return `a pty with a readable speed is Linux only, this is ${process.platform}`;
  const { status } = spawnSync('python3', ['--version'], { stdio: 'ignore' });
  return status === 0 ? undefined : 'python3 is missing';
}

export class PtyPort implements AsyncDisposable {
  #buffer = Buffer.alloc(0);
  #path: string | null = null;
  readonly #stops: (() => void)[] = [];
  readonly #isOver: Promise<void>;
  #onPath: (path: string) => void = () => undefined;
  #stderr = '';

  private constructor(
    private readonly board: BoardEnd,
    private readonly child: ChildProcess,
  ) {
    this.#isOver = new Promise((resolve) => void child.once('close', () => resolve()));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    child.stdout?.on('data', (bytes: Buffer) => this.#take(bytes));
    // A bridge that has ended shows in `close`.
    child.stdin?.on('error', () => undefined);
  }

  /** Makes the pty, linked at `link` if given, and gives the board power. */
  static async open(board: BoardEnd, options: { readonly link?: string } = {}): Promise<PtyPort> {
    const child = spawn('python3', ['-u', bridge, ...(options.link === undefined ? [] : [options.link])], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const port = new PtyPort(board, child);
    await port.#start();
    return port;
  }

  get path(): string {
    if (this.#path === null) throw new Error('The pty is not there yet');
    return this.#path;
  }

  /** The cable is pulled: the pty goes away, and the board loses its power. */
  async close(): Promise<void> {
    this.board.unplug();
    for (const stop of this.#stops.splice(0)) stop();
    this.child.stdin?.end();
    try {
      await withDeadline(this.#isOver, endDeadlineMs, 'the pty bridge to end');
    } finally {
      this.child.kill('SIGKILL');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #start(): Promise<void> {
    const path = new Promise<string>((resolve, reject) => {
      this.#onPath = resolve;
      this.child.once('error', reject);
      void this.#isOver.then(() => reject(new Error(`The pty bridge ended at once: ${this.#stderr}`)));
    });
    try {
      this.#path = await withDeadline(path, startDeadlineMs, 'a pty');
    } catch (error) {
      this.child.kill('SIGKILL');
      throw error;
    }
    this.#stops.push(
      this.board.onOutput((bytes) => this.#send(bytes)),
      // A board that pulls its own cable, as a fault.
      this.board.onPlug((isPlugged) => {
        if (!isPlugged) this.child.stdin?.end();
      }),
    );
    this.board.powerOn();
  }

  #send(bytes: Uint8Array): void {
    const header = Buffer.alloc(HEADER_BYTES);
    header[0] = kinds.data;
    header.writeUInt32BE(bytes.length, 1);
    if (this.child.stdin?.writable === true) this.child.stdin.write(Buffer.concat([header, bytes]));
  }

  #take(bytes: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    while (this.#buffer.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#buffer.readUInt32BE(1);
      if (this.#buffer.length < end) return;
      const kind = this.#buffer[0];
      const payload = this.#buffer.subarray(HEADER_BYTES, end);
      this.#buffer = this.#buffer.subarray(end);
      if (kind === kinds.path) this.#onPath(payload.toString());
      else if (kind === kinds.baud) this.board.setHostBaud(Number(payload.toString()));
      else if (kind === kinds.data) void this.board.feed(payload);
    }
  }
}
