import { failure, success, type Result } from '../domain/result';
import type { OutboundMessage } from './message';

/** Bytes of a text in UTF-8 (a lone surrogate counts as its replacement character, 3 bytes). */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/**
 * Payload of an outbound message: compact JSON (the device searches for `"key":` without a space), checked by its schema and against
 * its byte budget. Fails with `too_large` and both sizes in `details`.
 */
export function encodePayload<T>(message: OutboundMessage<T>, payload: T): Result<string> {
  const text = JSON.stringify(message.schema.parse(payload));
  const sizeBytes = utf8Bytes(text);
  if (sizeBytes <= message.maxBytes) return success(text);
  return failure(
    'too_large',
    `${message.name} has ${sizeBytes} bytes; the device accepts ${message.maxBytes}. Shorten it or split it.`,
    {
      details: { sizeBytes, maxBytes: message.maxBytes },
    },
  );
}
