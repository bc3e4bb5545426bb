import type { PublishPacket } from 'aedes';

/** A packet as aedes keeps it: a publication, or the PUBREL that took its place in a QoS 2 exchange. */
export type QueuedPacket = Omit<PublishPacket, 'cmd'> & {
  cmd: 'publish' | 'pubrel';
  brokerId?: string;
  brokerCounter?: number;
  messageId?: number;
};

type Entry = { packet: QueuedPacket; readonly sizeBytes: number; readonly settled: () => void };

/** Bookkeeping per message beside topic and payload, bytes. */
const OVERHEAD_BYTES = 256;

/**
 * Messages for one persistent session that its client has not acknowledged, oldest first. Bounded in number and bytes: the oldest goes, and
 * is counted. Found by aedes' message counter and by message id without searching (aedes-persistence searches an array for every step).
 */
export class SessionQueue {
  dropped = 0;
  private readonly entries = new Map<number, Entry>();
  private readonly counterOf = new Map<number, number>();
  private bytes = 0;

  constructor(private readonly limit: { readonly messages: number; readonly bytes: number }) {}

  get size(): number {
    return this.entries.size;
  }

  /** `settled` is called once, when the client has acknowledged the message or it was given up. */
  push(packet: QueuedPacket, settled: () => void): void {
    const counter = packet.brokerCounter ?? 0;
    const sizeBytes = packet.topic.length + packet.payload.length + OVERHEAD_BYTES;
    this.entries.set(counter, { packet, sizeBytes, settled });
    this.bytes += sizeBytes;
    while (this.entries.size > this.limit.messages || this.bytes > this.limit.bytes) {
      const oldest = this.entries.keys().next();
      if (oldest.done) break;
      this.take(oldest.value);
      this.dropped += 1;
    }
  }

  /** The packet was sent under a message id, or a PUBREL takes the place of the publication with that id. */
  update(packet: QueuedPacket): void {
    const { messageId } = packet;
    if (messageId === undefined) return;
    const own = packet.brokerCounter === undefined ? undefined : this.entries.get(packet.brokerCounter);
    if (own && packet.brokerCounter !== undefined) {
      own.packet.messageId = messageId;
      this.counterOf.set(messageId, packet.brokerCounter);
      return;
    }
    const counter = this.counterOf.get(messageId);
    const entry = counter === undefined ? undefined : this.entries.get(counter);
    if (entry) entry.packet = packet;
  }

  /** Removes what the client acknowledged; undefined when it was not (or no longer) queued. */
  acknowledge(messageId: number | undefined): QueuedPacket | undefined {
    const counter = messageId === undefined ? undefined : this.counterOf.get(messageId);
    return counter === undefined ? undefined : this.take(counter);
  }

  /** What a client that comes back is owed, oldest first. A publication that was sent before carries DUP (MQTT-3.3.1-1). */
  owed(): readonly QueuedPacket[] {
    return [...this.entries.values()].map(({ packet }) => {
      const isRepeat = packet.cmd === 'publish' && packet.messageId !== undefined;
      return isRepeat ? { ...packet, dup: true } : packet;
    });
  }

  clear(): void {
    for (const counter of this.entries.keys()) this.take(counter);
  }

  private take(counter: number): QueuedPacket | undefined {
    const entry = this.entries.get(counter);
    if (!entry) return undefined;
    this.entries.delete(counter);
    this.bytes -= entry.sizeBytes;
    const { messageId } = entry.packet;
    if (messageId !== undefined && this.counterOf.get(messageId) === counter) this.counterOf.delete(messageId);
    entry.settled();
    return entry.packet;
  }
}
