import { z } from 'zod';
import { clearOutput } from './actuator-rules';
import { isUsable, oneWirePin } from './board-rules';
import { HEAP_FREE_BYTES, HEAP_MIN_BYTES, outcomeMessage, stateNumber, statusMessage, text } from './device-messages';
import type { DeviceState, Message, Now, Payload, Step } from './device-state';
import { stopAll } from './emergency-rules';
import { romOf } from './rom-rules';

/** Commands that a device takes while it waits for approval (wire contract 3.3). */
const ALLOWED_WHILE_PENDING = new Set(['status', 'diagnostics', 'get_config', 'set_log_level', 'safe_mode']);
const LOG_LEVELS = new Set(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']);
/** Between the answer and the reboot when nobody says otherwise, ms. */
const REBOOT_AFTER_MS = 1_000;
/** How long `identify` blinks when nobody says otherwise, seconds. */
const IDENTIFY_S = 10;
const tokenSchema = z.string().min(1).max(64);
const notInDemo = 'A device of the demo plant cannot do that; try it on a real one.';

type Answer = {
  readonly isSuccess: boolean;
  readonly fields: Payload;
  readonly state?: DeviceState;
  readonly out?: readonly Message[];
};
type Command = (state: DeviceState, payload: Payload, now: Now) => Answer;

const done = (fields: Payload, more: Partial<Pick<Answer, 'state' | 'out'>> = {}): Answer => ({
  isSuccess: true,
  fields,
  ...more,
});
const failed = (error: string, fields: Payload = {}): Answer => ({ isSuccess: false, fields: { error, ...fields } });

/** What a device does for maintenance, by name (1.12 and our extensions). To add one: one line here. */
const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['status', (state, _payload, now) => done({ ...countsOf(state), ...liveness(state, now) })],
  ['diagnostics', (state, _payload, now) => done({ ...countsOf(state), ...liveness(state, now), ...chipOf(state) })],
  [
    'get_config',
    (state) => done({ ...countsOf(state), master_zone_id: state.masterZoneId, sensors: [], actuators: [] }),
  ],
  ['set_log_level', setLogLevel],
  ['safe_mode', safeMode],
  ['exit_safe_mode', exitSafeMode],
  ['onewire/scan', scan],
  ['set_emergency_token', setToken],
  ['reboot', reboot],
  [
    'identify',
    (_state, payload) => done({ seconds: numberOf(payload, 'seconds') ?? IDENTIFY_S, message: 'The LED blinks' }),
  ],
  ['factory_reset', () => failed(notInDemo)],
]);

/** Maintenance command; every answer carries the id of its request. */
export function receiveSystem(state: DeviceState, payload: Payload, now: Now): Step {
  const name = text(payload['command']);
  const command = commands.get(name);
  const isAllowed = state.approval === 'approved' || ALLOWED_WHILE_PENDING.has(name);
  if (command && !isAllowed) {
    const code = 'PENDING_APPROVAL_BLOCKED';
    const refused = failed(code, { reason_code: 'PENDING_APPROVAL', state: 'CONFIG_PENDING_AFTER_RESET' });
    const outcome = outcomeMessage(payload, { outcome: 'rejected', code }, now);
    return { state, out: [outcome, responseMessage(state, payload, refused, now)] };
  }
  const answer = command ? command(state, payload, now) : failed('Unknown command');
  const out = [...(answer.out ?? []), responseMessage(state, payload, answer, now)];
  return { state: answer.state ?? state, out };
}

function responseMessage({ plan }: DeviceState, request: Payload, { isSuccess, fields }: Answer, now: Now): Message {
  const payload = {
    command: text(request['command']),
    success: isSuccess,
    esp_id: plan.id,
    ...fields,
    ts: now.nowS,
    correlation_id: text(request['correlation_id']),
  };
  return { path: 'system/command/response', qos: 1, payload };
}

