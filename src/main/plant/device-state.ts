import type { DemoDevicePlan } from './demo-plan';
import { applyCommand, clearOutput, expireOutput, runtimeOf, stopOutput, type Output } from './actuator-rules';

/** A simulated device without its connection: state, and what it answers. Times in monotonic ms except `nowS` (Unix seconds). */
export type DeviceState = {
  readonly plan: DemoDevicePlan;
  readonly outputs: readonly Output[];
  readonly isGateOpen: boolean;
  readonly approval: 'unknown' | 'pending' | 'approved' | 'rejected';
  readonly zoneId: string;
  readonly masterZoneId: string;
  readonly epoch: number;
  readonly stoppedAtMs: number | null;
  readonly sensors: DemoDevicePlan['sensors'];
  readonly bootMs: number;
};

export type Message = {
  readonly path: string;
  readonly qos: 0 | 1;
  readonly payload: Readonly<Record<string, unknown>>;
};
export type Step = { readonly state: DeviceState; readonly out: readonly Message[] };
export type Now = { readonly nowS: number; readonly ms: number };

/** A clear is refused this soon after the stop (wire contract 3.7.1). */
const CLEAR_AFTER_MS = 5_000;
const PWM_FULL_SCALE = 255;

export function initialState(plan: DemoDevicePlan, ms: number): DeviceState {
  const outputs = plan.actuatorPlans.map(({ config, initial }): Output => ({
    config,
    level: initial,
    isStopped: false,
    source: 'firmware:boot',
    offAtMs: null,
    onSinceMs: initial > 0 ? ms : null,
    runtimeMs: 0,
  }));
  return {
    plan,
    outputs,
    isGateOpen: false,
    approval: 'unknown',
    zoneId: plan.zoneId ?? '',
    masterZoneId: '',
    epoch: 1,
    stoppedAtMs: null,
    sensors: plan.sensors,
    bootMs: ms,
  };
}

/** Status of one output (wire contract 1.19). */
export function statusMessage(state: DeviceState, output: Output, now: Now): Message {
  const { gpio, actuator_type: type } = output.config;
  const payload = {
    esp_id: state.plan.id,
    zone_id: state.zoneId,
    subzone_id: '',
    ts: now.nowS,
    gpio,
    type,
    state: output.level > 0,
    pwm: Math.round(output.level * PWM_FULL_SCALE),
    runtime_ms: Math.round(runtimeOf(output, now.ms)),
    emergency: output.isStopped ? 'active' : 'normal',
    command_source: output.source,
  };
  return { path: `actuator/${gpio}/status`, qos: 1, payload };
}

/** Heartbeat (wire contract 1.2). */
export function heartbeatMessage(state: DeviceState, now: Now, rssiDbm: number): Message {
  const { plan, zoneId, masterZoneId, outputs, sensors } = state;
  const payload = {
    esp_id: plan.id,
    zone_id: zoneId,
    master_zone_id: masterZoneId,
    zone_assigned: zoneId !== '',
    ts: now.nowS,
    time_valid: true,
    boot_sequence_id: `${plan.id}-b1-r1`,
    reset_reason: 'POWERON',
    uptime: Math.floor((now.ms - state.bootMs) / 1000),
    heap_free: 151_000,
    wifi_rssi: rssiDbm,
    sensor_count: sensors.length,
    actuator_count: outputs.length,
    active_handover_epoch: 0,
    persistence_degraded: false,
    runtime_state_degraded: false,
    network_degraded: false,
    config_status: {
      wifi_configured: true,
      zone_assigned: zoneId !== '',
      system_configured: true,
      subzone_count: 0,
      boot_count: 1,
      state: state.approval === 'approved' ? 9 : 10,
    },
    firmware_version: 'demo',
    hardware_type: 'simulated',
    capabilities: ['zone_free_commands'],
  };
  return { path: 'system/heartbeat', qos: 0, payload };
}

