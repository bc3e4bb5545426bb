/*
 * The outer form of MQTT packets (fixed header and remaining length, the same in 3.1.1 and 5) and a few packets by hand. Written from the
 * standard, so that the fault proxy and the hostile broker share no parser with the console.
 */

export const packetTypes = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const;

const longestLengthBytes = 4;

export const typeOf = (packet: Buffer): number => (packet[0] ?? 0) >> 4;
export const qosOf = (publish: Buffer): number => ((publish[0] ?? 0) >> 1) & 3;

/** Where the variable header begins, and where the packet ends; undefined while bytes are missing, null when no packet can begin so. */
export function frameOf(bytes: Buffer): { readonly head: number; readonly end: number } | undefined | null {
  let length = 0;
  for (let index = 0; index < longestLengthBytes; index += 1) {
    const byte = bytes[index + 1];
    if (byte === undefined) return undefined;
    length += (byte & 127) * 128 ** index;
    if (byte < 128) return { head: index + 2, end: index + 2 + length };
  }
  return null;
}

/** Cuts a stream of bytes into packets. Once it meets something that is no packet, it hands everything on as it comes. */
export class PacketSplitter {
  #rest: Buffer = Buffer.alloc(0);
  #isLost = false;

  push(chunk: Buffer): Buffer[] {
    if (this.#isLost) return [chunk];
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const packets: Buffer[] = [];
    while (this.#rest.length > 0) {
      const frame = frameOf(this.#rest);
      if (frame === null) {
        this.#isLost = true;
        packets.push(this.#rest);
        this.#rest = Buffer.alloc(0);
        break;
      }
      if (frame === undefined || frame.end > this.#rest.length) break;
      packets.push(this.#rest.subarray(0, frame.end));
      this.#rest = this.#rest.subarray(frame.end);
    }
    return packets;
  }
}

/** A string with its length in two bytes. */
export function textField(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text as string);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

export const twoBytes = (value: number): Buffer => Buffer.from([(value >> 8) & 255, value & 255]);

export function lengthField(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  do {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? digit + 128 : digit);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** A packet whose length is right; `first` is type and flags. */
export function packetOf(first: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first]), lengthField(body.length), body]);
}

export type Publish = {
  readonly topic: string | Buffer;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  /** For QoS 1 and 2. */
  readonly id?: number;
  readonly isDup?: boolean;
  readonly isRetained?: boolean;
};

export function publishOf({ topic, payload, qos, id = 1, isDup, isRetained }: Publish, version: number): Buffer {
  const first = 0x30 | (isDup === true ? 8 : 0) | (qos << 1) | (isRetained === true ? 1 : 0);
  const properties = version === 5 ? Buffer.from([0]) : Buffer.alloc(0);
  return packetOf(first, textField(topic), qos === 0 ? Buffer.alloc(0) : twoBytes(id), properties, payload);
}
