import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { broadcastPayload, devicePayload, poolBytes } from '../../../../src/main/stop/stop-payload-rules';
import { encodePayload } from '../../../../src/shared/wire/encode';
import { broadcastEmergency, deviceEmergency } from '../../../../src/shared/wire/messages/emergency';
import { poolBytes as firmwarePoolBytes } from '../../../fakes/payload-budget';
import { seedOfRun } from '../../../fakes/random';

const correlationId = '6c1e2f80-3b4a-4c5d-8e9f-0a1b2c3d4e5f';
const at = '2026-11-21T12:00:00.000Z';
const commands = ['emergency_stop', 'clear_emergency', 'drill'] as const;
const long = { ascii: 'r'.repeat(300), umlauts: 'ä'.repeat(300), euros: '€'.repeat(300), emoji: '🔥'.repeat(300) };
const tokenOf = (length: number, character = 't') => character.repeat(length);

function bytesToDevice(token: string, reason: string, command: (typeof commands)[number] = 'emergency_stop'): Buffer {
  const encoded = encodePayload(deviceEmergency, devicePayload({ command, correlationId, reason }, token));
  if (!encoded.ok) throw new Error(encoded.error.message);
  return Buffer.from(encoded.value);
}
function bytesToAll(token: string | undefined, reason: string, issuedBy = 'user:operator'): Buffer {
  const encoded = encodePayload(broadcastEmergency, broadcastPayload({ correlationId, reason, issuedBy, at }, token));
  if (!encoded.ok) throw new Error(encoded.error.message);
  return Buffer.from(encoded.value);
}
const reasonOf = (bytes: Buffer) => (JSON.parse(bytes.toString('utf8')) as { reason: string }).reason;

describe('the pool rule', () => {
  it('is the one of the contract: 16 bytes per key, and every distinct text with its end mark', () => {
    const payload = { command: 'x', auth_token: '', reason: 'x', other: '' };
    expect(poolBytes(payload)).toBe(4 * 16 + 8 + 11 + 7 + 6 + 2 + 1);
    expect(poolBytes(payload)).toBe(firmwarePoolBytes(Buffer.from(JSON.stringify(payload))));
  });
});

describe.each(Object.entries(long))('a long reason in %s', (_name, reason) => {
  it.each(Array.from({ length: 65 }, (_, length) => length))('fits beside a token of %i characters', (length) => {
    for (const character of ['t', '"', '\\']) {
      const token = tokenOf(length, character);
      for (const command of commands)
        expect(firmwarePoolBytes(bytesToDevice(token, reason, command))).toBeLessThanOrEqual(256);
      for (const issuedBy of ['user:operator', '€'.repeat(100)])
        expect(firmwarePoolBytes(bytesToAll(length === 0 ? undefined : token, reason, issuedBy))).toBeLessThanOrEqual(
          512,
        );
    }
  });

  it('uses what the pool leaves: one character more would break it', () => {
    for (const length of [0, 1, 32, 64]) {
      const bytes = bytesToDevice(tokenOf(length), reason);
      const longer = {
        ...(JSON.parse(bytes.toString('utf8')) as object),
        reason: `${reasonOf(bytes)}${String.fromCodePoint(reason.codePointAt(0) ?? 0)}`,
      };
      expect(firmwarePoolBytes(Buffer.from(JSON.stringify(longer)))).toBeGreaterThan(256);
    }
  });
});

describe('what is left of a reason for one device', () => {
  it.each([
    [0, 71],
    [32, 39],
    [64, 7],
  ])('with a token of %i characters is %i bytes beside both ids', (length, left) => {
    expect(reasonOf(bytesToDevice(tokenOf(length), long.ascii))).toBe('r'.repeat(left));
  });

  it('is no more than 100 characters in the broadcast, which has room for it', () => {
    expect(reasonOf(bytesToAll(tokenOf(64), long.ascii, 'ä'.repeat(100)))).toBe('r'.repeat(100));
  });
});

describe('any reason, token and name', () => {
  it('makes a stop that keeps its budget and its pool', () => {
    const run = fc.tuple(fc.constantFrom('r', '"', '🔥', '\ud83d', '\u0000', 'ä', '€', '\u2028'), fc.nat({ max: 120 }));
    const runs = fc
      .array(run, { maxLength: 6 })
      .map((parts) => parts.map(([unit, times]) => unit.repeat(times)).join(''));
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 500 }), runs);
    const token = fc.stringMatching(/^[\x21-\x7e]{0,64}$/);
    fc.assert(
      fc.property(text, token, text, fc.constantFrom(...commands), (reason, secret, issuedBy, command) => {
        expect(firmwarePoolBytes(bytesToDevice(secret, reason, command))).toBeLessThanOrEqual(256);
        expect(firmwarePoolBytes(bytesToAll(secret, reason, issuedBy))).toBeLessThanOrEqual(512);
      }),
      { seed: seedOfRun(), numRuns: 300 },
    );
  });
});
