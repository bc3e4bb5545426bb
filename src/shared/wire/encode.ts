import { must } from '../domain/assert';
import { failure, success, type Result } from '../domain/result';
import { wireLimits } from './limits';
import type { OutboundMessage } from './message';

/** Bytes of a text in UTF-8 (a lone surrogate counts as its replacement character, 3 bytes). */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = must(character.codePointAt(0), 'a character of a text has a code point');
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/**
 * Memory that stock firmware needs to parse a payload: 16 bytes for each key and each array slot, plus every distinct string (keys and
 * values) with its end mark (wire contract 0.5, measured on ArduinoJson 6). Members that JSON leaves out cost nothing.
 */
export function poolBytesOf(payload: unknown): number {
  const strings = new Set<string>();
  const slots = countSlots(payload, strings);
  let bytes = slots * wireLimits.poolSlotBytes;
  for (const text of strings) bytes += utf8Bytes(text) + 1;
  return bytes;
}

function countSlots(value: unknown, strings: Set<string>): number {
  if (typeof value === 'string') strings.add(value);
  if (typeof value !== 'object' || value === null) return 0;
  let slots = 0;
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (!Array.isArray(value)) strings.add(key);
    slots += 1 + countSlots(member, strings);
  }
  return slots;
}

/**
 * Payload of an outbound message: compact JSON (the device searches for `"key":` without a space), checked by its schema, against its
 * byte budget and against the receiver's parse pool. Fails with `too_large` and the sizes in `details`.
 */
export function encodePayload<T>(message: OutboundMessage<T>, payload: T): Result<string> {
  const checked = message.schema.parse(payload);
  const text = JSON.stringify(checked);
  const { name, maxBytes, poolBytes: maxPoolBytes } = message;
  const sizeBytes = utf8Bytes(text);
  const isPooled = maxPoolBytes !== undefined;
  const poolBytes = poolBytesOf(checked);
  const details = { sizeBytes, maxBytes, ...(isPooled && { poolBytes, maxPoolBytes }) };
  if (sizeBytes > maxBytes) {
    const sentence = `${name} has ${sizeBytes} bytes; the device accepts ${maxBytes}. Shorten it or split it.`;
    return failure('too_large', sentence, { details });
  }
  if (isPooled && poolBytes > maxPoolBytes) {
    const sentence = `${name} needs ${poolBytes} bytes of the device's memory; it has ${maxPoolBytes}. Shorten it or split it.`;
    return failure('too_large', sentence, { details });
  }
  return success(text);
}
