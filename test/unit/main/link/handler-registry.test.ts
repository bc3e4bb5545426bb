import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { countersView, newCounters } from '../../../../src/main/link/counters';
import { HandlerRegistry, type Malformed, type Received } from '../../../../src/main/link/handler-registry';
import { inboundMessages } from '../../../../src/shared/wire/catalogue';
import { inbound, type InboundMessage } from '../../../../src/shared/wire/message';
import { memoryLog } from '../store/open-store';

const reading = inbound({ name: 'reading', path: 'sensor/+/data', qos: 1, schema: z.object({ raw: z.number() }) });
const beat = inbound({
  name: 'beat',
  path: 'system/beat',
  qos: 0,
  watchesStrays: false,
  schema: z.object({ n: z.int() }),
});
const P = 'kaiser/god/esp/ESP_A';

function bench() {
  const counters = newCounters();
  const { log, lines } = memoryLog();
  const malformed: Malformed[] = [];
  const received: Received<unknown>[] = [];
  const registry = new HandlerRegistry('god', counters, log, (one) => void malformed.push(one));
  registry.register(reading, (one) => void received.push(one));
  registry.register(beat, (one) => void received.push(one));
  const send = (topic: string, payload: string | Buffer, more = {}) =>
    registry.dispatch({ topic, payload: Buffer.from(payload), isRetained: false, isRedelivered: false, ...more });
  const counted = () => Object.fromEntries(Object.entries(counters).filter(([, count]) => count > 0));
  return { registry, lines, malformed, received, send, counted };
}

describe('a message', () => {
  it('goes to its handler with device, pin, flags and parsed payload', () => {
    const { send, received, counted } = bench();
    send(`${P}/sensor/4/data`, '{"raw":7,"more":1}', { isRedelivered: true });
    send(`${P}/system/beat`, '{"n":1}');
    expect(received).toEqual([
      { deviceId: 'ESP_A', gpio: 4, payload: { raw: 7 }, isRetained: false, isRedelivered: true },
      { deviceId: 'ESP_A', gpio: 0, payload: { n: 1 }, isRetained: false, isRedelivered: false },
    ]);
    expect(counted()).toEqual({ received: 2 });
  });

  it.each([
    ['below a known topic', `${P}/sensor/4/data/extra`],
    ['of a device id in lower case', 'kaiser/god/esp/esp_a/sensor/4/data'],
    ['without a device id', 'kaiser/god/esp//sensor/4/data'],
    ['of another kaiser', 'kaiser/other/esp/ESP_A/sensor/4/data'],
    ['on a pin beyond 255', `${P}/sensor/256/data`],
    ['that nobody registered', `${P}/sensor/4/response`],
    ['with a wildcard in its topic', `${P}/sensor/+/data`],
    ['on a topic that is the name of a built-in', `${P}/constructor`],
  ])('%s is counted as one unparsable topic and touches nothing (conformance A2)', (_name, topic) => {
    const { send, received, malformed, counted } = bench();
    send(topic, '{"raw":7}');
    send(topic, 'not json');
    expect([received, malformed, counted()]).toEqual([[], [], { received: 2, unparsableTopic: 2 }]);
  });

  it('without a payload is a cleared retained message and is not counted as malformed (conformance A4)', () => {
    const { send, received, malformed, counted } = bench();
    send(`${P}/sensor/4/data`, '');
    expect([received, malformed, counted()]).toEqual([[], [], { received: 1 }]);
  });
});

describe('a message that the broker kept from before', () => {
  it('is not taken for a new one: it is counted, kept for inspection and not answered', () => {
    const { registry, send, received, malformed, counted } = bench();
    const answered: Malformed[] = [];
    registry.register(
      beat,
      (one) => void received.push(one),
      (one) => void answered.push(one),
    );
    send(`${P}/sensor/4/data`, '{"raw":7}', { isRetained: true });
    send(`${P}/system/beat`, '{"n":1}', { isRetained: true });
    expect([received, answered, counted()]).toEqual([[], [], { received: 2, malformed: 2 }]);
    expect(malformed.map(({ message, reason }) => `${message}: ${reason.split(':')[0]}`)).toEqual([
      `${reading.name}: retained`,
      `${beat.name}: retained`,
    ]);
  });

  it('reaches its handler where the contract retains it', () => {
    const { registry, send, received } = bench();
    registry.register({ ...beat, mayBeRetained: true }, (one) => void received.push(one));
    send(`${P}/system/beat`, '{"n":1}', { isRetained: true });
    expect(received).toMatchObject([{ payload: { n: 1 }, isRetained: true }]);
  });
});

