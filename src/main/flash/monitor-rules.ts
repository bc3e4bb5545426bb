/*
 * From the bytes of a serial line to lines of a log: ends of line, Improv packets between them, control characters, levels. Pure: SerialMonitor
 * feeds it what arrives and says when a line has waited long enough.
 */
import type { SerialLogLine } from '../../shared/api/flash';

/** Longest line; one that goes on continues in the next. Far above what a log line needs, far below what could hurt a page. */
export const MAX_LINE_CHARS = 1_024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** An Improv packet: this, then type, length, data and a checksum (improv-wifi.com/serial). It may hold any byte, ends of line included. */
const improvPrefix = [...new TextEncoder().encode('IMPROV'), 1];
const IMPROV_HEADER_BYTES = improvPrefix.length + 2;
const improvTypes: Readonly<Record<number, string>> = { 1: 'state', 2: 'error', 3: 'command', 4: 'result' };

/** What has arrived of the line or packet under way. */
export type LineState = {
  readonly bytes: readonly number[];
  /** When its first byte arrived, Unix ms. */
  readonly atMs: number;
  readonly isPacket: boolean;
};

export const noLine: LineState = { bytes: [], atMs: 0, isPacket: false };

/** Takes bytes that arrived at `nowMs`; answers with the lines that they complete. */
export function feedLine(
  state: LineState,
  arrived: Uint8Array,
  nowMs: number,
): { readonly state: LineState; readonly lines: readonly SerialLogLine[] } {
  const lines: SerialLogLine[] = [];
  let { atMs, isPacket } = state;
  let bytes = [...state.bytes];
  const end = (text: string) => {
    if (text !== '') lines.push({ atMs, text, level: levelOf(text) });
    bytes = [];
    isPacket = false;
  };
  for (const byte of arrived) {
    if (bytes.length === 0) atMs = nowMs;
    if (isPacket) {
      bytes.push(byte);
      if (bytes.length === packetBytes(bytes)) end(packetText(bytes));
    } else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
      end(readable(bytes));
    } else {
      bytes.push(byte);
      if (endsWithPrefix(bytes)) {
        end(readable(bytes.slice(0, -improvPrefix.length)));
        [bytes, atMs, isPacket] = [[...improvPrefix], nowMs, true];
      } else if (bytes.length >= MAX_LINE_CHARS) {
        const rest = bytes.splice(wholeCharacters(bytes));
        end(readable(bytes));
        [bytes, atMs] = [rest, nowMs];
      }
    }
  }
  return { state: bytes.length === 0 ? noLine : { bytes, atMs, isPacket }, lines };
}

/** The line under way as it is, when no more of it comes; null when there is nothing to show. */
export function flushLine({ bytes, atMs, isPacket }: LineState): SerialLogLine | null {
  const text = isPacket ? `[Improv packet, cut off after ${bytes.length} bytes]` : readable(bytes);
  return text === '' ? null : { atMs, text, level: levelOf(text) };
}

/** By the prefix of our firmware and of ESP-IDF, `L (time) `, and by the words of a crash. */
export function levelOf(text: string): SerialLogLine['level'] {
  const letter = /^([DVIWEC]) \([\d:.]+\) /.exec(text)?.[1];
  if (letter !== undefined) return prefixLevels[letter] ?? null;
  return crashWords.test(text) ? 'error' : null;
}

const prefixLevels: Readonly<Record<string, SerialLogLine['level']>> = {
  V: 'debug',
  D: 'debug',
  I: 'info',
  W: 'warning',
  E: 'error',
  C: 'error',
};

/** What ESP-IDF, the ROM and Rust say when a program dies. */
const crashWords =
  /^(Guru Meditation Error|abort\(\) was called|assert failed|Brownout detector|Backtrace:|invalid header:|\*\*\*ERROR\*\*\*|E BOD)|panicked at /;

function endsWithPrefix(bytes: readonly number[]): boolean {
  // The last byte decides nearly always.
  if (bytes.at(-1) !== improvPrefix.at(-1) || bytes.length < improvPrefix.length) return false;
  return improvPrefix.every((byte, index) => bytes[bytes.length - improvPrefix.length + index] === byte);
}

/** Length of the packet with its checksum; Infinity while its header is not complete. */
function packetBytes(bytes: readonly number[]): number {
  const length = bytes[IMPROV_HEADER_BYTES - 1];
  return length === undefined ? Infinity : IMPROV_HEADER_BYTES + length + 1;
}

/** Without its content, which may be a password. */
function packetText(bytes: readonly number[]): string {
  const [type, length] = bytes.slice(improvPrefix.length);
  const sum = bytes.slice(0, -1).reduce((total, byte) => (total + byte) & 0xff, 0);
  const fault = sum === bytes.at(-1) ? '' : ', with a wrong checksum';
  return `[Improv ${improvTypes[type ?? 0] ?? `packet of type ${type}`}, ${length} ${length === 1 ? 'byte' : 'bytes'}${fault}]`;
}

/** Bytes before a character of UTF-8 that has only begun at the end (at most three bytes of one). */
function wholeCharacters(bytes: readonly number[]): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

const utf8 = new TextDecoder();
const REPLACEMENT = '\ufffd';
const ESCAPE = 0x1b;

/** Decoded, without ANSI colours, and with a replacement character for all that is not a printable character or a tab. */
function readable(bytes: readonly number[]): string {
  let text = '';
  for (const character of withoutColours(utf8.decode(Uint8Array.from(bytes)))) {
    text += isControl(character.codePointAt(0) ?? 0) ? REPLACEMENT : character;
  }
  return text.trim() === '' ? '' : text;
}

function isControl(code: number): boolean {
  const isBidirectional = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return (code < 0x20 && code !== 0x09) || (code >= 0x7f && code <= 0x9f) || isBidirectional;
}

/** Sequences `ESC [ … letter`; any other escape stays, and is replaced. */
function withoutColours(text: string): string {
  const [first = '', ...rest] = text.split(String.fromCharCode(ESCAPE));
  return first + rest.map((part) => (/^\[[\d;?]*[A-Za-z]/.test(part) ? part.replace(/^\[[\d;?]*[A-Za-z]/, '') : REPLACEMENT + part)).join(''); // prettier-ignore
}
