import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stopReason } from '../../../../src/main/stop/stop-state';
import { encodePayload, utf8Bytes } from '../../../../src/shared/wire/encode';
import { broadcastEmergency, deviceEmergency } from '../../../../src/shared/wire/messages/emergency';
import { poolBytes } from '../../../fakes/payload-budget';
import { seedOfRun } from '../../../fakes/random';
import { readVectors } from '../../shared/wire/vector-files';

type ReasonVector = {
  readonly name: string;
  readonly reason: string;
  readonly device: string;
  readonly broadcast: string;
};
const { vectors } = readVectors('stop-reasons.json') as { vectors: ReasonVector[] };

/** What is left of a reason for one device, and in the broadcast. */
const DEVICE_BYTES = 60;
const BROADCAST_BYTES = 160;
const uuid = '6c1e2f80-3b4a-4c5d-8e9f-0a1b2c3d4e5f';
const ids = { correlation_id: uuid, intent_id: uuid };

const toDevice = (reason: string) =>
  encodePayload(deviceEmergency, {
    command: 'clear_emergency',
    auth_token: '',
    reason: stopReason(reason, DEVICE_BYTES, utf8Bytes),
    ...ids,
  });
const toAll = (reason: string) =>
  encodePayload(broadcastEmergency, {
    command: 'emergency_stop',
    reason: stopReason(reason, BROADCAST_BYTES, utf8Bytes),
    issued_by: 'user:operator',
    timestamp: '2026-11-21T12:00:00.000Z',
    ...ids,
  });

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

  it('leaves no reason with which a stop could break its budget or its pool', () => {
    const run = fc.tuple(fc.constantFrom('r', '"', '🔥', '\ud83d', '\u0000', 'ä', '€', '\u2028'), fc.nat({ max: 120 }));
    const runs = fc
      .array(run, { maxLength: 6 })
      .map((parts) => parts.map(([unit, times]) => unit.repeat(times)).join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 500 }), runs), (reason) => {
        const device = toDevice(reason);
        const broadcast = toAll(reason);
        if (!device.ok || !broadcast.ok) throw new Error('a stop must always fit');
        expect(poolBytes(Buffer.from(device.value))).toBeLessThanOrEqual(256);
        expect(poolBytes(Buffer.from(broadcast.value))).toBeLessThanOrEqual(512);
      }),
      { seed: seedOfRun(), numRuns: 300 },
    );
  });
});