/** A parameter at the top level or in `params` (1.12). */
function paramOf(payload: Payload, key: string): unknown {
  const { params } = payload;
  const inner = typeof params === 'object' && params !== null ? (params as Payload)[key] : undefined;
  return payload[key] ?? inner;
}

function numberOf(payload: Payload, key: string): number | undefined {
  const value = paramOf(payload, key);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

function countsOf({ sensors, outputs, zoneId, plan }: DeviceState): Payload {
  return {
    sensor_count: sensors.filter(({ active }) => active).length,
    actuator_count: outputs.filter(({ config }) => config.active).length,
    zone_id: zoneId,
    zone_assigned: zoneId !== '',
    hardware_type: plan.board,
  };
}

function liveness(state: DeviceState, now: Now): Payload {
  const uptime = Math.floor((now.ms - state.bootMs) / 1000);
  return { state: stateNumber(state), uptime, heap_free: HEAP_FREE_BYTES, wifi_rssi: state.rssiDbm };
}

function chipOf({ plan, bootNumber, masterZoneId, logLevel }: DeviceState): Payload {
  return {
    heap_min: HEAP_MIN_BYTES,
    chip_model: plan.board === 'esp32' ? 'ESP32' : 'ESP32-C3',
    chip_revision: plan.board === 'esp32' ? 3 : 4,
    flash_size: 4_194_304,
    sdk_version: 'demo',
    master_zone_id: masterZoneId,
    boot_count: bootNumber,
    log_level: logLevel,
  };
}

function setLogLevel(state: DeviceState, payload: Payload): Answer {
  const level = text(paramOf(payload, 'level'));
  if (!LOG_LEVELS.has(level)) return failed('Invalid log level', { requested_level: level });
  return done({ level, persisted: true, message: 'Log level set' }, { state: { ...state, logLevel: level } });
}

/** An emergency stop of all outputs (1.12). */
function safeMode(state: DeviceState, _payload: Payload, now: Now): Answer {
  return done({ message: 'Safe mode: all actuators stopped' }, stopAll(state, now));
}

function exitSafeMode(state: DeviceState, _payload: Payload, now: Now): Answer {
  const next: DeviceState = { ...state, stoppedAtMs: null, clearing: null, outputs: state.outputs.map(clearOutput) };
  return done(
    { message: 'Safe mode left' },
    { state: next, out: next.outputs.map((output) => statusMessage(next, output, now)) },
  );
}

/** What is on the 1-Wire bus: the sensors of the plan that sit there (1.33). */
function scan(state: DeviceState, payload: Payload): Answer {
  const { plan } = state;
  const pin = numberOf(payload, 'pin') ?? oneWirePin(plan.board);
  if (!isUsable(plan.board, pin)) return failed(`GPIO ${pin} not usable`, { pin });
  const devices = plan.sensors
    .filter(({ gpio, sensor_type: type }) => gpio === pin && type === 'ds18b20')
    .map((_sensor, index) => ({ rom_code: romOf(plan.id, index), device_type: 'DS18B20', pin }));
  const found = { devices, found_count: devices.length };
  return done({ pin, ...found }, { out: [{ path: 'onewire/scan_result', qos: 1, payload: found }] });
}

/** From now on a stop needs this token (3.7.1, 3.7.2). */
function setToken(state: DeviceState, payload: Payload): Answer {
  const type = text(paramOf(payload, 'token_type')) || 'esp';
  const token = tokenSchema.safeParse(paramOf(payload, 'token'));
  if (!token.success || (type !== 'esp' && type !== 'broadcast')) return failed('Invalid token', { token_type: type });
  const tokens = { ...state.tokens, [type]: token.data };
  return done({ token_type: type, message: 'Token stored' }, { state: { ...state, tokens } });
}

function reboot(state: DeviceState, payload: Payload, now: Now): Answer {
  const delayMs = numberOf(payload, 'delay_ms') ?? REBOOT_AFTER_MS;
  return done({ delay_ms: delayMs, message: 'Rebooting' }, { state: { ...state, rebootAtMs: now.ms + delayMs } });
}
