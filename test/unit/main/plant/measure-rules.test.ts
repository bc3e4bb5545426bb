import { describe, expect, test } from 'vitest';
import { demoDevices } from '../../../../src/main/plant/demo-plan';
import {
  initialState,
  receive,
  type DeviceState,
  type Payload,
  type Step,
} from '../../../../src/main/plant/device-state';
import { sensorResponse } from '../../../../src/shared/wire/messages/command-response';
import { sensorData } from '../../../../src/shared/wire/messages/sensor-data';

const plan = demoDevices.find(({ id }) => id === 'MOCK_TOMATO_AIR') ?? expect.fail('The demo plan lost its air.');
const now = {
  nowS: 1_800_000_000,
  ms: 1_000,
  sample: (gpio: number, type: string) => (gpio === 0 ? (type === 'sht31_temp' ? 26_214 : 32_768) : undefined),
};
const approved = (): DeviceState =>
  receive(initialState(plan, 0), 'system/heartbeat/ack', { status: 'online', handover_epoch: 1 }, now).state;
const measure = (gpio: number, payload: Payload = {}, state = approved()): Step => {
  const request = { command: 'measure', request_id: 'r1', correlation_id: 'r1', intent_id: 'r1', ...payload };
  return receive(state, `sensor/${gpio}/command`, request, now);
};
const told = ({ out }: Step) =>
  out.map(({ path, payload }) => [path, payload['code'] ?? payload['reason_code'] ?? payload['raw']]);

describe('measure now', () => {
  test('is accepted, measured, answered and applied; every value of the pin is sent', () => {
    const step = measure(0);
    expect(told(step)).toEqual([
      ['system/intent_outcome', 'COMMAND_ACCEPTED'],
      ['sensor/0/data', 26_214],
      ['sensor/0/data', 32_768],
      ['sensor/0/response', 'NONE'],
      ['system/intent_outcome', 'NONE'],
    ]);
    expect(step.out[3]?.payload).toMatchObject({
      request_id: 'r1',
      correlation_id: 'r1',
      gpio: 0,
      success: true,
      measurement_ok: true,
      publish_ok: true,
      timeout: false,
      quality: 'good',
      sensor_type: 'sht31_temp',
      raw: 26_214,
    });
    expect(sensorResponse.schema.safeParse(step.out[3]?.payload).success).toBe(true);
    expect(sensorData.schema.safeParse(step.out[1]?.payload).success).toBe(true);
  });

  test('without a request id gets no answer but its end', () => {
    expect(told(measure(0, { request_id: undefined })).map(([path]) => path)).not.toContain('sensor/0/response');
  });

  const switched = (change: Payload): DeviceState => {
    const state = approved();
    return { ...state, sensors: state.sensors.map((sensor) => ({ ...sensor, ...change })) };
  };
  test.for<[string, () => Step, string]>([
    ['a pin without a sensor', () => measure(5), 'SENSOR_NOT_FOUND'],
    ['a sensor that is switched off', () => measure(0, {}, switched({ active: false })), 'SENSOR_INACTIVE'],
    ['a paused sensor', () => measure(0, {}, switched({ operating_mode: 'paused' })), 'SENSOR_INACTIVE'],
    ['a sensor that gives nothing', () => measure(32), 'MEASUREMENT_FAILED'],
  ])('of %s fails', ([, attempt, code]) => {
    const step = attempt();
    expect(told(step).slice(1)).toEqual([
      [expect.stringMatching(/^sensor\/\d+\/response$/), code],
      ['system/intent_outcome', code],
    ]);
    expect(step.out[1]?.payload).toMatchObject({ success: false, measurement_ok: false, quality: 'error' });
  });

  test('also works for a sensor that measures on demand only', () => {
    expect(told(measure(0, {}, switched({ operating_mode: 'on_demand' })))[3]).toEqual(['sensor/0/response', 'NONE']);
  });

  test('is rejected while the device waits for approval, and any other word as well', () => {
    expect(told(measure(0, {}, initialState(plan, 0)))).toEqual([
      ['system/intent_outcome', 'PENDING_APPROVAL_BLOCKED'],
    ]);
    expect(told(measure(0, { command: 'calibrate' }))).toEqual([['system/intent_outcome', 'UNKNOWN_COMMAND']]);
  });
});
