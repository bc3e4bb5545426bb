import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newCounters } from '../../../../src/main/link/counters';
import { HandlerRegistry, type Malformed } from '../../../../src/main/link/handler-registry';
import { inboundMessages } from '../../../../src/shared/wire/catalogue';
import type { InboundMessage, RawPayload } from '../../../../src/shared/wire/message';
import { bytesOf, readVectors, vectorFiles, type InboundFile, type InboundVector } from './vector-files';

const catalogue: readonly InboundMessage<unknown>[] = Object.values(inboundMessages);

/** What the console makes of one message, from topic and bytes. */
function receive(
  message: InboundMessage<unknown>,
  vector: InboundVector,
): { payload?: unknown; malformed?: Malformed } {
  const result: { payload?: unknown; malformed?: Malformed } = {};
  const registry = new HandlerRegistry('god', newCounters(), pino({ level: 'silent' }), (malformed) => {
    result.malformed = malformed;
  });
  registry.register(message, ({ payload }) => {
    result.payload = payload;
  });
  registry.dispatch({ topic: vector.topic, payload: bytesOf(vector), isRetained: false, isRedelivered: false });
  return result;
}

const rawOf = (vector: InboundVector): RawPayload =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(bytesOf(vector).toString()));

describe.each(vectorFiles('device-to-console'))('%s', (fileName) => {
  const { message: name, path, qos, vectors } = readVectors(fileName) as InboundFile;
  const message = catalogue.find((candidate) => candidate.path === path);

  it('names a message of the catalogue with its QoS', () => {
    expect({ name: message?.name, qos: message?.qos }).toEqual({ name, qos });
  });

  it.each(vectors)('$name', (vector) => {
    if (!message) throw new Error(`${path} is not in the catalogue`);
    const { payload, malformed } = receive(message, vector);
    if (vector.malformed === undefined) {
      expect(malformed).toBeUndefined();
      expect(payload).toEqual(vector.expected);
      const violations = message.review(payload, rawOf(vector));
      expect(violations.filter(({ code, field }) => code === '' || field === '')).toEqual([]);
      expect(violations.map(({ code }) => code)).toEqual(vector.violations ?? []);
    } else {
      expect(payload).toBeUndefined();
      expect(malformed?.reason).toContain(vector.malformed);
    }
  });
});

describe('the vectors of devices', () => {
  it('cover every inbound message of the catalogue', () => {
    const covered = vectorFiles('device-to-console').map((name) => (readVectors(name) as InboundFile).path);
    expect(covered.toSorted()).toEqual(catalogue.map(({ path }) => path).toSorted());
  });
});
