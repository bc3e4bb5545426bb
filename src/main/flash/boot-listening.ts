import { jobFailure } from '../../shared/domain/job-errors';
import type { Clock } from '../clock';
import { afterBytes, emptyBootLog, type BootLog, type BootVerdict } from './boot-log-rules';
import { JobFault } from './loader-faults';
import type { LoaderSession } from './loader-session';
import { LineError, type SerialLine } from './serial-driver';

/** Our firmware speaks within a second, others within three; who is silent then may be silent for good. */
export const BOOT_LOG_MS = 5_000;
/** A technician who is told to press RESET needs as long as for holding BOOT. */
const RESET_BY_HAND_MS = 60_000;

export type BootListeningParts = {
  readonly session: LoaderSession;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly isNativeUsb: boolean;
  readonly onLines: (lines: readonly string[]) => void;
  readonly onNote: (text: string) => void;
  /** Only a finger on RESET starts the device. */
  readonly onPressReset: () => void;
};

const notes = {
  notReset: 'This port cannot reset the board, and nobody pressed RESET: press it once to start the new firmware.',
  gone: "The chip's own USB port has not come back after the restart. Everything that was written has been verified.",
  silent: 'The device says nothing on this port. Everything that was written has been verified.',
  download: 'The board is still in download mode: let go of BOOT and press RESET once.',
} as const;

/** Restarts the device after a verified write and reads what it says until its application speaks. Throws `no_restart` as a JobFault. */
export async function restartAndListen(parts: BootListeningParts): Promise<void> {
  const log = await heardAfterRestart(parts);
  if (log === null) return;
  switch (log.verdict) {
    case 'started':
      return;
    case 'waiting':
      return parts.onNote(parts.session.hasModemLines ? notes.silent : notes.notReset);
    case 'download':
      return parts.onNote(notes.download);
    default:
      throw new JobFault(noRestart(log));
  }
}

/** Null: its port is gone; a note says so. */
async function heardAfterRestart({
  session,
  isNativeUsb,
  onNote,
  ...parts
}: BootListeningParts): Promise<BootLog | null> {
  let log = emptyBootLog;
  const waitMs = session.hasModemLines ? BOOT_LOG_MS : RESET_BY_HAND_MS;
  const hear = (line: SerialLine) => listen(line, log, { ...parts, waitMs, onLog: (heard) => (log = heard) });
  try {
    const listening = hear(await session.openLine());
    // It may reject before it is awaited: while the restart goes on.
    listening.catch(() => undefined);
    await session.restart();
    if (!session.hasModemLines) parts.onPressReset();
    if (await listening) return log;
  } catch (error) {
    if (!(isNativeUsb && error instanceof LineError)) throw error;
  }
  return await heardOverNewPort({ session, isNativeUsb, onNote, ...parts }, hear, () => log);
}

/** The line was closed from outside. A chip's own USB goes with its reset and comes back; another port was pulled. */
async function heardOverNewPort(
  { session, isNativeUsb, onNote }: BootListeningParts,
  hear: (line: SerialLine) => Promise<boolean>,
  log: () => BootLog,
): Promise<BootLog | null> {
  if (!isNativeUsb) throw new LineError('The port was closed.', true);
  try {
    await session.abandonLine();
    await hear(await session.openLine());
    return log();
  } catch (error) {
    if (!(error instanceof JobFault || error instanceof LineError)) throw error;
    onNote(notes.gone);
    return null;
  }
}

/** Reads until there is a verdict, or time is up. False: the line was closed before. */
function listen(
  line: SerialLine,
  before: BootLog,
  parts: Pick<BootListeningParts, 'clock' | 'signal' | 'onLines'> & {
    readonly waitMs: number;
    readonly onLog: (log: BootLog) => void;
  },
): Promise<boolean> {
  const { clock, signal, onLines, onLog, waitMs } = parts;
  let log = before;
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    const settle = (then: () => void) => {
      for (const stop of stops.splice(0)) stop();
      onLines(log.lines);
      then();
    };
    const onAbort = () => settle(() => reject(signal.reason as Error));
    stops.push(
      line.onData((bytes) => {
        log = afterBytes(log, bytes);
        onLog(log);
        if (isFinal(log.verdict)) settle(() => resolve(true));
      }),
      line.onClose(() => settle(() => resolve(false))),
      clock.after(waitMs, () => settle(() => resolve(true))),
      () => signal.removeEventListener('abort', onAbort),
    );
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}

function isFinal(verdict: BootVerdict): boolean {
  return verdict === 'started' || verdict === 'no_application' || verdict === 'boot_loop';
}

function noRestart({ lines, verdict }: BootLog) {
  const what = verdict === 'boot_loop' ? 'it starts again and again' : 'it finds no application to start';
  return jobFailure(
    'no_restart',
    `Everything was written and verified, but the device does not run: ${what}. Check its power supply and that the image is for this board; then flash it again with everything erased.`,
    { bootLog: lines.slice(-20).join('\n') },
  ).error;
}
