import { Store, type IPublishPacket } from 'mqtt';

/**
 * Incoming store of one connection: a QoS 2 message is handled when it arrives, and the callback (which sends PUBREC) comes after the
 * commit. Plain mqtt.js would take over responsibility in memory first, and a crash before PUBREL would lose the message.
 */
export class CommitFirstStore extends Store {
  constructor(private readonly take: (packet: IPublishPacket, committed: () => void) => void) {
    super();
  }

  override put(...[packet, done]: Parameters<Store['put']>): this {
    super.put(packet, () => {
      if (packet.cmd === 'publish') this.take(packet, () => done());
      else done();
    });
    return this;
  }
}
