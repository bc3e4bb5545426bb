import { describe, expect, test } from 'vitest';
import { demoDevices } from '../../../../src/main/plant/demo-plan';
import {
  initialState,
  receive,
  type DeviceState,
  type Payload,
  type Step,
} from '../../../../src/main/plant/device-state';
import { configResponse } from '../../../../src/shared/wire/messages/config';

const plan = demoDevices.find(({ id }) => id === 'MOCK_TOMATO_BED') ?? expect.fail('The demo plan lost its beds.');
const now = { nowS: 1_800_000_000, ms: 1_000 };

const push = (sections: Payload, id = 'p1'): Step =>
  receive(initialState(plan, 0), 'config', { ...sections, correlation_id: id, generation: 5 }, now);
const responses = ({ out }: Step) => out.filter(({ path }) => path === 'config_response').map(({ payload }) => payload);
const outcomes = ({ out }: Step) =>
  out
    .filter(({ path }) => path === 'system/intent_outcome')
    .map(({ payload }) => [payload['flow'], payload['outcome'], payload['code']]);
const taken = [
  ['config', 'accepted', 'COMMAND_ACCEPTED'],
  ['config', 'persisted', 'NONE'],
];
const moisture = { gpio: 34, sensor_type: 'moisture', sensor_name: 'Soil' };
const pump = { gpio: 25, actuator_type: 'pump', actuator_name: 'Pump' };
const output = (state: DeviceState) => state.outputs[0] ?? expect.fail('no output');

describe('configuration of a simulated device', () => {
  test('is taken over and answered for each section, accepted first and persisted last', () => {
    const step = push({
      sensors: [{ ...moisture, measurement_interval_seconds: 7 }],
      actuators: [{ ...pump, max_runtime_ms: 5_000 }],
    });
    expect(responses(step)).toEqual([
      { status: 'success', type: 'sensor', count: 1, message: '1 configured, 0 failed', correlation_id: 'p1' },
      { status: 'success', type: 'actuator', count: 1, message: '1 configured', correlation_id: 'p1' },
    ]);
    expect(outcomes(step)).toEqual(taken);
    expect(step.state.sensors.map(({ measurement_interval_seconds: interval }) => interval)).toEqual([7, 5]);
    expect(output(step.state).config.max_runtime_ms).toBe(5_000);
    for (const payload of responses(step)) expect(configResponse.schema.safeParse(payload).success).toBe(true);
  });

  test('with offline rules only gets no section answer, but its end', () => {
    const step = push({ offline_rules: [] });
    expect([responses(step), outcomes(step)]).toEqual([[], taken]);
  });

  test('for pins and parts that the board does not have is refused one by one, and the rest is taken', () => {
    const sensor = (gpio: number, type: string) => ({ gpio, sensor_type: type, sensor_name: '' });
    const step = push({
      sensors: [moisture, sensor(13, 'ph'), sensor(25, 'ph'), sensor(5, 'ph'), sensor(0, 'sht31_temp')],
      actuators: [pump, ...[3, 12, 34, 22, 4].map((gpio) => ({ ...pump, gpio })), { ...pump, actuator_type: 'relay' }],
    });
    const failure = (gpio: number, error: string, code: number, detail: string) => ({
      type: 'sensor',
      gpio,
      error,
      error_code: code,
      detail,
    });
    expect(responses(step)).toMatchObject([
      {
        status: 'partial_success',
        count: 1,
        failed_count: 4,
        failures: [
          failure(13, 'GPIO_CONFLICT', 1002, 'GPIO 13 not usable'),
          failure(25, 'GPIO_CONFLICT', 1002, 'GPIO 25 belongs to an actuator'),
          failure(5, 'CONFIG_FAILED', 1041, 'The simulated board has no ph on pin 5'),
          failure(0, 'CONFIG_FAILED', 1041, 'The simulated board has no sht31_temp on pin 0'),
        ],
      },
      ...(
        [
          [3, 'GPIO 3 not usable'],
          [12, 'GPIO 12 not usable'],
          [34, 'GPIO 34 is input only'],
          [22, 'GPIO 22 belongs to the I2C bus'],
          [4, 'GPIO 4 belongs to a sensor'],
          [25, 'GPIO 25 drives a pump'],
        ] as const
      ).map(([gpio, message]) => ({
        status: 'error',
        type: 'actuator',
        error_code: 'GPIO_CONFLICT',
        message,
        failed_item: { gpio },
      })),
    ]);
    expect(step.state.outputs.map(({ config }) => config.gpio)).toEqual([25]);
    expect(outcomes(step)).toEqual(taken);
  });

  test('sets an actuator up on a free pin, switched off, and held by a stop that is on', () => {
    const relay = { gpio: 5, actuator_type: 'relay', actuator_name: 'New' };
    const step = push({ actuators: [relay, relay] });
    expect(responses(step)).toMatchObject([{ status: 'success', type: 'actuator' }]);
    expect(step.state.outputs[1]).toMatchObject({ config: { gpio: 5 }, level: 0, isStopped: false });
    expect(step.out.filter(({ path }) => path === 'actuator/5/status')).toHaveLength(1);
    const stopped = receive(initialState(plan, 0), 'actuator/emergency', { command: 'emergency_stop' }, now).state;
    const later = receive(stopped, 'config', { actuators: [relay], correlation_id: 'p' }, now).state;
    expect(later.outputs[1]?.isStopped).toBe(true);
  });

  test('of empty sections succeeds with nothing', () => {
    expect(responses(push({ sensors: [], actuators: [] }))).toMatchObject([
      { status: 'success', type: 'sensor', count: 0, message: 'No sensors configured' },
      { status: 'success', type: 'actuator', count: 0, message: 'No actuators configured' },
    ]);
  });

  test('without a correlation id, or with values that are out of range, changes nothing and says so', () => {
    const nameless = push({ actuators: [pump] }, '');
    expect(responses(nameless)).toMatchObject([
      { status: 'error', type: 'system', error_code: 'CONTRACT_MISSING_CORRELATION' },
    ]);
    expect(outcomes(nameless)).toEqual([['config', 'failed', 'CONTRACT_CORRELATION_MISSING']]);
    const wrong = push({ sensors: [{ ...moisture, measurement_interval_seconds: 0 }] });
    expect(outcomes(wrong)).toEqual([['config', 'failed', 'VALIDATION_FAILED']]);
    expect(wrong.state.sensors).toEqual(plan.sensors);
  });

  test('that switches an output inactive turns it off, and commands for it fail', () => {
    const ready = receive(
      initialState(plan, 0),
      'system/heartbeat/ack',
      { status: 'online', handover_epoch: 1 },
      now,
    ).state;
    const running = receive(ready, 'actuator/25/command', { command: 'ON', correlation_id: 'c' }, now).state;
    const step = receive(running, 'config', { actuators: [{ ...pump, active: false }], correlation_id: 'p' }, now);
    expect(output(step.state)).toMatchObject({ level: 0, source: 'firmware:config', isStopped: false });
    expect(step.out.find(({ path }) => path === 'actuator/25/status')?.payload).toMatchObject({ state: false });
    const again = receive(step.state, 'actuator/25/command', { command: 'ON', correlation_id: 'c' }, now);
    expect(again.out.find(({ path }) => path === 'actuator/25/response')?.payload).toMatchObject({ success: false });
  });
});