describe('a malformed message', () => {
  it.each([
    ['not json', 'not JSON'],
    ['[]', 'payload: Invalid input: expected object, received array'],
    ['"x"', 'payload: Invalid input: expected object, received string'],
    ['{}', 'raw: Invalid input: expected number, received undefined'],
    ['{"raw":"7"}', 'raw: Invalid input: expected number, received string'],
    ['['.repeat(60_000), 'not JSON'],
    ['a'.repeat(300_000), '300000 bytes are too many'],
  ])('%.20s is counted, kept and never thrown (conformance A4)', (payload, reason) => {
    const { send, received, malformed, counted } = bench();
    send(`${P}/sensor/4/data`, payload);
    expect(malformed).toEqual([
      { deviceId: 'ESP_A', message: 'reading', topic: `${P}/sensor/4/data`, reason, excerpt: payload.slice(0, 200) },
    ]);
    send(`${P}/sensor/4/data`, '{"raw":7}');
    expect([received.length, counted()]).toEqual([1, { received: 2, malformed: 1 }]);
  });

  it('keeps a short reason when a name out of the payload would make it long', () => {
    const { registry, send, malformed } = bench();
    registry.register(inboundMessages.heartbeatMetrics, () => undefined);
    send(`${P}/system/heartbeat_metrics`, JSON.stringify({ ['k'.repeat(60_000)]: 1 }));
    expect(malformed.map(({ reason }) => reason)).toEqual(['k'.repeat(200)]);
  });

  it('of exactly 65,536 bytes is still read', () => {
    const { send, received } = bench();
    const frame = JSON.stringify({ raw: 7, pad: '' });
    send(`${P}/sensor/4/data`, JSON.stringify({ raw: 7, pad: 'p'.repeat(65_536 - frame.length) }));
    expect(received).toHaveLength(1);
  });

  it('in another encoding is kept as far as it can be shown', () => {
    const { send, malformed } = bench();
    send(`${P}/sensor/4/data`, Buffer.from([0xff, 0xfe, 0x7b]));
    expect(malformed[0]?.excerpt).toBe('\ufffd\ufffd{');
  });

  it('is told to its room too', () => {
    const { registry, send, malformed } = bench();
    const told: Malformed[] = [];
    registry.register(
      reading,
      () => undefined,
      (one) => void told.push(one),
    );
    send(`${P}/sensor/4/data`, '{}');
    expect([told, told.length]).toEqual([malformed, 1]);
  });
});

describe('a handler that fails', () => {
  it('is counted and logged; the next message is handled', () => {
    const { registry, send, received, counted, lines } = bench();
    registry.register(beat, ({ payload }) => {
      if (payload.n === 1) throw new Error('bug');
      received.push({ deviceId: 'ESP_A' as never, gpio: 0, payload, isRetained: false, isRedelivered: false });
    });
    send(`${P}/system/beat`, '{"n":1}');
    send(`${P}/system/beat`, '{"n":2}');
    expect([received.length, counted()]).toEqual([1, { received: 2, handlerErrors: 1 }]);
    expect(lines).toMatchObject([
      { level: 50, msg: 'handler failed', topic: `${P}/system/beat`, err: { message: 'bug' } },
    ]);
  });

  it('of malformed messages is contained too', () => {
    const { registry, send, counted } = bench();
    registry.register(
      reading,
      () => undefined,
      () => {
        throw new Error('bug');
      },
    );
    send(`${P}/sensor/4/data`, '{}');
    expect(counted()).toEqual({ received: 1, malformed: 1, handlerErrors: 1 });
  });
});

describe('subscriptions', () => {
  it('are the registered messages and one level of strays below them', () => {
    expect(bench().registry.subscriptions()).toEqual([
      { topic: 'kaiser/god/esp/+/sensor/+/data', qos: 1 },
      { topic: 'kaiser/god/esp/+/sensor/+/data/+', qos: 0 },
      { topic: 'kaiser/god/esp/+/system/beat', qos: 0 },
    ]);
  });

  it('of the whole catalogue reach every message, and never twice', () => {
    const { log } = memoryLog();
    const registry = new HandlerRegistry('god', newCounters(), log, () => undefined);
    const messages: readonly InboundMessage<unknown>[] = Object.values(inboundMessages);
    for (const message of messages) registry.register(message, () => undefined);
    const subscriptions = registry.subscriptions();
    const matching = (topic: string) =>
      subscriptions.filter((one) => new RegExp(`^${one.topic.replaceAll('+', '[^/]+')}$`).test(topic));
    for (const { path, qos } of messages) {
      const topic = `kaiser/god/esp/ESP_A/${path.replace('+', '18')}`;
      expect([topic, matching(topic).map((one) => one.qos)]).toEqual([topic, [qos]]);
    }
  });
});

describe('countersView', () => {
  it('gives the share of messages that failed', () => {
    expect(countersView(newCounters()).errorRate).toBe(0);
    const counters = {
      ...newCounters(),
      received: 6,
      published: 3,
      publishFailed: 1,
      malformed: 1,
      unparsableTopic: 1,
      handlerErrors: 2,
    };
    expect(countersView(counters)).toEqual({ ...counters, errorRate: 0.5 });
  });
});
