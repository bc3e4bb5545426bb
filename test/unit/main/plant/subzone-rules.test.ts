import { describe, expect, test } from 'vitest';
import { demoDevices } from '../../../../src/main/plant/demo-plan';
import { heartbeatMessage } from '../../../../src/main/plant/device-messages';
import {
  initialState,
  receive,
  type DeviceState,
  type Payload,
  type Step,
} from '../../../../src/main/plant/device-state';
import { subzoneAck } from '../../../../src/shared/wire/messages/subzone';

const plan = demoDevices.find(({ id }) => id === 'MOCK_TOMATO_BED') ?? expect.fail('The demo plan lost its beds.');
const now = { nowS: 1_800_000_000, ms: 1_000 };
const zone = String(plan.zoneId);
const fresh = (): DeviceState => initialState(plan, 0);
const send = (state: DeviceState, verb: string, payload: Payload): Step =>
  receive(state, `subzone/${verb}`, { correlation_id: 'c1', timestamp: 0, ...payload }, now);
const assign = (state: DeviceState, id: string, gpios: unknown, more: Payload = {}): Step =>
  send(state, 'assign', { subzone_id: id, subzone_name: '', parent_zone_id: '', assigned_gpios: gpios, ...more });
const answers = ({ out }: Step) =>
  out.map(({ path, payload }) => {
    expect(subzoneAck.schema.safeParse(payload).success).toBe(true);
    expect(payload['correlation_id']).toBe('c1');
    return [path, payload['status'], payload['error_code'] ?? payload['reason_code'], payload['message']];
  });
const bed = () => assign(fresh(), 'bed_a', [4, 25]).state;

describe('a subzone of a simulated device', () => {
  test('is assigned, acknowledged, counted in the heartbeat and named by the readings and states of its pins', () => {
    const step = assign(fresh(), 'bed_a', [4, 25], { parent_zone_id: zone, safe_mode_active: false });
    expect(answers(step)).toEqual([['subzone/ack', 'subzone_assigned', undefined, undefined]]);
    expect(step.state.subzones).toEqual([{ id: 'bed_a', gpios: [4, 25], isSafe: false }]);
    expect(heartbeatMessage(step.state, now).payload['config_status']).toMatchObject({ subzone_count: 1 });
    const on = receive(step.state, 'actuator/emergency', { command: 'emergency_stop' }, now);
    expect(on.out.find(({ path }) => path === 'actuator/25/status')?.payload['subzone_id']).toBe('bed_a');
  });

  test('may be assigned again with other pins, and is in safe mode unless told otherwise', () => {
    expect(assign(bed(), 'bed_a', [25]).state.subzones).toEqual([{ id: 'bed_a', gpios: [25], isSafe: true }]);
  });

  test.for<[string, () => Step, string]>([
    ['without an id', () => assign(fresh(), '', [4]), 'subzone_id is required'],
    ['with an id of 33 characters', () => assign(fresh(), 'x'.repeat(33), [4]), 'subzone_id is required'],
    ['outside of any zone', () => assign({ ...fresh(), zoneId: '' }, 'bed_a', [4]), 'ESP zone not assigned'],
    ['of another zone', () => assign(fresh(), 'bed_a', [4], { parent_zone_id: 'other' }), 'parent_zone_id mismatch'],
    ['without pins', () => assign(fresh(), 'bed_a', []), 'subzone config validation failed'],
    ['with pins that are no list', () => assign(fresh(), 'bed_a', '4'), 'subzone config validation failed'],
    ['with a pin that the board does not have', () => assign(fresh(), 'bed_a', [4, 12]), 'GPIO assignment failed'],
    ['with a pin of another subzone', () => assign(bed(), 'bed_b', [25]), 'GPIO assignment failed'],
  ])('%s is refused and changes nothing', ([, attempt, message]) => {
    const step = attempt();
    expect(answers(step)).toEqual([['subzone/ack', 'error', 2506, message]]);
    expect(step.state.subzones.some(({ id }) => id === 'bed_b')).toBe(false);
  });

  test('is one of at most eight', () => {
    const pins = [4, 5, 14, 15, 16, 17, 18, 19, 23];
    const last = pins.reduce((step, gpio) => assign(step.state, `bed_${gpio}`, [gpio]), assign(fresh(), 'bed_4', [4]));
    expect([last.state.subzones.length, answers(last)[0]?.[3]]).toEqual([8, 'subzone config validation failed']);
  });

  test('is removed once; an unknown one is not found', () => {
    const step = send(bed(), 'remove', { subzone_id: 'bed_a' });
    expect([answers(step), step.state.subzones]).toEqual([
      [['subzone/ack', 'subzone_removed', undefined, undefined]],
      [],
    ]);
    expect(answers(send(step.state, 'remove', { subzone_id: 'bed_a' }))).toEqual([
      ['subzone/ack', 'error', 'SUBZONE_NOT_FOUND', 'Subzone not found'],
    ]);
  });

  test('goes into and out of safe mode without a word, and touches no actuator', () => {
    const step = send(bed(), 'safe', { subzone_id: 'bed_a', action: 'disable' });
    expect([step.out, step.state.subzones[0]?.isSafe, step.state.outputs]).toEqual([[], false, bed().outputs]);
    expect(send(step.state, 'safe', { subzone_id: 'bed_a', action: 'enable' }).state.subzones[0]?.isSafe).toBe(true);
    expect(answers(send(bed(), 'safe', { subzone_id: 'x', action: 'enable' }))[0]?.[2]).toBe('SUBZONE_NOT_FOUND');
  });

  test('is gone when the device leaves its zone', () => {
    expect(receive(bed(), 'zone/assign', { zone_id: '', master_zone_id: '' }, now).state.subzones).toEqual([]);
  });
});
