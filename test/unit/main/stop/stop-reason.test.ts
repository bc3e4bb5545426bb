import { describe, expect, it } from 'vitest';
import { stopReason } from '../../../../src/main/stop/stop-state';
import { utf8Bytes } from '../../../../src/shared/wire/encode';
import { readVectors } from '../../shared/wire/vector-files';

type ReasonVector = {
  readonly name: string;
  readonly reason: string;
  readonly device: string;
  readonly broadcast: string;
};
const { vectors } = readVectors('stop-reasons.json') as { vectors: ReasonVector[] };

/** Two budgets of the vectors. */
const DEVICE_BYTES = 60;
const BROADCAST_BYTES = 160;

describe('stopReason', () => {
  it.each(vectors)('$name', ({ reason, device, broadcast }) => {
    expect([stopReason(reason, DEVICE_BYTES, utf8Bytes), stopReason(reason, BROADCAST_BYTES, utf8Bytes)]).toEqual([
      device,
      broadcast,
    ]);
  });

  it.each([
    ['half an emoji at the end', 'fire \ud83d', 'fire \ufffd'],
    ['half an emoji within', 'a\udd25b', 'a\ufffdb'],
    ['nothing but halves', '\ud83d'.repeat(100), '\ufffd'.repeat(20)],
  ])('%s becomes a replacement character, because JSON would double its size', (_name, reason, expected) => {
    expect(stopReason(reason, DEVICE_BYTES, utf8Bytes)).toBe(expected);
  });
});
