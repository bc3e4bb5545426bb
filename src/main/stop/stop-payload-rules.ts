import type { z } from 'zod';
import { utf8Bytes } from '../../shared/wire/encode';
import { wireLimits } from '../../shared/wire/limits';
import { broadcastEmergency, deviceEmergency } from '../../shared/wire/messages/emergency';
import { stopReason } from './stop-state';

export type DeviceEmergency = z.infer<typeof deviceEmergency.schema>;
export type BroadcastEmergency = z.infer<typeof broadcastEmergency.schema>;

/** Pool cost of one key (wire contract 0.5). */
const SLOT_BYTES = 16;
/** UTF-8 bytes of the operator's name in the broadcast. */
const ISSUER_BYTES = 64;

/** Bytes that a flat payload of texts costs in the parse pool of stock firmware: 16 per key, and every distinct text with its end mark. */
export function poolBytes(payload: Readonly<Record<string, string>>): number {
  const texts = new Set([...Object.keys(payload), ...Object.values(payload)]);
  const strings = [...texts].reduce((sum, text) => sum + utf8Bytes(text) + 1, 0);
  return Object.keys(payload).length * SLOT_BYTES + strings;
}

/** What the pool and the text leave for a reason, in UTF-8 bytes; `payload` is the message without it. */
function reasonRoom(payload: Readonly<Record<string, string>>, pool: number, maxBytes: number): number {
  const key = SLOT_BYTES + utf8Bytes('reason') + 1;
  const poolRoom = pool - poolBytes(payload) - key - 1; // the reason's own end mark
  const textRoom = maxBytes - utf8Bytes(JSON.stringify({ ...payload, reason: '' }));
  return Math.max(0, Math.min(poolRoom, textRoom));
}

/** Message to one device (1.21). The reason is cut to what the 256-byte pool leaves beside the token and both ids. */
export function devicePayload(
  { command, correlationId, reason }: { command: DeviceEmergency['command']; correlationId: string; reason: string },
  token: string,
): DeviceEmergency {
  const ids = { correlation_id: correlationId, intent_id: correlationId };
  const head = { command, auth_token: token };
  const room = reasonRoom({ ...head, ...ids }, wireLimits.emergencyBytes, deviceEmergency.maxBytes);
  return { ...head, reason: stopReason(reason, room, utf8Bytes), ...ids };
}

/** Message to all devices (1.23): texts only, and the reason is cut to what the 512-byte pool leaves. */
export function broadcastPayload(
  order: { correlationId: string; reason: string; issuedBy: string; at: string },
  token: string | undefined,
): BroadcastEmergency {
  const { correlationId, reason, issuedBy, at } = order;
  const head = { command: 'emergency_stop' as const, ...(token !== undefined && { auth_token: token }) };
  const rest = {
    issued_by: stopReason(issuedBy, ISSUER_BYTES, utf8Bytes),
    timestamp: at,
    correlation_id: correlationId,
    intent_id: correlationId,
  };
  const room = reasonRoom({ ...head, ...rest }, wireLimits.broadcastEmergencyBytes, broadcastEmergency.maxBytes);
  return { ...head, reason: stopReason(reason, room, utf8Bytes), ...rest };
}
