/** MQTT packet types in use here (MQTT 3.1.1, 2.2.1). */
export const packetTypes = { publish: 3, puback: 4 } as const;
/** The remaining length has at most so many bytes (2.2.3). */
const LENGTH_BYTES = 4;

export const typeOf = (packet: Uint8Array): number => (packet[0] ?? 0) >> 4;
export const qosOf = (publish: Uint8Array): number => ((publish[0] ?? 0) >> 1) & 3;

/** Where the variable header begins and the packet ends; undefined while bytes are missing. Throws when no packet can begin so. */
export function frameOf(bytes: Uint8Array): { readonly head: number; readonly end: number } | undefined {
  let length = 0;
  for (let index = 1; index <= LENGTH_BYTES; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) return undefined;
    length += (byte & 127) * 128 ** (index - 1);
    if (byte < 128) return { head: index + 1, end: index + 1 + length };
  }
  throw new Error('A device has sent bytes that are no MQTT packet.');
}

/** Packet identifier of a PUBLISH with QoS 1 or 2, its two bytes (3.3.2.2). */
export function packetIdOf(publish: Uint8Array): readonly [number, number] | undefined {
  const frame = frameOf(publish);
  if (!frame || qosOf(publish) === 0) return undefined;
  const topicBytes = ((publish[frame.head] ?? 0) << 8) | (publish[frame.head + 1] ?? 0);
  const at = frame.head + 2 + topicBytes;
  const [high, low] = [publish[at], publish[at + 1]];
  return high === undefined || low === undefined ? undefined : [high, low];
}

/** Cuts a device's stream of bytes into whole packets. */
export class PacketSplitter {
  private rest: Uint8Array = new Uint8Array();

  push(chunk: Uint8Array): Uint8Array[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const packets: Uint8Array[] = [];
    for (let frame = frameOf(this.rest); frame && frame.end <= this.rest.length; frame = frameOf(this.rest)) {
      packets.push(this.rest.subarray(0, frame.end));
      this.rest = this.rest.subarray(frame.end);
    }
    return packets;
  }

  /** The connection is gone, and with it the beginning of a packet. */
  clear(): void {
    this.rest = new Uint8Array();
  }
}
