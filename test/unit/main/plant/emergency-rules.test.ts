import { describe, expect, test } from 'vitest';
import { demoDevices } from '../../../../src/main/plant/demo-plan';
import {
  initialState,
  receive,
  tick,
  type DeviceState,
  type Payload,
  type Step,
} from '../../../../src/main/plant/device-state';
import { receiveBroadcast } from '../../../../src/main/plant/emergency-rules';

const plan = demoDevices.find(({ id }) => id === 'MOCK_FISH_PUMPS') ?? expect.fail('The demo plan lost its pumps.');
const at = (ms: number) => ({ nowS: 1_800_000_000 + Math.floor(ms / 1000), ms });

/** Both outputs of this device run from the start. */
const fresh = (): DeviceState => initialState(plan, 0);
const approved = (): DeviceState =>
  receive(fresh(), 'system/heartbeat/ack', { status: 'online', handover_epoch: 1 }, at(0)).state;

const order = (command: string, id = 's1'): Payload => ({ command, reason: 'test', correlation_id: id, intent_id: id });
const emergency = (state: DeviceState, command: string, ms: number): Step =>
  receive(state, 'actuator/emergency', order(command), at(ms));
const told = ({ out }: Step) =>
  out.map(({ path, payload }) => [
    path,
    payload['code'] ?? payload['alert_type'] ?? payload['emergency'] ?? payload['error'] ?? null,
  ]);
const levels = (state: DeviceState) => state.outputs.map(({ level }) => level);

describe('stop of one simulated device', () => {
  test('works before the device is registered, switches all off, and is confirmed with its correlation id', () => {
    const stopped = emergency(fresh(), 'emergency_stop', 2_000);
    expect(levels(stopped.state)).toEqual([0, 0]);
    expect(told(stopped)).toEqual([
      ['actuator/emergency/ack', null],
      ['actuator/25/alert', 'emergency_stop'],
      ['actuator/25/status', 'active'],
      ['actuator/26/alert', 'emergency_stop'],
      ['actuator/26/status', 'active'],
      ['system/intent_outcome', 'EMERGENCY_STOP_TRIGGERED'],
    ]);
    expect(stopped.out[0]?.payload).toMatchObject({ correlation_id: 's1', gpio_count: 2, outcome: 'executed' });
  });

  test('then refuses every command, also OFF, and says alert and state again', () => {
    const { state } = emergency(approved(), 'emergency_stop', 0);
    const off = receive(state, 'actuator/25/command', { command: 'OFF', correlation_id: 'c' }, at(1_000));
    expect(told(off)).toEqual([
      ['system/intent_outcome', 'COMMAND_ACCEPTED'],
      ['actuator/25/response', null],
      ['actuator/25/alert', 'emergency_stop'],
      ['actuator/25/status', 'active'],
      ['system/intent_outcome', 'EXECUTE_FAIL'],
    ]);
    expect(off.out[1]?.payload).toMatchObject({
      success: false,
      message: 'Actuator in emergency stop state. Clear emergency first.',
    });
  });

  test('cannot be cleared within five seconds', () => {
    const { state } = emergency(approved(), 'emergency_stop', 1_000);
    const early = emergency(state, 'clear_emergency', 5_999);
    expect(told(early)).toEqual([
      ['actuator/255/alert', 'verification_failed'],
      ['actuator/emergency/error', 'clear_failed'],
      ['system/intent_outcome', 'EMERGENCY_CLEAR_REJECTED'],
    ]);
    expect(early.state).toBe(state);
  });

  test('is cleared after five seconds with a pause of two, and leaves everything off', () => {
    const { state } = emergency(approved(), 'emergency_stop', 1_000);
    const begun = emergency(state, 'clear_emergency', 6_000);
    expect(told(begun)).toEqual([
      ['actuator/25/status', 'clearing'],
      ['actuator/26/status', 'clearing'],
    ]);
    expect(
      receive(begun.state, 'actuator/25/command', { command: 'ON', correlation_id: 'c' }, at(7_000)).out[1]?.payload,
    ).toMatchObject({ success: false });
    expect(tick(begun.state, at(7_999)).out).toEqual([]);
    const cleared = tick(begun.state, at(8_000));
    expect(told(cleared)).toEqual([
      ['actuator/emergency/response', null],
      ['system/intent_outcome', 'EMERGENCY_CLEAR_APPLIED'],
      ['actuator/recovery_confirm', null],
      ['actuator/25/status', 'normal'],
      ['actuator/26/status', 'normal'],
    ]);
    expect(cleared.out[2]?.payload).toMatchObject({
      correlation_id: 's1',
      command: 'clear_emergency',
      state: 'cleared',
    });
    expect(levels(cleared.state)).toEqual([0, 0]);
    expect(
      levels(receive(cleared.state, 'actuator/25/command', { command: 'ON', correlation_id: 'c' }, at(9_000)).state),
    ).toEqual([1, 0]);
  });

  test('a second stop ends a clear that is under way', () => {
    const clearing = emergency(emergency(approved(), 'emergency_stop', 0).state, 'clear_emergency', 5_000).state;
    const again = emergency(clearing, 'emergency_stop', 6_000);
    expect(tick(again.state, at(60_000)).out).toEqual([]);
    expect(again.state.outputs.every(({ isStopped }) => isStopped)).toBe(true);
  });

  test('clearing twice, or without a stop, is harmless', () => {
    const begun = emergency(approved(), 'clear_emergency', 0);
    const cleared = tick(begun.state, at(2_000));
    expect(told(cleared)).toContainEqual(['actuator/recovery_confirm', null]);
    expect(levels(cleared.state)).toEqual([1, 1]);
  });

  test('an unknown or missing command stops nothing', () => {
    for (const command of ['stop', '']) {
      const step = emergency(approved(), command, 0);
      expect(told(step)).toEqual([['system/intent_outcome', 'VALIDATION_FAIL']]);
      expect(levels(step.state)).toEqual([1, 1]);
    }
  });
});

