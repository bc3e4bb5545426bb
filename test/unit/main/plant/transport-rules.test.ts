import { describe, expect, test } from 'vitest';
import { disturb, type MessageFaults } from '../../../../src/main/plant/transport-rules';
import { packetOf, publishOf } from '../../../fakes/mqtt-framing';
import { seededRandom } from '../../../fakes/random';

const none: MessageFaults = { duplicateShare: 0, reorderShare: 0, lossShare: 0 };
const always = () => 0;
const message = (qos: 0 | 1 | 2, id = 9) => publishOf({ topic: 't', payload: Buffer.from([id]), qos, id }, 4);
const marked = (packet: Buffer) => Buffer.from([(packet[0] ?? 0) | 8, ...packet.subarray(1)]);

describe('the way of a message through a bad network', () => {
  test('without faults it goes as it is', () => {
    expect(disturb(null, message(1), none, always)).toEqual({ out: [message(1)], held: null, answers: [] });
  });

  test('what is no message is never disturbed, and lets the waiting message wait', () => {
    const everything = { duplicateShare: 1, reorderShare: 1, lossShare: 1 };
    const subscribe = packetOf(0x82, Buffer.from([0, 1]));
    expect(disturb(message(0), subscribe, everything, always)).toEqual({
      out: [subscribe],
      held: message(0),
      answers: [],
    });
  });

  test('a duplicate follows its original and is marked as one where the standard has a mark', () => {
    const faults = { ...none, duplicateShare: 1 };
    expect(disturb(null, message(1), faults, always).out).toEqual([message(1), marked(message(1))].map(bytes));
    expect(disturb(null, message(0), faults, always).out).toEqual([message(0), message(0)].map(bytes));
  });

  test('a message that is overtaken goes right after the next one', () => {
    const faults = { ...none, reorderShare: 1 };
    const first = disturb(null, message(1, 1), faults, always);
    expect(first).toEqual({ out: [], held: message(1, 1), answers: [] });
    expect(disturb(first.held, message(1, 2), faults, always)).toEqual({
      out: [message(1, 2), message(1, 1)],
      held: null,
      answers: [],
    });
  });

  test('a lost message with QoS 1 is acknowledged all the same, so that the device goes on', () => {
    const faults = { ...none, lossShare: 1 };
    expect(disturb(null, message(1, 0x0203), faults, always)).toEqual({
      out: [],
      held: null,
      answers: [Uint8Array.of(0x40, 2, 2, 3)],
    });
    expect(disturb(null, message(0), faults, always)).toEqual({ out: [], held: null, answers: [] });
    expect(disturb(null, message(2), faults, always).out).toEqual([message(2)]);
  });

  test('without loss every message arrives at least once, and duplicates are the share that was asked for', () => {
    const random = seededRandom(3);
    const faults = { ...none, duplicateShare: 0.3, reorderShare: 0.3 };
    const arrived: number[] = [];
    let held: Uint8Array | null = null;
    for (let id = 1; id <= 2_000; id += 1) {
      const step = disturb(held, message(1, (id % 250) + 1), faults, random);
      held = step.held;
      arrived.push(...step.out.map((packet) => packet.at(-1) ?? 0));
    }
    if (held) arrived.push(held.at(-1) ?? 0);
    expect(arrived.length).toBeGreaterThan(2_500);
    expect(arrived.length).toBeLessThan(2_700);
    const counts = Map.groupBy(arrived, (id) => id);
    expect([...counts.values()].every((times) => times.length >= 8)).toBe(true);
    expect(counts.size).toBe(250);
  });
});

/** As the rules hand copies on. */
function bytes(packet: Buffer, index: number): Uint8Array {
  return index === 0 ? packet : Uint8Array.from(packet);
}