/** Handles one message for this device; `path` is what follows `kaiser/{k}/esp/{id}/`. */
export function receive(state: DeviceState, path: string, payload: Readonly<Record<string, unknown>>, now: Now): Step {
  const command = /^actuator\/(\d+)\/command$/.exec(path);
  if (command) return receiveCommand(state, Number(command[1]), payload, now);
  switch (path) {
    case 'system/heartbeat/ack':
      return receiveAck(state, payload);
    case 'actuator/emergency':
      return receiveEmergency(state, payload, now);
    case 'zone/assign':
      return receiveZone(state, payload, now);
    case 'config':
      return receiveConfig(state, payload);
    default:
      return { state, out: [] };
  }
}

/** Stops everything on the broadcast (3.7.2); it is not acknowledged, the alerts and states tell. */
export function receiveBroadcast(state: DeviceState, payload: Readonly<Record<string, unknown>>, now: Now): Step {
  const word = payload['command'] ?? payload['action'];
  return word === 'emergency_stop' || word === 'stop_all' ? stopAll(state, now) : { state, out: [] };
}

/** What ran its time is switched off. */
export function tick(state: DeviceState, now: Now): Step {
  const out: Message[] = [];
  const outputs = state.outputs.map((output) => expireOutput(output, now.ms) ?? output);
  const next = { ...state, outputs };
  outputs.forEach((output, index) => {
    if (output !== state.outputs[index]) out.push(statusMessage(next, output, now));
  });
  return { state: next, out };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function receiveAck(state: DeviceState, payload: Readonly<Record<string, unknown>>): Step {
  const epoch = payload['handover_epoch'];
  if (typeof epoch !== 'number' || !Number.isInteger(epoch) || epoch < 1) return { state, out: [] };
  const approvals = {
    online: 'approved',
    approved: 'approved',
    pending_approval: 'pending',
    rejected: 'rejected',
  } as const;
  const status = text(payload['status']) as keyof typeof approvals;
  return { state: { ...state, isGateOpen: true, approval: approvals[status] ?? state.approval }, out: [] };
}

function receiveCommand(state: DeviceState, gpio: number, payload: Readonly<Record<string, unknown>>, now: Now): Step {
  const id = text(payload['correlation_id']);
  const common = {
    esp_id: state.plan.id,
    zone_id: state.zoneId,
    ts: now.nowS,
    gpio,
    command: text(payload['command']),
    value: Number(payload['value'] ?? 0),
    duration: Number(payload['duration'] ?? 0),
  };
  const answer = (isSuccess: boolean, message: string): Message => ({
    path: `actuator/${gpio}/response`,
    qos: 1,
    payload: { ...common, success: isSuccess, message, correlation_id: id, issued_by: text(payload['issued_by']) },
  });
  if (state.approval !== 'approved') {
    return {
      state,
      out: [
        outcome(id, 'rejected', 'PENDING_APPROVAL_BLOCKED', now),
        answer(false, 'Rejected before execution (reason_code=PENDING_APPROVAL)'),
      ],
    };
  }
  const accepted = outcome(id, 'accepted', 'COMMAND_ACCEPTED', now);
  const output = state.outputs.find(({ config }) => config.gpio === gpio);
  if (!output)
    return {
      state,
      out: [accepted, answer(false, 'Actuator not found (1052)'), outcome(id, 'failed', 'EXECUTE_FAIL', now)],
    };
  const value = typeof payload['value'] === 'number' ? payload['value'] : undefined;
  const result = applyCommand(
    output,
    { command: common.command, value, durationS: common.duration, issuedBy: text(payload['issued_by']) },
    now.ms,
  );
  const next = { ...state, outputs: state.outputs.map((one) => (one === output ? result.output : one)) };
  const end = result.isSuccess ? outcome(id, 'applied', 'NONE', now) : outcome(id, 'failed', 'EXECUTE_FAIL', now);
  return {
    state: next,
    out: [accepted, answer(result.isSuccess, result.message), statusMessage(next, result.output, now), end],
  };
}

function outcome(id: string, word: string, code: string, now: Now): Message {
  return {
    path: 'system/intent_outcome',
    qos: 1,
    payload: {
      flow: 'command',
      intent_id: id,
      correlation_id: id,
      generation: 0,
      outcome: word,
      contract_version: 2,
      code,
      reason: '',
      retryable: false,
      ts: now.nowS,
    },
  };
}

function receiveEmergency(state: DeviceState, payload: Readonly<Record<string, unknown>>, now: Now): Step {
  const id = text(payload['correlation_id']);
  const common = { ts: now.nowS, esp_id: state.plan.id, correlation_id: id };
  if (payload['command'] === 'emergency_stop') {
    const stopped = stopAll(state, now);
    const ack: Message = {
      path: 'actuator/emergency/ack',
      qos: 1,
      payload: { ...common, command: 'emergency_stop', gpio_count: state.outputs.length, outcome: 'executed' },
    };
    return { state: stopped.state, out: [ack, ...stopped.out] };
  }
  if (payload['command'] !== 'clear_emergency')
    return { state, out: [{ ...outcome(id, 'rejected', 'VALIDATION_FAIL', now) }] };
  if (state.stoppedAtMs !== null && now.ms - state.stoppedAtMs < CLEAR_AFTER_MS) {
    return {
      state,
      out: [
        {
          path: 'actuator/emergency/error',
          qos: 1,
          payload: { error: 'clear_failed', message: 'Stop is younger than 5 s' },
        },
      ],
    };
  }
  const next = { ...state, stoppedAtMs: null, outputs: state.outputs.map(clearOutput) };
  const confirm: Message = {
    path: 'actuator/recovery_confirm',
    qos: 1,
    payload: { ...common, command: 'clear_emergency', state: 'cleared' },
  };
  return { state: next, out: [confirm, ...next.outputs.map((output) => statusMessage(next, output, now))] };
}

function stopAll(state: DeviceState, now: Now): Step {
  const next = { ...state, stoppedAtMs: now.ms, outputs: state.outputs.map((output) => stopOutput(output, now.ms)) };
  const out = next.outputs.flatMap((output): Message[] => [
    {
      path: `actuator/${output.config.gpio}/alert`,
      qos: 1,
      payload: {
        esp_id: state.plan.id,
        zone_id: state.zoneId,
        ts: now.nowS,
        gpio: output.config.gpio,
        alert_type: 'emergency_stop',
        message: 'Emergency stop activated',
      },
    },
    statusMessage(next, output, now),
  ]);
  return { state: next, out };
}

function receiveZone(state: DeviceState, payload: Readonly<Record<string, unknown>>, now: Now): Step {
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
  return { state: { ...state, zoneId, masterZoneId }, out: [{ path: 'zone/ack', qos: 1, payload: ack }] };
}

/** The simulated board has its sensors and outputs soldered in: it confirms a push for pins that it has and refuses others. */
function receiveConfig(state: DeviceState, payload: Readonly<Record<string, unknown>>): Step {
  const id = text(payload['correlation_id']);
  const has = new Set([...state.sensors.map(({ gpio }) => gpio), ...state.outputs.map(({ config }) => config.gpio)]);
  const out = (['sensors', 'actuators'] as const).flatMap((section): Message[] => {
    const items = payload[section];
    if (!Array.isArray(items)) return [];
    const foreign = items.filter((item: { gpio?: unknown }) => !has.has(Number(item.gpio)));
    const type = section === 'sensors' ? 'sensor' : 'actuator';
    const isFine = foreign.length === 0;
    return [
      {
        path: 'config_response',
        qos: 1,
        payload: {
          status: isFine ? 'success' : 'error',
          type,
          count: items.length - foreign.length,
          message: isFine ? 'configured' : 'GPIO_CONFLICT: the simulated board has no such pin',
          correlation_id: id,
        },
      },
    ];
  });
  return { state, out };
}
