/*
 * The bytes of Improv-Serial with our vendor commands: what the console sends to a device over the cable, and what it makes of the bytes that
 * come back. The table of commands is at the top of firmware/core/src/serial/mod.rs; both sides read test/vectors/improv.json. Called by
 * improv-session.ts. Pure: no time, no port.
 */

const PREFIX = Uint8Array.of(0x49, 0x4d, 0x50, 0x52, 0x4f, 0x56, 0x01); // "IMPROV", version 1
/** Prefix, type and length. */
const HEADER_BYTES = 9;
const MAX_DATA_BYTES = 255;
const LINE_FEED = 0x0a;
/** Log text of one line that is kept, bytes; what is longer is cut into several. */
const MAX_LINE_BYTES = 512;
/** Bytes of a long value in one packet: 255 less rpc, length, offset and total. */
const CHUNK_BYTES = 249;

export const packetTypes = { state: 1, error: 2, command: 3, result: 4 } as const;

/** Commands by number. To add one: its number here, its data in `commands`, and its vectors. */
export const rpcs = {
  setWifi: 0x01,
  getState: 0x02,
  deviceInfo: 0x03,
  scanWifi: 0x04,
  hostname: 0x05,
  deviceName: 0x06,
  networkState: 0x07,
  setBroker: 0xf0,
  getBroker: 0xf1,
  certificate: 0xf2,
  setIdentity: 0xf3,
  getIdentity: 0xf4,
  setToken: 0xf5,
  tokenPolicy: 0xf6,
  status: 0xf7,
  configuration: 0xf8,
  factoryReset: 0xf9,
  reboot: 0xfa,
} as const;

/** Contents of an error packet. */
export const improvErrors = {
  none: 0x00,
  invalid: 0x01,
  unknownRpc: 0x02,
  notJoined: 0x03,
  badHostname: 0x05,
  notBuiltIn: 0xe0,
  outOfSequence: 0xe1,
  tooLong: 0xe2,
  notConfirmed: 0xe3,
  notStored: 0xe4,
  busy: 0xe5,
  unknown: 0xff,
} as const;

/** Contents of a state packet. */
export const improvStates = { ready: 0x02, provisioning: 0x03, provisioned: 0x04 } as const;

export type ImprovCommand = { readonly rpc: number; readonly data: Uint8Array };
export type Chunk = { readonly offset: number; readonly total: number; readonly bytes: Uint8Array };
export type ImprovBroker = {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly user: string;
  readonly password: string;
};

export type ImprovPacket =
  | { readonly kind: 'state'; readonly state: number }
  | { readonly kind: 'error'; readonly error: number }
  | { readonly kind: 'command'; readonly command: ImprovCommand }
  | { readonly kind: 'result'; readonly rpc: number; readonly strings: readonly string[] };

/** What came over the line: a packet, or a line of log text without control characters. */
export type Received = ImprovPacket | { readonly kind: 'line'; readonly text: string };

const nothing = new Uint8Array();

/** Every command with its data. Lengths are checked by the schemas before; a text above 255 bytes is a bug and throws. */
export const commands = {
  setWifi: (ssid: string, password: string) => command(rpcs.setWifi, text(ssid), text(password)),
  getState: () => command(rpcs.getState),
  deviceInfo: () => command(rpcs.deviceInfo),
  scanWifi: () => command(rpcs.scanWifi),
  getHostname: () => command(rpcs.hostname),
  setHostname: (name: string) => command(rpcs.hostname, Buffer.from(name)),
  getDeviceName: () => command(rpcs.deviceName),
  setDeviceName: (name: string) => command(rpcs.deviceName, Buffer.from(name)),
  networkState: () => command(rpcs.networkState),
  setBroker: ({ host, port, tls, user, password }: ImprovBroker) =>
    command(rpcs.setBroker, text(host), number(port), flag(tls), text(user), text(password)),
  getBroker: () => command(rpcs.getBroker),
  certificate: (chunk: Chunk) => command(rpcs.certificate, chunkData(chunk)),
  setIdentity: (id: string, kaiserId: string) => command(rpcs.setIdentity, text(id), text(kaiserId)),
  getIdentity: () => command(rpcs.getIdentity),
  setToken: (kind: 'device' | 'broadcast', token: string) =>
    command(rpcs.setToken, Uint8Array.of(kind === 'device' ? 1 : 2), text(token)),
  tokenPolicy: (isRequired: boolean) => command(rpcs.tokenPolicy, flag(isRequired)),
  status: () => command(rpcs.status),
  configuration: (chunk: Chunk) => command(rpcs.configuration, chunkData(chunk)),
  factoryReset: () => command(rpcs.factoryReset, text('ERASE')),
  reboot: () => command(rpcs.reboot),
};

/** The pieces of a long value, in order; an empty value is one empty piece (it removes). */
export function chunksOf(value: Uint8Array): Chunk[] {
  const count = Math.max(1, Math.ceil(value.length / CHUNK_BYTES));
  return Array.from({ length: count }, (_, index) => ({
    offset: index * CHUNK_BYTES,
    total: value.length,
    bytes: value.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  }));
}

/** A command as bytes, with the line feed that senders append. */
export function encodeCommand({ rpc, data }: ImprovCommand): Uint8Array {
  const packet = encodePacket(packetTypes.command, Buffer.concat([Uint8Array.of(rpc, data.length), data]));
  return Buffer.concat([packet, Uint8Array.of(LINE_FEED)]);
}

