import { describe, expect, it } from 'vitest';
import { controllerStatus, outboundMessages } from '../../../../src/shared/wire/catalogue';
import { encodePayload, utf8Bytes } from '../../../../src/shared/wire/encode';
import type { OutboundMessage } from '../../../../src/shared/wire/message';
import { keysWithSpaceBeforeColon } from '../../../fakes/payload-budget';
import { readVectors, vectorFiles, type OutboundFile, type OutboundVector } from './vector-files';

const catalogue: readonly OutboundMessage<unknown>[] = [
  ...(Object.values(outboundMessages) as OutboundMessage<unknown>[]),
  controllerStatus,
];

function encode(message: OutboundMessage<unknown>, { payload }: OutboundVector): { text?: string; refused?: string } {
  const checked = message.schema.safeParse(payload);
  if (!checked.success) {
    const { path, message: text } = checked.error.issues[0] ?? { path: [], message: '' };
    return { refused: `${path.join('.')}: ${text}` };
  }
  const encoded = encodePayload(message, payload);
  return encoded.ok ? { text: encoded.value } : { refused: encoded.error.code };
}

describe.each(vectorFiles('console-to-device'))('%s', (fileName) => {
  const { message: name, qos, maxBytes, vectors } = readVectors(fileName) as OutboundFile;
  const message = catalogue.find((candidate) => candidate.name === name);

  it('names a message of the catalogue with its QoS and its budget', () => {
    expect({ qos: message?.qos, maxBytes: message?.maxBytes }).toEqual({ qos, maxBytes });
  });

  it.each(vectors)('$name', (vector) => {
    if (!message) throw new Error(`${name} is not in the catalogue`);
    const { text, refused } = encode(message, vector);
    if (vector.refused === undefined) {
      expect({ text, sizeBytes: utf8Bytes(text ?? '') }).toEqual({ text: vector.text, sizeBytes: vector.sizeBytes });
      expect(utf8Bytes(text ?? '')).toBeLessThanOrEqual(maxBytes);
      expect(keysWithSpaceBeforeColon(Buffer.from(text ?? ''))).toEqual([]);
    } else {
      expect(text).toBeUndefined();
      expect(refused).toContain(vector.refused);
    }
  });
});

describe('the vectors of the console', () => {
  it('cover every outbound message of the catalogue', () => {
    const covered = vectorFiles('console-to-device').map((name) => (readVectors(name) as OutboundFile).message);
    expect(new Set(covered)).toEqual(new Set(catalogue.map((message) => message.name)));
  });
});
