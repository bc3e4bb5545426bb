/*
 * A simulated device without its connection: what it knows, and what it answers (wire contract 2 to 5). Pure; simulated-device.ts has the
 * socket and the timers. The Rust firmware twin will take its place, so nothing but the contract is spoken here.
 */
import { applyCommand, expireOutput, newOutput, type Output } from './actuator-rules';
import { receiveConfig } from './config-rules';
import type { DemoDevicePlan } from './demo-plan';
import { alertMessage, errorMessage, outcomeMessage, statusMessage, text } from './device-messages';
import { finishClear, receiveEmergency, stillStopped } from './emergency-rules';
import { receiveMeasure } from './measure-rules';
import { assignSubzone, removeSubzone, safeSubzone, type PlantSubzone } from './subzone-rules';
import { receiveSystem } from './system-rules';

/** Times are monotonic ms except `nowS` (Unix seconds); `sample` is what a sensor would read now, undefined when nothing is there. */
export type Now = {
  readonly nowS: number;
  readonly ms: number;
  readonly sample?: (gpio: number, type: string) => number | undefined;
};
export type Payload = Readonly<Record<string, unknown>>;
export type Message = { readonly path: string; readonly qos: 0 | 1; readonly payload: Payload };
export type Step = { readonly state: DeviceState; readonly out: readonly Message[] };

export type DeviceState = {
  readonly plan: DemoDevicePlan;
  readonly sensors: DemoDevicePlan['sensors'];
  readonly outputs: readonly Output[];
  /** The registration gate (2.1). */
  readonly isGateOpen: boolean;
  readonly approval: 'unknown' | 'pending' | 'approved' | 'rejected';
  readonly zoneId: string;
  readonly masterZoneId: string;
  readonly subzones: readonly PlantSubzone[];
  readonly epoch: number;
  readonly stoppedAtMs: number | null;
  /** A clear that is under way, and who asked for it. */
  readonly clearing: { readonly endsAtMs: number; readonly request: Payload } | null;
  readonly bootMs: number;
  /** Tells one run from the next: message counters start again with it. */
  readonly bootNumber: number;
  readonly resetReason: 'POWERON' | 'SW';
  /** A reboot that was asked for. */
  readonly rebootAtMs: number | null;
  readonly logLevel: string;
  readonly rssiDbm: number;
  /** What a stop must bring, when it was set. */
  readonly tokens: { readonly esp?: string; readonly broadcast?: string };
};

/** 6.1: ACTUATOR_NOT_FOUND. */
const ACTUATOR_NOT_FOUND = 1052;

/** The state at power-up. `ms` is monotonic. */
export function initialState(plan: DemoDevicePlan, ms: number, bootNumber = 1): DeviceState {
  const outputs = plan.actuatorPlans.map(({ config, initial }): Output => ({
    ...newOutput(config),
    level: initial,
    onSinceMs: initial > 0 ? ms : null,
  }));
  return {
    plan,
    sensors: plan.sensors,
    outputs,
    isGateOpen: false,
    approval: 'unknown',
    zoneId: plan.zoneId ?? '',
    masterZoneId: '',
    subzones: [],
    epoch: 1,
    stoppedAtMs: null,
    clearing: null,
    bootMs: ms,
    bootNumber,
    resetReason: 'POWERON',
    rebootAtMs: null,
    logLevel: 'INFO',
    rssiDbm: rssiOf(plan.id),
    tokens: {},
  };
}

/** A steady signal strength per device, −45 to −74 dBm. */
function rssiOf(id: string): number {
  let sum = 0;
  for (const character of id) sum += character.codePointAt(0) ?? 0;
  return -45 - (sum % 30);
}

/** The state after a reboot that was asked for: what is stored stays, outputs are off, and the gate is closed. Null: it is not due. */
export function rebooted(state: DeviceState, nowMs: number): DeviceState | null {
  if (state.rebootAtMs === null || nowMs < state.rebootAtMs) return null;
  const fresh = initialState(state.plan, nowMs, state.bootNumber + 1);
  const { sensors, zoneId, masterZoneId, subzones, logLevel, tokens } = state;
  const outputs = state.outputs.map(({ config }) => newOutput(config));
  const epoch = state.epoch + 1;
  return { ...fresh, sensors, outputs, zoneId, masterZoneId, subzones, logLevel, tokens, epoch, resetReason: 'SW' };
}

/** Handles one message for this device; `path` is what follows `kaiser/{k}/esp/{id}/`. */
export function receive(state: DeviceState, path: string, payload: Payload, now: Now): Step {
  const command = /^actuator\/(\d+)\/command$/.exec(path);
  if (command) return receiveCommand(state, Number(command[1]), payload, now);
  const measure = /^sensor\/(\d+)\/command$/.exec(path);
  if (measure) return receiveMeasure(state, Number(measure[1]), payload, now);
  switch (path) {
    case 'system/command':
      return receiveSystem(state, payload, now);
    case 'subzone/assign':
      return assignSubzone(state, payload, now);
    case 'subzone/remove':
      return removeSubzone(state, payload, now);
    case 'subzone/safe':
      return safeSubzone(state, payload, now);
    case 'system/heartbeat/ack':
      return receiveAck(state, payload);
    case 'actuator/emergency':
      return receiveEmergency(state, payload, now);
    case 'zone/assign':
      return receiveZone(state, payload, now);
    case 'config':
      return receiveConfig(state, payload, now);
    default:
      return { state, out: [] };
  }
}

