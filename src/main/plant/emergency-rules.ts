import { clearOutput, stopOutput } from './actuator-rules';
import { alertMessage, errorMessage, outcomeMessage, statusMessage, text } from './device-messages';
import type { DeviceState, Message, Now, Payload, Step } from './device-state';

/** A clear is refused this soon after the stop (wire contract 3.7.1). */
const CLEAR_AFTER_MS = 5_000;
/** Between the clear and the confirmation, ms (3.7.1: "2 s pause"). */
const CLEAR_TAKES_MS = 2_000;
/** Alerts for the device as a whole (1.20). */
const DEVICE_WIDE = 255;
/** 6.1: MQTT_PAYLOAD_INVALID; every mismatch on the broadcast logs it. */
const PAYLOAD_INVALID = 3016;
/** 6.1: an emergency message with a wrong token; it has no name. */
const WRONG_TOKEN = 3500;

const STOP_ALERT = { type: 'emergency_stop', message: 'Emergency stop activated' };
const words = new Set(['emergency_stop', 'stop_all']);

/** Stop or clear of this device (3.7.1); works in every state, approved or not. */
export function receiveEmergency(state: DeviceState, payload: Payload, now: Now): Step {
  if (isRefused(state.tokens.esp, payload)) return unauthorized(state, payload, now);
  if (payload['command'] === 'drill' && state.plan.capabilities.includes('drill')) return drill(state, payload, now);
  if (payload['command'] === 'emergency_stop') return stopAddressed(state, payload, now);
  if (payload['command'] === 'clear_emergency') return clear(state, payload, now);
  return { state, out: [outcomeMessage(payload, { outcome: 'rejected', code: 'VALIDATION_FAIL' }, now)] };
}

/** A token that was set must come along (3.7.1). */
function isRefused(token: string | undefined, payload: Payload): boolean {
  return token !== undefined && payload['auth_token'] !== token;
}

function unauthorized(state: DeviceState, payload: Payload, now: Now): Step {
  const message = 'Emergency command with a wrong token';
  return {
    state,
    out: [
      errorMessage(state, { code: WRONG_TOKEN, category: 'SAFETY', message }, now),
      { path: 'actuator/emergency/error', qos: 1, payload: { error: 'unauthorized', message } },
      outcomeMessage(payload, { outcome: 'rejected', code: 'UNAUTHORIZED', reason: message }, now),
    ],
  };
}

/** The way of a stop without the stop (our extensions): answered like one, and no output changes. */
function drill(state: DeviceState, payload: Payload, now: Now): Step {
  return { state, out: [ackMessage(state, payload, { command: 'drill', drill: true }, now)] };
}

function ackMessage(state: DeviceState, request: Payload, about: Payload, now: Now): Message {
  const payload = {
    ts: now.nowS,
    esp_id: state.plan.id,
    correlation_id: text(request['correlation_id']),
    ...about,
    gpio_count: state.outputs.length,
    outcome: 'executed',
  };
  return { path: 'actuator/emergency/ack', qos: 1, payload };
}

function stopAddressed(state: DeviceState, payload: Payload, now: Now): Step {
  const stopped = stopAll(state, now);
  const ack = ackMessage(state, payload, { command: 'emergency_stop' }, now);
  const end = outcomeMessage(payload, { outcome: 'applied', code: 'EMERGENCY_STOP_TRIGGERED' }, now);
  return { state: stopped.state, out: [ack, ...stopped.out, end] };
}

function clear(state: DeviceState, payload: Payload, now: Now): Step {
  if (state.stoppedAtMs !== null && now.ms - state.stoppedAtMs < CLEAR_AFTER_MS) {
    const message = 'Stop is younger than 5 s';
    return {
      state,
      out: [
        alertMessage(state, DEVICE_WIDE, { type: 'verification_failed', message }, now),
        { path: 'actuator/emergency/error', qos: 1, payload: { error: 'clear_failed', message } },
        outcomeMessage(payload, { outcome: 'failed', code: 'EMERGENCY_CLEAR_REJECTED', reason: message }, now),
      ],
    };
  }
  const next: DeviceState = { ...state, clearing: { endsAtMs: now.ms + CLEAR_TAKES_MS, request: payload } };
  return { state: next, out: next.outputs.map((output) => statusMessage(next, output, now)) };
}

