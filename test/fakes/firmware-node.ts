/*
 * The firmware's host program (`leitstand-node`) as a process: its world goes in on standard input, its effects come out on standard output, one
 * JSON object per line (firmware/README.md). Used by `FirmwareScene`; it knows the command line only, no code of the firmware.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ChildProgram } from './child-program';
import type { JsonObject } from './message-log';
import { soon } from './mqtt-tap';
import { must, withDeadline } from './wait';

export type NodeEvent =
  | { readonly event: 'ready' }
  | { readonly event: 'pin'; readonly gpio: number; readonly duty: number; readonly t_ms: number }
  | { readonly event: 'boot'; readonly reason: string; readonly count: number }
  | { readonly event: 'log'; readonly level: string; readonly text: string }
  | { readonly event: 'advanced'; readonly t_ms: number }
  | { readonly event: 'refused'; readonly line: unknown; readonly reason: string };

export type FirmwareNodeOptions = {
  /** Without a broker: what it is told over its serial line counts. */
  readonly brokerPort?: number;
  readonly id: string;
  /** File that keeps the settings; the same file again is the same device. */
  readonly flash: string;
  readonly isManualClock: boolean;
  readonly kaiserId?: string;
  readonly board?: 'esp32' | 'esp32c3' | 'esp32c6';
  readonly login?: { readonly username: string; readonly passwordFile: string };
  /** A stop without a stored token is refused (3.7.1, production build). */
  readonly isProduction?: boolean;
  /** Where the program links its serial line, a pty. */
  readonly serial?: string;
};

type PinEvent = Extract<NodeEvent, { event: 'pin' }>;
type BootEvent = Extract<NodeEvent, { event: 'boot' }>;

const repository = resolve(import.meta.dirname, '../..');
const advanceDeadlineMs = 20_000;
const logTailCharacters = 3_000;

/** The host program: named by LEITSTAND_NODE_PROGRAM, else the release build, else the debug build. */
function findProgram(): string {
  const named = process.env['LEITSTAND_NODE_PROGRAM'];
  const builds = ['release', 'debug'].map((profile) => join(repository, 'firmware/target', profile, 'leitstand-node'));
  const found = (named === undefined ? builds : [named]).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    `The firmware's host program is missing (${named ?? builds.join(', ')}): cd firmware && cargo build --release -p leitstand-node`,
  );
}

function commandLine(options: FirmwareNodeOptions): string[] {
  const { brokerPort, id, flash, login, kaiserId, board } = options;
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['--broker', brokerPort === undefined ? undefined : `127.0.0.1:${brokerPort}`],
    ['--id', id],
    ['--flash', flash],
    ['--kaiser', kaiserId],
    ['--board', board],
    ['--user', login?.username],
    ['--password-file', login?.passwordFile],
    ['--serial', options.serial],
  ];
  const flags = [options.isManualClock ? '--manual-clock' : '', options.isProduction === true ? '--production' : ''];
  return [
    ...pairs.flatMap(([name, value]) => (value === undefined ? [] : [name, value])),
    ...flags.filter((flag) => flag !== ''),
  ];
}

/** One run of the host program. A run that ends by itself fails the test when it is disposed. */
export class FirmwareNode implements AsyncDisposable {
  readonly events: NodeEvent[] = [];
  /** When each pin event was read here, for times that a real clock measures. */
  readonly pinSeenAtMs = new Map<PinEvent, number>();
  readonly #program: ChildProgram;
  #isEnded = false;

  private constructor(options: FirmwareNodeOptions) {
    this.#program = new ChildProgram({
      command: findProgram(),
      args: commandLine(options),
      hasInput: true,
      onLine: (line) => this.#take(line),
    });
  }

  static launch(options: FirmwareNodeOptions): FirmwareNode {
    return new FirmwareNode(options);
  }

  get isRunning(): boolean {
    return this.#program.isRunning;
  }

  /** The last part of what it wrote, for messages of failed tests. */
  get log(): string {
    return `${this.#program.stdoutLines.join('\n').slice(-logTailCharacters)}\n${this.#program.stderr.slice(-logTailCharacters)}`;
  }

  /** Changes its world. */
  world(change: JsonObject): void {
    this.#program.writeLine(JSON.stringify(change));
  }

  /** A line as it is, valid or not. */
  rawLine(line: string): void {
    this.#program.writeLine(line);
  }

  /** Lets its clock run on (manual clock only); settles when it has done everything that falls due. */
  async advance(durationMs: number): Promise<void> {
    const from = this.events.length;
    this.world({ advance_ms: durationMs });
    await this.eventWhen(({ event }) => event === 'advanced', advanceDeadlineMs, from);
  }

  /** The first fitting event, in real time. */
  async eventWhen(matches: (event: NodeEvent) => boolean, deadlineMs: number, from = 0): Promise<NodeEvent> {
    const find = (): NodeEvent | undefined => this.events.slice(from).find(matches);
    await soon(() => find() !== undefined || !this.isRunning, deadlineMs);
    const found = find();
    if (found) return found;
    const reason = this.isRunning ? `did not tell within ${deadlineMs} ms what the test waits for` : 'ended by itself';
    throw new Error(`The firmware ${reason}; its output:\n${this.log}`);
  }

  get boots(): readonly BootEvent[] {
    return this.events.filter((event) => event.event === 'boot');
  }

  /** Every level that a pin took, in order, from a position in `events`. */
  levels(gpio: number, from = 0): readonly PinEvent[] {
    return this.events.slice(from).filter((event): event is PinEvent => event.event === 'pin' && event.gpio === gpio);
  }

  /** Every level that a pin took since the program's present boot; its time begins anew with each. */
  levelsSinceBoot(gpio: number): readonly PinEvent[] {
    const boot = this.events.findLastIndex(({ event }) => event === 'boot');
    const levels = this.levels(gpio, boot);
    // What is told with the old time belongs to the loss of power.
    return levels.slice(levels.findIndex((event, index) => index > 0 && event.t_ms < (levels[index - 1]?.t_ms ?? 0)));
  }

  /** The electrical level that a pin has, 0 to 255; undefined before it was driven. */
  duty(gpio: number): number | undefined {
    return this.levels(gpio).at(-1)?.duty;
  }

  seenAtMs(event: PinEvent): number {
    return must(this.pinSeenAtMs.get(event), 'the time of a pin event');
  }

  /** The power fails in the middle of whatever it does. */
  async kill9(): Promise<void> {
    this.#isEnded = true;
    await this.#program.kill9();
  }

  /** Ends it; it must still have been running, and must not have complained about a line of ours. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const wasRunning = this.isRunning;
    await this.#program[Symbol.asyncDispose]();
    if (!wasRunning) {
      const exit = await withDeadline(this.#program.exit, advanceDeadlineMs, 'the firmware to end');
      throw new Error(`The firmware ended by itself (code ${exit.code}, signal ${exit.signal}):\n${this.log}`);
    }
  }

  #take(line: string): void {
    const event = JSON.parse(line) as NodeEvent;
    if (event.event === 'pin') this.pinSeenAtMs.set(event, performance.now());
    this.events.push(event);
  }
}
