import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outboundMessages } from '../../../../src/shared/wire/catalogue';
import { encodePayload, poolBytesOf, utf8Bytes } from '../../../../src/shared/wire/encode';
import type { OutboundMessage } from '../../../../src/shared/wire/message';
import { poolBytes as poolBytesOfText } from '../../../fakes/payload-budget';
import { seedOfRun } from '../../../fakes/random';

type Filled = (filler: string) => Record<string, unknown>;
type Name = keyof typeof outboundMessages;

const uuid = '6c1e2f80-3b4a-4c5d-8e9f-0a1b2c3d4e5f';
const ids = { correlation_id: uuid, intent_id: uuid };
const timestamp = 1_777_013_300;
const subzone = { subzone_id: 'bed_a', timestamp, correlation_id: '€'.repeat(63) };

/** For each message: a legal payload that grows with a filler, the pool of section 0.5, and whether the filler is ASCII (else 3 bytes). */
const pooled: [Name, number, Filled][] = [
  ['heartbeatAck', 256, (error) => ({ status: 'error', handover_epoch: 1, server_time: timestamp, error })],
  ['deviceEmergency', 256, (reason) => ({ command: 'emergency_stop', auth_token: '', reason, ...ids })],
  [
    'broadcastEmergency',
    512,
    (reason) => ({ command: 'emergency_stop', reason, issued_by: 'user:a', timestamp: '2026-05-02T10:00:00Z', ...ids }),
  ],
  ['systemCommand', 256, (id) => ({ command: 'status', correlation_id: id, intent_id: uuid, timestamp })],
  [
    'sensorCommand',
    384,
    (id) => ({
      command: 'measure',
      request_id: id,
      timeout_ms: 5000,
      correlation_id: '€'.repeat(20),
      intent_id: uuid,
      timestamp,
    }),
  ],
  [
    'zoneAssign',
    512,
    (name) => ({
      zone_id: 'z'.repeat(32),
      master_zone_id: 'm'.repeat(32),
      zone_name: name,
      kaiser_id: 'k'.repeat(63),
      correlation_id: uuid,
      timestamp,
    }),
  ],
  [
    'subzoneAssign',
    1024,
    (name) => ({
      ...subzone,
      subzone_id: 'ü'.repeat(32),
      subzone_name: name,
      parent_zone_id: '€'.repeat(32),
      assigned_gpios: Array.from({ length: 20 }, (_, index) => index + 1),
      safe_mode_active: false,
    }),
  ],
  ['subzoneRemove', 256, (reason) => ({ ...subzone, correlation_id: uuid, reason })],
  ['subzoneSafe', 512, (reason) => ({ ...subzone, subzone_id: '€'.repeat(32), action: 'disable', reason })],
];

/** A text of so many bytes in few characters, so that the limits of the schema do not come first. */
function textOf(bytes: number): string {
  return '€'.repeat(Math.floor(bytes / 3)) + 'a'.repeat(bytes % 3);
}

const messageOf = (name: Name) => outboundMessages[name] as OutboundMessage<unknown>;

describe('poolBytesOf', () => {
  it.each([
    ['nothing', {}, 0],
    ['a number', { pin: 4 }, 16 + 4],
    ['a text', { pin: 'four' }, 16 + 4 + 5],
    ['a text twice', { a: 'same', b: 'same' }, 32 + 2 + 2 + 5],
    ['a text that is also a key', { a: 'a' }, 16 + 2],
    ['an array', { pins: [4, 5] }, 16 + 5 + 32],
    ['objects in an array', { rules: [{ pin: 4 }, { pin: 5 }] }, 16 + 6 + 2 * 16 + 2 * 16 + 4],
    ['null', { pin: null }, 16 + 4],
    ['a member that JSON leaves out', { pin: 4, level: undefined }, 16 + 4],
    ['letters of several bytes', { a: 'ä€' }, 16 + 2 + 6],
  ])('counts %s', (_name, payload, bytes) => {
    expect(poolBytesOf(payload)).toBe(bytes);
  });

  it('agrees with the count of the tests for every payload', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (payload) => {
        const text = JSON.stringify(payload);
        return poolBytesOf(JSON.parse(text)) === poolBytesOfText(Buffer.from(text));
      }),
      { seed: seedOfRun(), numRuns: 300 },
    );
  });
});

