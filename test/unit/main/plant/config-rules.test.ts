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

  test('for pins that the board does not have is refused one by one, and the rest is taken', () => {
    const step = push({
      sensors: [moisture, { gpio: 4, sensor_type: 'ph', sensor_name: 'pH' }],
      actuators: [pump, { ...pump, gpio: 5 }],
    });
    expect(responses(step)).toMatchObject([
      {
        status: 'partial_success',
        count: 1,
        failed_count: 1,
        failures: [{ gpio: 4, error: 'GPIO_CONFLICT', error_code: 1002 }],
      },
      { status: 'error', type: 'actuator', failed_item: { gpio: 5 } },
    ]);
    expect(outcomes(step)).toEqual(taken);
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