/** One packet: prefix, type, length, data, checksum. Data above 255 bytes is a bug and throws. */
export function encodePacket(type: number, data: Uint8Array): Uint8Array {
  if (data.length > MAX_DATA_BYTES) throw new Error(`An Improv packet holds 255 bytes, not ${data.length}.`);
  const summed = Buffer.concat([PREFIX, Uint8Array.of(type, data.length), data]);
  return Buffer.concat([summed, Uint8Array.of(checksum(summed))]);
}

/**
 * Finds packets in whatever comes over the line: log text, noise of a chip that boots, half packets. A beginning that turns out to be none
 * costs its first byte only, so that noise never takes a good packet with it. Holds at most one packet and one line.
 */
export class ImprovParser {
  /** From the first byte that could begin a packet. */
  private buffer: Uint8Array = nothing;
  private readonly line: number[] = [];

  /** Takes bytes in any pieces; what they complete, in order. */
  feed(bytes: Uint8Array): Received[] {
    this.buffer = this.buffer.length === 0 ? bytes : Buffer.concat([this.buffer, bytes]);
    const received: Received[] = [];
    this.find(received);
    return received;
  }

  /** The line has been silent: a packet that does not go on is given up, and what was inside it is looked at. */
  expire(): Received[] {
    const received: Received[] = [];
    while (this.buffer.length > 0) {
      this.drop(1, received);
      this.find(received);
    }
    this.endLine(received);
    return received;
  }

  private find(received: Received[]): void {
    while (this.buffer.length > 0) {
      const start = startOf(this.buffer);
      if (start === 'open') return;
      if (start === 'nothing') {
        const next = this.buffer.indexOf(0x49, 1);
        this.drop(next === -1 ? this.buffer.length : next, received);
        continue;
      }
      const packet = this.buffer.subarray(0, start);
      this.buffer = this.buffer.subarray(start);
      received.push(packetOf(packet));
    }
  }

  /** Bytes that belong to no packet are log text. */
  private drop(count: number, received: Received[]): void {
    for (const byte of this.buffer.subarray(0, count)) {
      if (byte === LINE_FEED || this.line.length >= MAX_LINE_BYTES) this.endLine(received);
      if (byte !== LINE_FEED) this.line.push(byte);
    }
    this.buffer = this.buffer.subarray(count);
  }

  private endLine(received: Received[]): void {
    const written = printable(Uint8Array.from(this.line.splice(0)));
    if (written !== '') received.push({ kind: 'line', text: written });
  }
}

/** `open`: perhaps a packet, more bytes will tell. A number: a packet with a right checksum, of that many bytes. */
function startOf(bytes: Uint8Array): 'open' | 'nothing' | number {
  if (PREFIX.some((wanted, index) => index < bytes.length && bytes[index] !== wanted)) return 'nothing';
  const type = bytes[PREFIX.length];
  const length = bytes[PREFIX.length + 1];
  if (type !== undefined && (type < packetTypes.state || type > packetTypes.result)) return 'nothing';
  if (length === undefined) return 'open';
  const end = HEADER_BYTES + length;
  const sum = bytes[end];
  if (sum === undefined) return 'open';
  return checksum(bytes.subarray(0, end)) === sum ? end + 1 : 'nothing';
}

function packetOf(packet: Uint8Array): Received {
  const type = packet[PREFIX.length];
  const data = packet.subarray(HEADER_BYTES, -1);
  const [first, length] = data;
  const isOne = data.length === 1 && first !== undefined;
  if (type === packetTypes.state && isOne) return { kind: 'state', state: first };
  if (type === packetTypes.error && isOne) return { kind: 'error', error: first };
  if (first !== undefined && length === data.length - 2) {
    const content = data.subarray(2);
    if (type === packetTypes.command)
      return { kind: 'command', command: { rpc: first, data: Uint8Array.from(content) } };
    const strings = stringsOf(content);
    if (type === packetTypes.result && strings) return { kind: 'result', rpc: first, strings };
  }
  return { kind: 'line', text: `(a packet of type ${String(type)} that makes no sense, ${data.length} bytes)` };
}

/** `(length string)*`; null when the lengths do not fit. */
function stringsOf(content: Uint8Array): string[] | null {
  const strings: string[] = [];
  let at = 0;
  for (let length = content[at]; length !== undefined; length = content[at]) {
    const end = at + 1 + length;
    if (end > content.length) return null;
    strings.push(shown(Buffer.from(content.subarray(at + 1, end)).toString('utf8')));
    at = end;
  }
  return strings;
}

/** What a device says may be anybody's: a network's name comes out of the air. Control and direction characters reach no screen and no journal. */
function shown(told: string): string {
  return told.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** Text without control characters and colours of a terminal. */
function printable(bytes: Uint8Array): string {
  const colours = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-9;]*m`, 'g');
  const decoded = Buffer.from(bytes).toString('utf8').replace(colours, '');
  return decoded.replace(/\p{Cc}+/gu, ' ').trim();
}

function command(rpc: number, ...fields: readonly Uint8Array[]): ImprovCommand {
  return { rpc, data: Buffer.concat(fields) };
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  if (bytes.length > MAX_DATA_BYTES) throw new Error('A text in an Improv command has at most 255 bytes.');
  return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
}

function number(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function flag(isSet: boolean): Uint8Array {
  return Uint8Array.of(Number(isSet));
}

function chunkData({ offset, total, bytes }: Chunk): Uint8Array {
  return Buffer.concat([number(offset), number(total), bytes]);
}

function checksum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}