describe('a drill', () => {
  test('is answered with its id as a drill, in every state, and switches nothing', () => {
    for (const state of [fresh(), approved()]) {
      const step = emergency(state, 'drill', 1_000);
      expect(step.state).toBe(state);
      expect(step.out).toMatchObject([
        { path: 'actuator/emergency/ack', payload: { command: 'drill', drill: true, correlation_id: 's1' } },
      ]);
    }
  });

  test('is refused by a device that does not announce it, and still switches nothing', () => {
    const older = { ...approved(), plan: { ...plan, capabilities: ['reboot'] } };
    const step = emergency(older, 'drill', 1_000);
    expect([step.state === older, told(step)]).toEqual([true, [['system/intent_outcome', 'VALIDATION_FAIL']]]);
  });

  test('is announced by all demo devices but two', () => {
    expect(demoDevices.filter(({ capabilities }) => !capabilities.includes('drill'))).toHaveLength(2);
  });
});

describe('a stop token that was set', () => {
  const locked = (): DeviceState => ({ ...approved(), tokens: { esp: 'right', broadcast: 'loud' } });

  test.for(['emergency_stop', 'clear_emergency', 'drill'])('must come with %s', (command) => {
    for (const token of ['wrong', '', undefined]) {
      const step = receive(locked(), 'actuator/emergency', { ...order(command), auth_token: token }, at(0));
      expect(
        step.out.map(({ path, payload }) => [path, payload['error_code'] ?? payload['error'] ?? payload['code']]),
      ).toEqual([
        ['system/error', 3500],
        ['actuator/emergency/error', 'unauthorized'],
        ['system/intent_outcome', 'UNAUTHORIZED'],
      ]);
      expect(levels(step.state)).toEqual([1, 1]);
    }
    const right = receive(locked(), 'actuator/emergency', { ...order(command), auth_token: 'right' }, at(0));
    expect(right.out.some(({ payload }) => payload['code'] === 'UNAUTHORIZED')).toBe(false);
  });

  test('must come with the broadcast, each with its own', () => {
    const stop = (token: string) => receiveBroadcast(locked(), { command: 'emergency_stop', auth_token: token }, at(0));
    expect([levels(stop('right').state), stop('right').out.at(-1)?.payload['code']]).toEqual([[1, 1], 'UNAUTHORIZED']);
    expect(levels(stop('loud').state)).toEqual([0, 0]);
  });
});

