/*
 * Payloads as no decent device sends them: valid ones of the contract with one or more faults in them, and bytes that are no JSON at all.
 * Every choice comes from the seeded random numbers that are passed in.
 */
import {
  actuatorStatusPayload,
  alertPayload,
  announcePayload,
  heartbeatPayload,
  outcomePayload,
  responsePayload,
  sensorPayload,
  unixSeconds,
  willPayload,
  zoneAckPayload,
} from './device-payloads';
import type { JsonObject } from './message-log';
import type { Random } from './random';
import { must } from './wait';

export const pick = <T>(random: Random, list: readonly T[]): T =>
  must(list[Math.floor(random() * list.length)], 'a choice');

const correlationId = '00000000-0000-4000-8000-000000000000';

/** A valid payload for the last part of a topic, as a device sends it. */
export function validPayload(id: string, path: string, seq: number): JsonObject {
  const facts = { id, zoneId: 'tent_1', seq };
  const ack = { ts: unixSeconds(), esp_id: id, correlation_id: correlationId, seq };
  const known: Readonly<Record<string, () => JsonObject>> = {
    'session/announce': () => announcePayload(id, 1 + (seq % 9)),
    'system/heartbeat': () => heartbeatPayload(id, 'tent_1'),
    'system/will': () => willPayload(id),
    'system/intent_outcome': () =>
      outcomePayload(
        seq,
        { correlation_id: correlationId },
        { flow: 'command', outcome: 'applied', code: 'NONE', reason: '' },
      ),
    'system/error': () => ({
      error_code: 1011,
      severity: 2,
      category: 'HARDWARE',
      message: 'no answer',
      ts: unixSeconds(),
    }),
    'system/diagnostics': () => ({
      ts: 12_420,
      esp_id: id,
      heap_free: 150_112,
      wifi_rssi: -60,
      mqtt_cb_state: 'CLOSED',
    }),
    'system/queue_pressure': () => ({ event: 'entered_pressure', fill_level: 6, threshold: 6, ts: unixSeconds() }),
    'system/intent_outcome/lifecycle': () => ({
      event_type: 'exited_config_pending',
      schema: 'config_pending_lifecycle_v1',
      ts: unixSeconds(),
    }),
    'system/command/response': () => ({ ...ack, command: 'status', success: true }),
    'actuator/+/status': () => actuatorStatusPayload(facts, 18, { state: true, pwm: 255 }),
    'actuator/+/response': () => responsePayload(facts, 18, { command: 'ON', correlation_id: correlationId }),
    'actuator/+/alert': () => alertPayload(facts, 18, 'emergency_stop', 'stopped'),
    'actuator/emergency/ack': () => ({ ...ack, command: 'emergency_stop', gpio_count: 2, outcome: 'executed' }),
    'actuator/recovery_confirm': () => ({ ...ack, command: 'clear_emergency', state: 'cleared' }),
    'zone/ack': () => zoneAckPayload(facts, { correlation_id: correlationId }),
    'subzone/ack': () => ({ ...ack, status: 'subzone_assigned', subzone_id: 'bed_a', timestamp: unixSeconds() }),
    config_response: () => ({
      seq,
      status: 'partial_success',
      type: 'sensor',
      count: 1,
      failed_count: 1,
      failures: [{ type: 'sensor', gpio: 4, error_code: 1002, error: 'GPIO_CONFLICT', detail: '' }],
      correlation_id: correlationId,
    }),
    'onewire/scan_result': () => ({
      devices: [{ rom_code: '28FF4A1B2C3D4E5F', device_type: 'DS18B20', pin: 4 }],
      found_count: 1,
      seq,
    }),
  };
  return known[path]?.() ?? sensorPayload(facts, 4, 'ds18b20', 400);
}

/** Values as JSON text, so that also those are sent that no JSON.stringify writes. */
const hostileValues: readonly ((random: Random) => string)[] = [
  () => '1e999',
  () => '-1e308',
  () => '9007199254740993',
  () => '1.7976931348623157e308',
  () => '-0',
  () => '""',
  () => '"zzz"',
  () => 'null',
  () => 'true',
  () => '[]',
  () => '{}',
  () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  () => '"\\ud800"',
  () => '"\\u0000"',
  () => '"__proto__"',
  () => '"constructor"',
  () => '"toString"',
  (random) => String(Math.floor((random() - 0.5) * 2 ** 40)),
  (random) => `"${'x'.repeat(Math.floor(random() ** 4 * 20_000))}"`,
  (random) => {
    const depth = 1 + Math.floor(random() ** 4 * 5_000);
    return '['.repeat(depth) + ']'.repeat(depth);
  },
];

type Field = readonly [key: string, json: string];

const mutations: readonly ((fields: Field[], random: Random) => void)[] = [
  (fields, random) => replace(fields, random),
  (fields, random) => {
    for (let count = 0; count < 3; count += 1) replace(fields, random);
  },
  (fields, random) => void fields.splice(Math.floor(random() * fields.length), 1),
  (fields, random) => void fields.push(['__proto__', pick(random, hostileValues)(random)]),
  (fields, random) => void fields.push(['constructor', pick(random, hostileValues)(random)]),
  (fields, random) => void fields.push([pick(random, fields)[0], pick(random, hostileValues)(random)]), // a key twice
  (fields, random) => {
    for (let count = 0; count < 200; count += 1) fields.push([`extra_${count}`, String(random())]);
  },
];

function replace(fields: Field[], random: Random): void {
  const index = Math.floor(random() * fields.length);
  fields[index] = [fields[index]?.[0] ?? 'x', pick(random, hostileValues)(random)];
}

const notJson: readonly ((text: string, random: Random) => Buffer)[] = [
  (text, random) => Buffer.from(text.slice(0, Math.floor(random() * text.length))),
  (text, random) => flipped(Buffer.from(text), random),
  (_text, random) => Buffer.from(Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256))),
  (text) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
  (text) => Buffer.from(text, 'utf16le'),
  (text) => Buffer.from(`[${text},${text}]`),
  () => Buffer.from('['.repeat(50_000)),
  () => Buffer.from('"text"'),
  () => Buffer.from('NaN'),
  () => Buffer.alloc(0),
];

function flipped(bytes: Buffer, random: Random): Buffer {
  for (let count = 0; count < 3; count += 1) {
    const index = Math.floor(random() * bytes.length);
    bytes[index] = (bytes[index] ?? 0) ^ (1 << Math.floor(random() * 8));
  }
  return bytes;
}

/** One hostile payload for this topic path. */
export function hostilePayload(id: string, path: string, seq: number, random: Random): Buffer {
  const fields = Object.entries(validPayload(id, path, seq)).map(([key, value]): Field => [
    key,
    JSON.stringify(value ?? null),
  ]);
  if (random() < 0.2) return pick(random, notJson)(text(fields), random);
  pick(random, mutations)(fields, random);
  return Buffer.from(text(fields));
}

const text = (fields: readonly Field[]): string =>
  `{${fields.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
