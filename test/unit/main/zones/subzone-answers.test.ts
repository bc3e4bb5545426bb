import { describe, expect, it } from 'vitest';
import { registerZoneHandlers } from '../../../../src/main/zones/zone-handler';
import type { ZoneId } from '../../../../src/shared/domain/ids';
import { A, B, OPERATOR, found } from '../devices/core-bench';
import {
  ackSubzone,
  ackZone,
  assignBed,
  bedA,
  bedB,
  operationOf,
  refusal,
  subzone,
  tent,
  valueOf,
  withBed,
  zoned,
} from './zone-bench';

describe('dissolving a subzone', () => {
  it('is confirmed by subzone_removed, and the subzone is gone', () => {
    const core = withBed();
    const { id } = valueOf(core.subzones.remove(A, bedA, OPERATOR));
    expect(core.connection.sent).toMatchObject([
      {
        topic: `kaiser/god/esp/${A}/subzone/remove`,
        payload: {
          subzone_id: bedA,
          reason: 'console request',
          timestamp: core.clock.now() / 1000,
          correlation_id: id,
        },
      },
    ]);
    expect(subzone(core)).toMatchObject({ isRemoving: true, state: 'pending' });
    ackSubzone(core, id, { status: 'subzone_removed' });
    expect([found(core.registry.get(A)).subzones, operationOf(core, id).state]).toEqual([[], 'confirmed']);
  });

  it('is confirmed when the device does not know it', () => {
    const core = withBed();
    const { id } = valueOf(core.subzones.remove(A, bedA, OPERATOR));
    ackSubzone(core, id, { status: 'error', reason_code: 'SUBZONE_NOT_FOUND', message: 'not found' });
    expect([found(core.registry.get(A)).subzones, operationOf(core, id).state]).toEqual([[], 'confirmed']);
  });

  it('that fails leaves it as it is on the device; a late answer still removes it', () => {
    const core = withBed();
    const { id } = valueOf(core.subzones.remove(A, bedA, OPERATOR));
    core.clock.advance(15_000);
    expect(subzone(core)).toMatchObject({ isRemoving: true, state: 'failed', confirmed: { gpios: [4, 25] } });
    ackSubzone(core, id, { status: 'subzone_removed' });
    expect(found(core.registry.get(A)).subzones).toEqual([]);
  });

  it('that is withdrawn keeps the subzone', () => {
    const core = withBed();
    core.devices.brokerLost();
    core.operations.cancel(valueOf(core.subzones.remove(A, bedA, OPERATOR)).id);
    expect(subzone(core)).toMatchObject({ isRemoving: false, state: 'confirmed', gpios: [4, 25] });
  });

  it('is refused for a subzone that is not known', () => {
    expect(refusal(zoned().subzones.remove(A, bedA, OPERATOR))).toMatchObject({
      code: 'not_found',
      message: `${A} has no subzone bed_a. Check the id.`,
    });
  });
});

describe('safe mode of a subzone', () => {
  it('is sent, and said to be sent when no refusal came for 15 s', () => {
    const core = withBed();
    const { id } = valueOf(core.subzones.safe(A, bedA, true, OPERATOR));
    expect(core.connection.sent).toMatchObject([
      {
        topic: `kaiser/god/esp/${A}/subzone/safe`,
        payload: { subzone_id: bedA, action: 'enable', reason: 'console request', correlation_id: id },
      },
    ]);
    expect(Object.keys(found(core.connection.sent[0]).payload)).not.toContain('safe_mode');
    expect(subzone(core)).toMatchObject({ state: 'confirmed', safeMode: { desired: true, state: 'pending' } });
    core.clock.advance(15_000);
    expect(operationOf(core, id)).toMatchObject({
      state: 'timeout',
      reason: 'Devices do not acknowledge safe mode; it was sent and not refused.',
    });
    expect(subzone(core).safeMode).toEqual({ desired: true, state: 'sent' });
  });

  it('has failed when the device refuses, also late', () => {
    const core = withBed();
    const first = valueOf(core.subzones.safe(A, bedA, false, OPERATOR)).id;
    ackSubzone(core, first, { status: 'error', error_code: 2506, message: 'no such subzone' });
    expect([operationOf(core, first), subzone(core).safeMode]).toMatchObject([
      { state: 'failed', reason: 'no such subzone' },
      { desired: false, state: 'failed' },
    ]);
    const second = valueOf(core.subzones.safe(A, bedA, true, OPERATOR)).id;
    core.clock.advance(15_000);
    ackSubzone(core, second, { status: 'error', message: 'no such subzone' });
    expect([operationOf(core, second).state, subzone(core).safeMode]).toEqual([
      'timeout',
      { desired: true, state: 'failed' },
    ]);
  });

  it('is refused for a subzone that is being dissolved, or has no pins', () => {
    const core = withBed();
    core.subzones.remove(A, bedA, OPERATOR);
    expect(refusal(core.subzones.safe(A, bedA, true, OPERATOR))).toMatchObject({ code: 'conflict' });
    expect(refusal(core.subzones.safe(A, bedB, true, OPERATOR))).toMatchObject({ code: 'not_found' });
  });

  it('that is withdrawn is as it was before, whatever was replaced meanwhile', () => {
    const core = withBed();
    core.subzones.safe(A, bedA, true, OPERATOR);
    core.clock.advance(15_000);
    core.devices.brokerLost();
    core.subzones.safe(A, bedA, false, OPERATOR);
    core.subzones.safe(A, bedA, true, OPERATOR);
    const { id } = valueOf(core.subzones.safe(A, bedA, false, OPERATOR));
    expect(subzone(core).safeMode).toEqual({ desired: false, state: 'pending' });
    core.operations.cancel(id);
    expect(subzone(core).safeMode).toEqual({ desired: true, state: 'sent' });
    expect(core.kinds().at(-1)).toBe('subzone.withdrawn');
  });

  it('that is withdrawn behind one under way stays pending for that one', () => {
    const core = withBed();
    core.subzones.safe(A, bedA, true, OPERATOR);
    core.operations.cancel(valueOf(core.subzones.safe(A, bedA, false, OPERATOR)).id);
    expect(subzone(core).safeMode).toEqual({ desired: true, state: 'pending' });
    core.clock.advance(15_000);
    expect(subzone(core).safeMode).toEqual({ desired: true, state: 'sent' });
  });
});