/** The decision table of the contract, 3.7.2. */
const table: readonly (readonly [
  name: string,
  payload: Payload | null,
  isStop: boolean,
  code: string,
  detail?: string,
])[] = [
  [
    'a stop',
    { command: 'emergency_stop', reason: 'x', issued_by: 'mira', timestamp: '2026' },
    true,
    'BROADCAST_EMERGENCY_STOP_TRIGGERED',
  ],
  ['a stop of all', { command: 'stop_all' }, true, 'BROADCAST_EMERGENCY_STOP_TRIGGERED'],
  ['the old name', { action: 'stop_all' }, true, 'BROADCAST_EMERGENCY_STOP_TRIGGERED'],
  ['both names alike', { command: 'stop_all', action: 'stop_all' }, true, 'BROADCAST_EMERGENCY_STOP_TRIGGERED'],
  ['other keys of any type', { command: 'stop_all', devices_stopped: 3 }, true, 'BROADCAST_EMERGENCY_STOP_TRIGGERED'],
  ['no JSON object', null, false, 'EMERGENCY_PARSE_ERROR'],
  ['a command that is no text', { command: 1 }, true, 'EMERGENCY_CONTRACT_MISMATCH', 'FIELD_TYPE_COMMAND'],
  [
    'a token that is no text',
    { command: 'emergency_stop', auth_token: 7 },
    true,
    'EMERGENCY_CONTRACT_MISMATCH',
    'FIELD_TYPE_AUTH_TOKEN',
  ],
  [
    'two names that differ',
    { command: 'emergency_stop', action: 'stop_all' },
    true,
    'EMERGENCY_CONTRACT_MISMATCH',
    'CONFLICTING_COMMAND_FIELDS',
  ],
  ['an action that is no text', { action: true }, false, 'EMERGENCY_CONTRACT_MISMATCH', 'FIELD_TYPE_ACTION'],
  [
    'a reason that is no text',
    { command: 'stop_all', reason: 1 },
    false,
    'EMERGENCY_CONTRACT_MISMATCH',
    'FIELD_TYPE_REASON',
  ],
  [
    'an issuer that is no text',
    { command: 'stop_all', issued_by: {} },
    false,
    'EMERGENCY_CONTRACT_MISMATCH',
    'FIELD_TYPE_ISSUED_BY',
  ],
  [
    'a time that is no text',
    { command: 'stop_all', timestamp: 1 },
    false,
    'EMERGENCY_CONTRACT_MISMATCH',
    'FIELD_TYPE_TIMESTAMP',
  ],
  ['nothing', {}, false, 'EMERGENCY_CONTRACT_MISMATCH', 'MISSING_COMMAND_FIELD'],
  ['an empty command', { command: '' }, false, 'EMERGENCY_CONTRACT_MISMATCH', 'MISSING_COMMAND_FIELD'],
  ['a clear', { command: 'clear_emergency' }, false, 'EMERGENCY_CONTRACT_MISMATCH', 'UNKNOWN_COMMAND_VALUE'],
  ['another case', { command: 'STOP_ALL' }, false, 'EMERGENCY_CONTRACT_MISMATCH', 'UNKNOWN_COMMAND_VALUE'],
];

describe('stop of all devices', () => {
  test.for(table)('%s', ([, payload, isStop, code, detail]) => {
    const step = receiveBroadcast(approved(), payload, at(0));
    expect(levels(step.state)).toEqual(isStop ? [0, 0] : [1, 1]);
    expect(step.out.at(-1)).toMatchObject({ path: 'system/intent_outcome', payload: { code, reason: detail ?? '' } });
    expect(step.out.some(({ path }) => path === 'actuator/emergency/ack')).toBe(false);
    const errors = step.out
      .filter(({ path }) => path === 'system/error')
      .map(({ payload: error }) => error['error_code']);
    expect(errors).toEqual(detail === undefined ? [] : [3016]);
  });
});
