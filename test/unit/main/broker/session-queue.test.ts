import { describe, expect, it } from 'vitest';
import { SessionQueue, type QueuedPacket } from '../../../../src/main/broker/session-queue';

const TOPIC = 'a/b';
const PAYLOAD_BYTES = 41;
/** Topic, payload and the queue's own 256 bytes. */
const ENTRY_BYTES = 300;

const message = (brokerCounter: number, changes: Partial<QueuedPacket> = {}): QueuedPacket => ({
  cmd: 'publish',
  topic: TOPIC,
  payload: Buffer.alloc(PAYLOAD_BYTES),
  qos: 1,
  retain: false,
  dup: false,
  brokerId: 'broker',
  brokerCounter,
  ...changes,
});

function openQueue(limit: { messages?: number; bytes?: number } = {}) {
  const queue = new SessionQueue({ messages: 1_000, bytes: 1_000_000, ...limit });
  const settled: number[] = [];
  return {
    queue,
    settled,
    push: (...counters: readonly number[]) =>
      counters.forEach((counter) => queue.push(message(counter), () => settled.push(counter))),
    counters: () => queue.owed().map(({ brokerCounter }) => brokerCounter),
  };
}

describe('SessionQueue', () => {
  it('owes what was pushed, oldest first, unchanged', () => {
    const { queue, push } = openQueue();
    push(1, 2, 3);
    expect(queue.owed()).toEqual([message(1), message(2), message(3)]);
  });

  it('gives up the oldest when there are too many, counts it and settles it', () => {
    const { queue, push, counters, settled } = openQueue({ messages: 2 });
    push(1, 2, 3, 4);
    expect({ owed: counters(), size: queue.size, dropped: queue.dropped, settled }).toEqual({
      owed: [3, 4],
      size: 2,
      dropped: 2,
      settled: [1, 2],
    });
  });

  it('gives up the oldest when they are too large', () => {
    const { queue, push, counters, settled } = openQueue({ bytes: 2 * ENTRY_BYTES });
    push(1, 2);
    expect([counters(), queue.dropped]).toEqual([[1, 2], 0]);
    push(3);
    expect([counters(), queue.dropped, settled]).toEqual([[2, 3], 1, [1]]);
  });

  it('does not keep a message that is larger than the queue, nor anything older', () => {
    const { queue, push, settled } = openQueue({ bytes: 2 * ENTRY_BYTES });
    push(1);
    queue.push(message(2, { payload: Buffer.alloc(3 * ENTRY_BYTES) }), () => settled.push(2));
    expect([queue.size, queue.dropped, settled]).toEqual([0, 2, [1, 2]]);
    push(3, 4);
    expect(queue.size).toBe(2); // the room was given back
  });

  it('gives room back with each acknowledgement', () => {
    const { queue, push, counters } = openQueue({ bytes: 2 * ENTRY_BYTES });
    for (let counter = 1; counter <= 100; counter += 1) {
      push(counter);
      queue.update(message(counter, { messageId: counter }));
      queue.acknowledge(counter);
    }
    push(101, 102);
    expect([counters(), queue.dropped]).toEqual([[101, 102], 0]);
  });

  it('settles a message once, when its message id is acknowledged', () => {
    const { queue, push, settled, counters } = openQueue();
    push(1, 2);
    queue.update(message(1, { messageId: 71 }));
    queue.update(message(2, { messageId: 72 }));
    expect(queue.acknowledge(72)).toMatchObject({ brokerCounter: 2, messageId: 72 });
    expect([queue.acknowledge(72), queue.acknowledge(99), queue.acknowledge(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([counters(), settled]).toEqual([[1], [2]]);
  });

  it('marks with DUP what was sent before, and only that', () => {
    const { queue, push } = openQueue();
    push(1, 2);
    queue.update(message(1, { messageId: 71 }));
    expect(queue.owed()).toEqual([message(1, { messageId: 71, dup: true }), message(2)]);
    expect(queue.owed()[0]?.dup).toBe(true);
  });

  it('keeps a PUBREL in the place of its publication, without DUP, until PUBCOMP', () => {
    const { queue, settled } = openQueue();
    const pubrel = { cmd: 'pubrel', messageId: 71 } as QueuedPacket;
    queue.push(message(1, { qos: 2 }), () => settled.push(1));
    queue.push(message(2), () => settled.push(2));
    queue.update(message(1, { qos: 2, messageId: 71 }));
    queue.update(pubrel);
    expect([queue.owed(), settled]).toEqual([[pubrel, message(2)], []]);
    expect(queue.acknowledge(71)).toEqual(pubrel);
    expect([queue.owed(), settled]).toEqual([[message(2)], [1]]);
  });

  it('goes by the newest message id when a message is sent again', () => {
    const { queue, push, settled } = openQueue();
    push(1, 2);
    queue.update(message(1, { messageId: 71 }));
    queue.update(message(1, { messageId: 72 }));
    queue.acknowledge(72);
    queue.update(message(2, { messageId: 72 }));
    expect([queue.acknowledge(71), settled]).toEqual([undefined, [1]]);
    queue.acknowledge(72);
    expect(settled).toEqual([1, 2]);
  });

  it('takes no notice of updates and acknowledgements for what it gave up', () => {
    const { queue, push, settled } = openQueue({ messages: 1 });
    push(1);
    queue.update(message(1, { messageId: 71 }));
    push(2);
    queue.update(message(1, { messageId: 71 }));
    queue.update(message(1));
    expect([queue.acknowledge(71), queue.owed(), settled]).toEqual([undefined, [message(2)], [1]]);
  });

  it('settles everything when it is cleared', () => {
    const { queue, push, settled } = openQueue();
    push(1, 2, 3);
    queue.clear();
    expect([queue.size, queue.dropped, settled]).toEqual([0, 0, [1, 2, 3]]);
  });
});