/** What has run its time is switched off, and a clear comes to its end. */
export function tick(before: DeviceState, now: Now): Step {
  const { state, out } = finishClear(before, now);
  const ended = state.outputs.map((output) => ({ output, next: expireOutput(output, now.ms) }));
  if (ended.every(({ next }) => next === null)) return { state, out };
  const after: DeviceState = { ...state, outputs: ended.map(({ output, next }) => next ?? output) };
  const told = ended.flatMap(({ output, next }): Message[] => {
    if (!next) return [];
    const status = statusMessage(after, next, now);
    if (output.ending?.why !== 'max_runtime') return [status];
    const alert = { type: 'runtime_protection', message: 'Longest run time reached' };
    return [alertMessage(after, output.config.gpio, alert, now), status];
  });
  return { state: after, out: [...out, ...told] };
}

/** Only a valid acknowledgement opens the gate (2.3, 2.4). */
function receiveAck(state: DeviceState, payload: Payload): Step {
  const epoch = payload['handover_epoch'];
  const status = text(payload['status']);
  if (status === '' || typeof epoch !== 'number' || !Number.isInteger(epoch) || epoch < 1) return { state, out: [] };
  return { state: { ...state, isGateOpen: true, approval: approvalAfter(status) ?? state.approval }, out: [] };
}

function approvalAfter(status: string): DeviceState['approval'] | undefined {
  if (status === 'online' || status === 'approved') return 'approved';
  if (status === 'pending_approval') return 'pending';
  return status === 'rejected' ? 'rejected' : undefined;
}

function receiveCommand(state: DeviceState, gpio: number, payload: Payload, now: Now): Step {
  const said = (outcome: string, code: string) => outcomeMessage(payload, { outcome, code }, now);
  const answer = (isSuccess: boolean, message: string) =>
    responseMessage(state, { gpio, payload, isSuccess, message }, now);
  if (state.approval !== 'approved') {
    const refused = answer(false, 'Rejected before execution (reason_code=PENDING_APPROVAL)');
    return { state, out: [said('rejected', 'PENDING_APPROVAL_BLOCKED'), refused] };
  }
  const accepted = said('accepted', 'COMMAND_ACCEPTED');
  const output = state.outputs.find(({ config }) => config.gpio === gpio && config.active);
  if (!output) {
    const error = { code: ACTUATOR_NOT_FOUND, category: 'HARDWARE', message: `No actuator on pin ${gpio}` };
    const refused = answer(false, 'Actuator not found (1052)');
    return { state, out: [accepted, refused, errorMessage(state, error, now), said('failed', 'EXECUTE_FAIL')] };
  }
  const { duration, value } = payload;
  const order = {
    command: text(payload['command']),
    value: typeof value === 'number' ? value : undefined,
    durationS: typeof duration === 'number' ? duration : 0,
    issuedBy: text(payload['issued_by']),
  };
  const result = applyCommand(output, order, now.ms);
  const next = { ...state, outputs: state.outputs.map((one) => (one === output ? result.output : one)) };
  const end = result.isSuccess ? said('applied', 'NONE') : said('failed', 'EXECUTE_FAIL');
  const alerts = output.isStopped ? [stillStopped(next, gpio, now)] : [];
  const told = [
    accepted,
    answer(result.isSuccess, result.message),
    ...alerts,
    statusMessage(next, result.output, now),
    end,
  ];
  return { state: next, out: told };
}

/** Result of a command (1.18). */
function responseMessage(
  state: DeviceState,
  { gpio, payload, isSuccess, message }: { gpio: number; payload: Payload; isSuccess: boolean; message: string },
  now: Now,
): Message {
  const answer = {
    esp_id: state.plan.id,
    zone_id: state.zoneId,
    ts: now.nowS,
    gpio,
    command: text(payload['command']),
    value: Number(payload['value'] ?? 0),
    duration: Number(payload['duration'] ?? 0),
    success: isSuccess,
    message,
    correlation_id: text(payload['correlation_id']),
    issued_by: text(payload['issued_by']),
  };
  return { path: `actuator/${gpio}/response`, qos: 1, payload: answer };
}

function receiveZone(state: DeviceState, payload: Payload, now: Now): Step {
  const zoneId = text(payload['zone_id']);
  const masterZoneId = text(payload['master_zone_id']);
  const ack = {
    esp_id: state.plan.id,
    status: zoneId === '' ? 'zone_removed' : 'zone_assigned',
    zone_id: zoneId,
    master_zone_id: masterZoneId,
    ts: now.nowS,
    correlation_id: text(payload['correlation_id']),
  };
  const subzones = zoneId === '' ? [] : state.subzones; // leaving the zone dissolves them (4.4)
  return { state: { ...state, zoneId, masterZoneId, subzones }, out: [{ path: 'zone/ack', qos: 1, payload: ack }] };
}