/** Ends a clear when its pause is over. Outputs stay off. */
export function finishClear(state: DeviceState, now: Now): Step {
  if (!state.clearing || now.ms < state.clearing.endsAtMs) return { state, out: [] };
  const { request } = state.clearing;
  const next: DeviceState = { ...state, clearing: null, stoppedAtMs: null, outputs: state.outputs.map(clearOutput) };
  const confirm = {
    ts: now.nowS,
    esp_id: state.plan.id,
    correlation_id: text(request['correlation_id']),
    command: 'clear_emergency',
    state: 'cleared',
  };
  return {
    state: next,
    out: [
      {
        path: 'actuator/emergency/response',
        qos: 1,
        payload: { status: 'emergency_cleared', timestamp: Math.round(now.ms) },
      },
      outcomeMessage(request, { outcome: 'applied', code: 'EMERGENCY_CLEAR_APPLIED' }, now),
      { path: 'actuator/recovery_confirm', qos: 1, payload: confirm },
      ...next.outputs.map((output) => statusMessage(next, output, now)),
    ],
  };
}

type Mismatch = { readonly isStop: boolean; readonly detail: string };

/** The decision table of 3.7.2 for a payload that is an object; null = a valid stop. */
export function broadcastMismatch(payload: Payload): Mismatch | null {
  const isWrong = (key: string) => Object.hasOwn(payload, key) && typeof payload[key] !== 'string';
  if (isWrong('command')) return { isStop: true, detail: 'FIELD_TYPE_COMMAND' };
  if (isWrong('action')) return { isStop: false, detail: 'FIELD_TYPE_ACTION' };
  if (isWrong('auth_token')) return { isStop: true, detail: 'FIELD_TYPE_AUTH_TOKEN' };
  for (const key of ['reason', 'issued_by', 'timestamp']) {
    if (isWrong(key)) return { isStop: false, detail: `FIELD_TYPE_${key.toUpperCase()}` };
  }
  const { command, action } = payload;
  if (command !== undefined && action !== undefined && command !== action)
    return { isStop: true, detail: 'CONFLICTING_COMMAND_FIELDS' };
  const word = text(command ?? action);
  if (word === '') return { isStop: false, detail: 'MISSING_COMMAND_FIELD' };
  return words.has(word) ? null : { isStop: false, detail: 'UNKNOWN_COMMAND_VALUE' };
}

/** Stop of all devices (3.7.2). It has no acknowledgement of its own; outcome, alerts and states tell. `null`: not a JSON object. */
export function receiveBroadcast(state: DeviceState, payload: Payload | null, now: Now): Step {
  if (payload === null)
    return { state, out: [outcomeMessage({}, { outcome: 'failed', code: 'EMERGENCY_PARSE_ERROR' }, now)] };
  const mismatch = broadcastMismatch(payload);
  if (!mismatch && isRefused(state.tokens.broadcast, payload)) {
    const message = 'Emergency broadcast with a wrong token';
    const error = errorMessage(state, { code: WRONG_TOKEN, category: 'SAFETY', message }, now);
    const end = { outcome: 'rejected', code: 'UNAUTHORIZED', reason: message };
    return { state, out: [error, outcomeMessage(payload, end, now)] };
  }
  if (!mismatch) {
    const stopped = stopAll(state, now);
    const end = outcomeMessage(payload, { outcome: 'applied', code: 'BROADCAST_EMERGENCY_STOP_TRIGGERED' }, now);
    return { state: stopped.state, out: [...stopped.out, end] };
  }
  const { isStop, detail } = mismatch;
  const stopped = isStop ? stopAll(state, now) : { state, out: [] };
  const error = { code: PAYLOAD_INVALID, category: 'COMMUNICATION', message: `Emergency broadcast: ${detail}` };
  const end = outcomeMessage(payload, { outcome: 'failed', code: 'EMERGENCY_CONTRACT_MISMATCH', reason: detail }, now);
  return { state: stopped.state, out: [...stopped.out, errorMessage(state, error, now), end] };
}

/** All outputs off and latched; each says so by alert and status. */
export function stopAll(state: DeviceState, now: Now): Step {
  const outputs = state.outputs.map((output) => stopOutput(output, now.ms));
  const next: DeviceState = { ...state, stoppedAtMs: now.ms, clearing: null, outputs };
  const out = outputs.flatMap((output) => [
    alertMessage(next, output.config.gpio, STOP_ALERT, now),
    statusMessage(next, output, now),
  ]);
  return { state: next, out };
}

/** What a refused command makes the device say again (3.7.1). */
export function stillStopped(state: DeviceState, gpio: number, now: Now): Message {
  return alertMessage(state, gpio, STOP_ALERT, now);
}
