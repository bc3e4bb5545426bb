import { z } from 'zod';
import { wireLimits } from '../../shared/wire/limits';
import { isUsable } from './board-rules';
import { text } from './device-messages';
import type { DeviceState, Message, Now, Payload, Step } from './device-state';

/** A group of pins as the simulated device keeps it. */
export type PlantSubzone = { readonly id: string; readonly gpios: readonly number[]; readonly isSafe: boolean };

/** 6.1: SUBZONE_CONFIG_SAVE_FAILED, the only code that stock firmware sends for an assignment. */
const ASSIGN_FAILED = 2506;
const LONGEST_ID = 32;
const pinList = z.array(z.int());

/** Assigns pins to a subzone (wire contract 1.28, 4.4). The same id may be assigned again. */
export function assignSubzone(state: DeviceState, payload: Payload, now: Now): Step {
  const id = text(payload['subzone_id']);
  const pins = pinList.safeParse(payload['assigned_gpios']);
  const fault = assignFault(state, { id, parent: text(payload['parent_zone_id']), pins: pins.data });
  if (fault !== null || !pins.data) {
    const error = { status: 'error', error_code: ASSIGN_FAILED, message: fault ?? 'subzone config validation failed' };
    return { state, out: [ackMessage(state, payload, error, now)] };
  }
  const isSafe = payload['safe_mode_active'] !== false; // default true (1.28)
  const others = state.subzones.filter((subzone) => subzone.id !== id);
  const next = { ...state, subzones: [...others, { id, gpios: pins.data, isSafe }] };
  return { state: next, out: [ackMessage(next, payload, { status: 'subzone_assigned' }, now)] };
}

function assignFault(
  { plan, zoneId, subzones }: DeviceState,
  { id, parent, pins }: { id: string; parent: string; pins: readonly number[] | undefined },
): string | null {
  if (id === '' || id.length > LONGEST_ID) return 'subzone_id is required';
  if (zoneId === '') return 'ESP zone not assigned';
  if (parent !== '' && parent !== zoneId) return 'parent_zone_id mismatch';
  const others = subzones.filter((subzone) => subzone.id !== id);
  if (!pins || pins.length === 0 || others.length >= wireLimits.subzonesPerDevice)
    return 'subzone config validation failed';
  const isFree = (gpio: number) => isUsable(plan.board, gpio) && others.every(({ gpios }) => !gpios.includes(gpio));
  return pins.every(isFree) ? null : 'GPIO assignment failed';
}

/** Dissolves a subzone (1.29). */
export function removeSubzone(state: DeviceState, payload: Payload, now: Now): Step {
  const id = text(payload['subzone_id']);
  const subzones = state.subzones.filter((subzone) => subzone.id !== id);
  if (subzones.length === state.subzones.length) return notFound(state, payload, now);
  const next = { ...state, subzones };
  return { state: next, out: [ackMessage(next, payload, { status: 'subzone_removed' }, now)] };
}

/** Safe mode of the free pins (1.30): no acknowledgement when it works, and pins of actuators are never touched. */
export function safeSubzone(state: DeviceState, payload: Payload, now: Now): Step {
  const id = text(payload['subzone_id']);
  const isSafe = payload['action'] === 'enable' || payload['safe_mode'] === true;
  if (!state.subzones.some((subzone) => subzone.id === id)) return notFound(state, payload, now);
  const subzones = state.subzones.map((subzone) => (subzone.id === id ? { ...subzone, isSafe } : subzone));
  return { state: { ...state, subzones }, out: [] };
}

function notFound(state: DeviceState, payload: Payload, now: Now): Step {
  const error = { status: 'error', reason_code: 'SUBZONE_NOT_FOUND', message: 'Subzone not found' };
  return { state, out: [ackMessage(state, payload, error, now)] };
}

function ackMessage({ plan }: DeviceState, request: Payload, answer: Payload, now: Now): Message {
  const id = text(request['subzone_id']);
  const correlationId = text(request['correlation_id']);
  const payload = {
    esp_id: plan.id,
    ...answer,
    subzone_id: id === '' ? 'unknown' : id,
    timestamp: now.nowS,
    correlation_id: correlationId,
  };
  return { path: 'subzone/ack', qos: 1, payload };
}