describe('the pools of stock firmware', () => {
  it.each(pooled)(
    '%s fits exactly into its %i bytes, and one byte more is refused with the sizes',
    (name, limit, filled) => {
      const message = messageOf(name);
      const room = limit - poolBytesOf(filled('x')) + 1;
      const fitting = encodePayload(message, filled(textOf(room)));
      expect(fitting.ok && poolBytesOfText(Buffer.from(fitting.value))).toBe(limit);

      const tooBig = filled(textOf(room + 1));
      expect(encodePayload(message, tooBig)).toEqual({
        ok: false,
        error: {
          code: 'too_large',
          message: `${message.name} needs ${limit + 1} bytes of the device's memory; it has ${limit}. Shorten it or split it.`,
          retryable: false,
          details: {
            sizeBytes: utf8Bytes(JSON.stringify(tooBig)),
            maxBytes: message.maxBytes,
            poolBytes: limit + 1,
            maxPoolBytes: limit,
          },
        },
      });
    },
  );

  it('are checked for every message but the actuator command, which the device searches as text', () => {
    const without = Object.entries(outboundMessages).filter(([, { poolBytes }]) => poolBytes === undefined);
    expect(without.map(([name]) => name)).toEqual(['actuatorCommand']);
    expect(outboundMessages.configPush.poolBytes).toBe(7680);
  });
});

describe('the text of a message', () => {
  const command = (issuedBy: string, id: string) => ({
    command: 'ON',
    value: 1,
    duration: 0,
    timestamp,
    issued_by: issuedBy,
    correlation_id: id,
    intent_id: uuid,
  });

  it('of an actuator command is at most 510 bytes: the device reads 511 with the end mark', () => {
    const message = messageOf('actuatorCommand');
    const room = message.maxBytes - utf8Bytes(JSON.stringify(command('€'.repeat(64), '')));
    const fitting = encodePayload(message, command('€'.repeat(64), textOf(room)));
    const refused = encodePayload(message, command('€'.repeat(64), textOf(room + 1)));
    expect(fitting.ok && Buffer.byteLength(fitting.value)).toBe(510);
    expect(refused.ok ? undefined : refused.error.details).toEqual({ sizeBytes: 511, maxBytes: 510 });
  });

  it('of an actuator command never shows the device a second key within a name', () => {
    const encoded = encodePayload(messageOf('actuatorCommand'), command('user:"command":"OFF","value":1', uuid));
    const text = encoded.ok ? encoded.value : '';
    expect(text.match(/"command":/g)).toHaveLength(1);
    expect(text.match(/"value":/g)).toHaveLength(1);
  });

  it('of a configuration is at most 4000 bytes', () => {
    const config = (reason: string) => ({
      sensors: Array.from({ length: 19 }, (_, gpio) => ({ gpio, sensor_type: 'ds18b20', sensor_name: 'n'.repeat(32) })),
      ...ids,
      request_id: 'r'.repeat(36),
      generation: 1_777_013_500_123,
      reason_code: reason,
      timestamp,
    });
    const message = messageOf('configPush');
    const sizeOf = (payload: unknown) => utf8Bytes(JSON.stringify(message.schema.parse(payload)));
    const room = 4000 - sizeOf(config(''));
    const fitting = encodePayload(message, config(textOf(room)));
    const refused = encodePayload(message, config(textOf(room + 1)));
    expect(fitting.ok && Buffer.byteLength(fitting.value)).toBe(4000);
    expect(refused.ok ? undefined : refused.error.details).toMatchObject({ sizeBytes: 4001, maxBytes: 4000 });
  });
});

describe('messages that must always fit', () => {
  it.each(['online', 'approved', 'pending_approval', 'rejected'])('a heartbeat acknowledgement "%s"', (status) => {
    const payload = { status, handover_epoch: 4_294_967_295, server_time: timestamp };
    expect(encodePayload(messageOf('heartbeatAck'), payload).ok).toBe(true);
  });

  it('a heartbeat acknowledgement with the longest refusal in ASCII', () => {
    const payload = { status: 'error', handover_epoch: 1, server_time: timestamp, error: 'e'.repeat(66) };
    expect(encodePayload(messageOf('heartbeatAck'), payload).ok).toBe(true);
  });

  it.each(['factory_reset', 'onewire/scan', 'exit_safe_mode', 'diagnostics', 'reboot', 'identify', 'set_log_level'])(
    'the maintenance command %s',
    (name) => {
      const payload = { command: name, confirm: true, pin: 15, ...ids, timestamp };
      expect(encodePayload(messageOf('systemCommand'), payload).ok).toBe(true);
    },
  );

  it('a measurement with three different ids', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(36));
    const payload = {
      command: 'measure',
      request_id: a,
      timeout_ms: 60_000,
      correlation_id: b,
      intent_id: c,
      timestamp,
    };
    expect(encodePayload(messageOf('sensorCommand'), payload).ok).toBe(true);
  });
});
