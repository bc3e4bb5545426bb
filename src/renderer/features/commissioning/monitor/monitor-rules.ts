import type { SerialLogLine } from '../../../../shared/api/flash';

/* Which lines of a device are shown, how they are written, and which of them are in sight. */

/** Speeds that boards talk at. 115200 is that of our firmware and the chips' own loader; 74880 the boot log of an ESP8266 and old ESP32 boards. */
export const monitorBauds = ['9600', '19200', '38400', '57600', '74880', '115200', '230400', '460800', '921600', '1500000'] as const; // prettier-ignore
export type MonitorBaud = (typeof monitorBauds)[number];

/** `all` has the lines without a level too, such as those of the chip's loader. */
export const levelFilters = ['all', 'debug', 'info', 'warning', 'error'] as const;
export type LevelFilter = (typeof levelFilters)[number];

export type LineFilter = { readonly text: string; readonly level: LevelFilter };

export const everyLine: LineFilter = { text: '', level: 'all' };

const ranks = { debug: 0, info: 1, warning: 2, error: 3 } as const;

/** True when a line has the text (in any case) and is at least of the level. */
export function passesFilter({ text, level }: SerialLogLine, filter: LineFilter): boolean {
  if (filter.level !== 'all' && (level === null || ranks[level] < ranks[filter.level])) return false;
  return filter.text === '' || text.toLowerCase().includes(filter.text.toLowerCase());
}

const two = (value: number) => String(value).padStart(2, '0');

/** Local `14:02:37.123`. */
export function lineTime(atMs: number): string {
  const date = new Date(atMs);
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const letters = { error: 'E', warning: 'W', info: 'I', debug: 'D' } as const;

/** One letter for the level; a hyphen where there is none. */
export function levelLetter(level: SerialLogLine['level']): string {
  return level === null ? '-' : letters[level];
}

/** Lines as they stand in a file or on the clipboard: time, level and text, in columns; ends with a line break. */
export function linesAsText(lines: Iterable<SerialLogLine>): string {
  let text = '';
  for (const line of lines) text += `${lineTime(line.atMs)} ${levelLetter(line.level)} ${line.text}\n`;
  return text;
}

/** `serial-ttyUSB0-2026-11-21-140237.txt`; from a path only what every file system takes. */
export function saveName(port: string, atMs: number): string {
  const date = new Date(atMs);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('');
  const name = port.replace(/^.*[/\\]/, '').replace(/[^A-Za-z0-9._-]+/g, '_');
  return `serial-${name || 'port'}-${day}-${clock}.txt`;
}

/** Rows beyond the visible ones, so that a fast scroll shows no empty band. */
const OVERSCAN_ROWS = 8;

/** Which rows of equal height are worth drawing: from the first up to, not including, the end. */
export function rowsInSight(
  scrollTopPx: number,
  heightPx: number,
  rowPx: number,
  count: number,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.min(count, Math.floor(scrollTopPx / rowPx)) - OVERSCAN_ROWS);
  return { first, end: Math.min(count, Math.ceil((scrollTopPx + heightPx) / rowPx) + OVERSCAN_ROWS) };
}