describe('a subzone acknowledgement that nobody waits for', () => {
  it('without an id tells what the device has, and completes nothing', () => {
    const core = zoned();
    const id = assignBed(core);
    ackSubzone(core, undefined);
    expect([operationOf(core, id).state, subzone(core)]).toMatchObject([
      'pending',
      { state: 'pending', confirmed: { gpios: [4, 25], zoneId: tent } },
    ]);
    core.clock.advance(15_000);
    ackSubzone(core, undefined);
    expect([operationOf(core, id).state, subzone(core).state]).toEqual(['timeout', 'confirmed']);
    ackSubzone(core, undefined, { status: 'subzone_removed' });
    expect(found(core.registry.get(A)).subzones).toEqual([]);
    expect(core.kinds().filter((kind) => kind === 'subzone.reported')).toHaveLength(3);
  });

  it('about an unknown subzone, or with an error, is only recorded', () => {
    const core = withBed();
    const before = found(core.registry.get(A)).subzones;
    ackSubzone(core, 'never', { status: 'error', message: 'NVS save failed' });
    ackSubzone(core, undefined, { subzone_id: bedB });
    expect(found(core.registry.get(A)).subzones).toBe(before);
    expect(core.entries.slice(-2).map(({ message }) => message)).toEqual([
      `${A}: subzone bed_a: the device refused a subzone change: NVS save failed`,
      `${A}: subzone bed_b: the device says: subzone_assigned`,
    ]);
  });

  it('of another device that repeats the id completes nothing', () => {
    const core = zoned();
    core.approved(B);
    const id = assignBed(core);
    ackSubzone(core, id, {}, B);
    expect(operationOf(core, id).state).toBe('pending');
  });

  it('is for the device of the topic, whatever the payload says', () => {
    const core = zoned();
    registerZoneHandlers(core.messages, core, () => undefined);
    const id = assignBed(core);
    core.messages.dispatch({
      topic: `kaiser/god/esp/${A}/subzone/ack`,
      payload: Buffer.from(
        JSON.stringify({ esp_id: B, status: 'subzone_assigned', subzone_id: bedA, correlation_id: id }),
      ),
      isRetained: false,
      isRedelivered: false,
    });
    expect(subzone(core).state).toBe('confirmed');
  });
});

describe('leaving the zone', () => {
  it('forgets the subzones of the device and what waits for them', () => {
    const core = withBed();
    const zone = valueOf(core.assignment.remove(A, OPERATOR)).id;
    const { id } = valueOf(core.subzones.remove(A, bedA, OPERATOR));
    ackZone(core, zone, { status: 'zone_removed', zone_id: '' });
    expect([found(core.registry.get(A)).subzones, core.operations.outbox()]).toEqual([[], []]);
    expect(operationOf(core, id).reason).toBe('The device left its zone, and its subzones went with it.');
    expect(core.kinds()).toContain('subzone.forgotten');
  });

  it('by itself keeps the definitions of a device that shall be in a zone', () => {
    const core = withBed();
    ackZone(core, undefined, { status: 'zone_removed', zone_id: '' });
    expect(subzone(core)).toMatchObject({ state: 'failed', confirmed: null, gpios: [4, 25] });
  });
});

it('stored subzones are there after a restart', () => {
  const core = withBed();
  const before = subzone(core);
  expect(subzone(core.restart())).toEqual(before);
  expect(before.confirmed?.zoneId).toBe('tent' as ZoneId);
});

it('no timer is left behind when the console stops in the pause of a busy device', () => {
  const core = zoned();
  ackSubzone(core, assignBed(core), { status: 'error', reason_code: 'CONFIG_LANE_BUSY' });
  core.close();
  expect(core.clock.pending).toBe(0);
});
