/** PUBACK with two bytes to follow, the message id: success, in MQTT 3.1.1 and 5 alike. */
const PUBACK = 0x40;
const BYTES_TO_FOLLOW = 2;
const PACKET_BYTES = 4;

/**
 * PUBACKs of one connection; those of a turn leave in one write after its commit. mqtt.js would write each in several pieces. When the broker
 * is too busy to read them (Mosquitto at its limit), the pieces pile up by the hundred thousand until the write fails with EINVAL, the
 * connection is lost, and everything unread is delivered again.
 */
export class Acknowledgements {
  private ids: number[] = [];

  constructor(
    private readonly afterCommit: (action: () => void) => void,
    private readonly write: (bytes: Buffer) => void,
  ) {}

  /** Acknowledges a message after the commit of this turn. */
  add(messageId: number): void {
    if (this.ids.length === 0) this.afterCommit(() => this.send());
    this.ids.push(messageId);
  }

  private send(): void {
    const bytes = Buffer.allocUnsafe(this.ids.length * PACKET_BYTES);
    let offset = 0;
    for (const id of this.ids) {
      bytes[offset] = PUBACK;
      bytes[offset + 1] = BYTES_TO_FOLLOW;
      offset = bytes.writeUInt16BE(id, offset + 2);
    }
    this.ids = [];
    this.write(bytes);
  }
}
