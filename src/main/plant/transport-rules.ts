import type { DeviceFaults } from '../../shared/api/plant';
import { packetIdOf, packetTypes, qosOf, typeOf } from './packet-splitter';

/** What a bad network does to the messages of a device, by shares of 0 to 1. */
export type MessageFaults = Pick<DeviceFaults, 'duplicateShare' | 'reorderShare' | 'lossShare'>;

export type Disturbed = {
  /** What arrives at the broker now, in this order. */
  readonly out: readonly Uint8Array[];
  /** A message that waits for the next one to overtake it. */
  readonly held: Uint8Array | null;
  /** What the device gets in return: the acknowledgement of a message that was lost behind the one who acknowledged it. */
  readonly answers: readonly Uint8Array[];
};

/** Flag of a PUBLISH that is sent again (MQTT 3.1.1, 3.3.1.1). */
const DUP = 0b1000;

/**
 * One packet of a device on its way to the broker. Only whole messages (PUBLISH) are disturbed: everything else is what keeps the connection
 * alive, and TCP neither loses nor turns it round. A message with QoS 2 is never lost, since its handshake would never end.
 * `random` gives numbers of [0, 1).
 */
export function disturb(
  held: Uint8Array | null,
  packet: Uint8Array,
  faults: MessageFaults,
  random: () => number,
): Disturbed {
  if (typeOf(packet) !== packetTypes.publish) return { out: [packet], held, answers: [] };
  if (qosOf(packet) < 2 && random() < faults.lossShare) return { out: [], held, answers: pubackOf(packet) };
  const copies = random() < faults.duplicateShare ? [packet, duplicateOf(packet)] : [packet];
  if (held === null && random() < faults.reorderShare) return { out: copies.slice(1), held: packet, answers: [] };
  return { out: held === null ? copies : [...copies, held], held: null, answers: [] };
}

function duplicateOf(publish: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(publish);
  if (qosOf(publish) > 0) copy[0] = (publish[0] ?? 0) | DUP;
  return copy;
}

function pubackOf(publish: Uint8Array): readonly Uint8Array[] {
  const id = packetIdOf(publish);
  return id ? [Uint8Array.of(packetTypes.puback << 4, 2, ...id)] : [];
}
