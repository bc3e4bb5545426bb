/*
 * Sets the modem lines of a port where serialport cannot (Linux, ports /dev/ttyACM*). serialport 13 clears the break signal before it sets the
 * lines; since Linux 6.8 (and in 6.1.76, 6.6.15) the driver cdc-acm refuses that for adapters without a break signal, and serialport gives up:
 * serialport/bindings-cpp pull requests 229 and 235, both open. Concerned are the chips' own USB ports (C3, C6, S3 …), CH343 and CH9102. A line of
 * Perl or Python, one of which every Linux desktop has, does the one call on the port that we opened. Goes when serialport is mended.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Clock } from '../clock';
import type { LineSignals } from './serial-driver';

export type LineProgram = { readonly command: string; readonly args: readonly string[] };

/** asm-generic/termios.h, the same on x86, ARM and RISC-V: TIOCMSET, TIOCM_DTR, TIOCM_RTS. */
const TIOCMSET = 0x5418;
const DTR = 2;
const RTS = 4;
/** The port in the process. */
const PORT_FD = 3;

/** Each reads numbers, sets the lines of descriptor 3 to them, and answers 1, or 0 when the port has no such lines. */
const linePrograms: readonly LineProgram[] = [
  {
    command: 'perl',
    args: ['-e', `$| = 1; open(my $p, "+<&=", ${PORT_FD}); while (<STDIN>) { my $b = pack("i", $_); print ioctl($p, ${TIOCMSET}, $b) ? "1\\n" : "0\\n" }`], // prettier-ignore
  },
  {
    command: 'python3',
    args: ['-c', `import fcntl, struct, sys\nfor l in iter(sys.stdin.readline, ""):\n  try: fcntl.ioctl(${PORT_FD}, ${TIOCMSET}, struct.pack("i", int(l))); print(1, flush=True)\n  except OSError: print(0, flush=True)`], // prettier-ignore
  },
];

/** To start, and to answer; both take milliseconds. */
const ANSWER_MS = 2_000;

/** One process for one open port. Ask one thing at a time. */
export class ModemLineProcess {
  private child: ChildProcess | null = null;
  private answer: (isSet: boolean) => void = () => {};
  private hasFailed = false;
  private isStopped = false;

  constructor(
    private readonly portFd: number,
    private readonly clock: Clock,
    private readonly programs = linePrograms,
  ) {}

  /** Sets both lines in one call. False: the port has no modem lines, or this machine has neither program. */
  async set({ dtr, rts }: LineSignals): Promise<boolean> {
    for (const program of this.child ? [null] : this.programs) {
      if (this.isStopped) return false;
      if (program) this.start(program);
      const isSet = await this.ask((dtr ? DTR : 0) | (rts ? RTS : 0));
      if (!this.hasFailed) return isSet;
      await this.end();
    }
    return false;
  }

  /** Ends the process, which holds the port open as long as it lives. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.end();
  }

  private async end(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await ended;
  }

  private start({ command, args }: LineProgram): void {
    this.hasFailed = false;
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'ignore', this.portFd],
      env: { PATH: process.env['PATH'] },
    });
    this.child = child;
    const fail = () => {
      if (this.child === child) this.hasFailed = true;
      this.answer(false);
    };
    child.on('error', fail);
    child.on('exit', fail);
    child.stdin?.on('error', fail);
    child.stdout?.on('data', (bytes: Buffer) => this.answer(bytes.toString().startsWith('1')));
  }

  private async ask(bits: number): Promise<boolean> {
    let cancel = () => {};
    const answered = new Promise<boolean>((resolve) => {
      this.answer = resolve;
      cancel = this.clock.after(ANSWER_MS, () => {
        this.hasFailed = true;
        resolve(false);
      });
    });
    this.child?.stdin?.write(`${bits}\n`);
    const isSet = await answered;
    cancel();
    return isSet;
  }
}
