/** What a device says after its reset, and what that means. */
export type BootLog = {
  readonly lines: readonly string[];
  /** The beginning of a line whose end has not come. */
  readonly partial: string;
  /** Resets that the ROM has told of, the one of the job included. */
  readonly resets: number;
  readonly verdict: BootVerdict;
};

/**
 * `waiting`: nothing to go by yet. `started`: the application speaks. `download`: it is still in download mode, because BOOT is held.
 * `no_application`: the ROM or the bootloader finds nothing to start. `boot_loop`: it starts again and again.
 */
export type BootVerdict = 'waiting' | 'started' | 'download' | 'no_application' | 'boot_loop';

export const emptyBootLog: BootLog = { lines: [], partial: '', resets: 0, verdict: 'waiting' };

/** Lines that are kept, and characters of each: enough for ROM, bootloader and a panic. */
const MAX_LINES = 100;
const MAX_LINE_CHARACTERS = 200;
/** One reset is ours; a second can be a brown-out of a weak supply; the third is a loop. */
const LOOP_RESETS = 3;

const resetPattern = /rst:0x[0-9a-f]+/i;
const noApplicationPattern = /invalid header: 0x|No bootable app partitions|image at 0x[0-9a-f]+ has invalid magic/i;
const downloadPattern = /waiting for download/;
/** Our firmware and ESP-IDF alike: level and uptime. The bootloader writes the same way, under its own tags. */
const logPattern =
  /^\W*(?:\[[\d;]+m)?[DIWEC] \(\d+\) (?!boot|esp_image|bootloader|qio_mode|efuse|secure_boot|flash_encrypt)/;
const applicationPattern = /cpu_start|main_task|IMPROV/;

/** The log after some more bytes. */
export function afterBytes(log: BootLog, bytes: Uint8Array): BootLog {
  const pieces = (log.partial + printable(bytes)).split('\n');
  const partial = (pieces.pop() ?? '').slice(0, MAX_LINE_CHARACTERS);
  return pieces
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .reduce(afterLine, { ...log, partial });
}

function afterLine(log: BootLog, text: string): BootLog {
  const line = text.slice(0, MAX_LINE_CHARACTERS);
  const resets = log.resets + (resetPattern.test(line) ? 1 : 0);
  return {
    ...log,
    lines: log.lines.length < MAX_LINES ? [...log.lines, line] : log.lines,
    resets,
    verdict: verdictAfter(log.verdict, line, resets),
  };
}

function verdictAfter(before: BootVerdict, line: string, resets: number): BootVerdict {
  if (resets >= LOOP_RESETS) return 'boot_loop';
  if (noApplicationPattern.test(line)) return 'no_application';
  if (downloadPattern.test(line)) return 'download';
  return logPattern.test(line) || applicationPattern.test(line) ? 'started' : before;
}

/** ASCII as it is; line ends as `\n`; other control characters and the rest as a dot, so that nothing reaches a terminal. */
function printable(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    if (byte === 10 || byte === 13) return '\n';
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
  }).join('');
}
