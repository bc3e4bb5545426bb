import { describe, expect, it } from 'vitest';
import type { SubzoneView } from '../../../../src/shared/api/devices';
import type { SubzoneId } from '../../../../src/shared/domain/ids';
import { A, OPERATOR, beat, found, openCore } from '../devices/core-bench';
import {
  ackSubzone,
  ackZone,
  assignBed,
  bedA,
  bedB,
  operationOf,
  refusal,
  shed,
  subzone,
  tent,
  valueOf,
  withBed,
  zoned,
} from './zone-bench';

describe('assigning a subzone', () => {
  it('sends every key, with the confirmed zone, without pin 0, and is confirmed by its acknowledgement', () => {
    const core = zoned();
    const result = core.subzones.assign(A, { id: bedA, name: 'Bed A', gpios: [0, 4, 25, 4] }, OPERATOR);
    const { id } = valueOf(result);
    expect(core.connection.take()).toMatchObject([
      {
        topic: `kaiser/god/esp/${A}/subzone/assign`,
        qos: 1,
        payload: {
          subzone_id: bedA,
          subzone_name: 'Bed A',
          parent_zone_id: tent,
          assigned_gpios: [4, 25],
          safe_mode_active: false,
          timestamp: core.clock.now() / 1000,
          correlation_id: id,
        },
      },
    ]);
    const view: SubzoneView = {
      id: bedA,
      name: 'Bed A',
      gpios: [4, 25],
      parentZoneId: null,
      state: 'pending',
      confirmed: null,
      isRemoving: false,
      safeMode: { desired: false, state: 'none' },
    };
    expect(subzone(core)).toEqual(view);
    ackSubzone(core, id);
    expect(subzone(core)).toEqual({ ...view, state: 'confirmed', confirmed: { gpios: [4, 25], zoneId: tent } });
    expect(operationOf(core, id)).toMatchObject({ kind: 'subzone_assign', subject: bedA, state: 'confirmed' });
    expect(core.entries.slice(-2).map(({ kind, actor, message }) => [kind, actor, message])).toEqual([
      ['subzone.requested', OPERATOR, `${A}: subzone Bed A with pins 4, 25`],
      ['subzone.confirmed', `device:${A}`, `${A}: subzone Bed A confirmed`],
    ]);
  });

  it.each([{ corr_id: 'ID' }, { corrId: 'ID' }, { data: { correlation_id: 'ID' } }])(
    'is confirmed by an id in %o (conformance G5)',
    (fields) => {
      const core = zoned();
      const id = assignBed(core);
      const own = JSON.parse(JSON.stringify(fields).replace('ID', id)) as object;
      ackSubzone(core, undefined, { ...own, ts: 1_777_013_401 });
      expect([operationOf(core, id).state, subzone(core).state]).toEqual(['confirmed', 'confirmed']);
    },
  );

  it('keeps name and safe mode when it is changed, and the device is told again', () => {
    const core = withBed();
    core.subzones.assign(A, { id: bedA, name: 'Bed', gpios: [4] }, OPERATOR);
    core.subzones.assign(A, { id: bedA, gpios: [5] }, OPERATOR);
    expect(subzone(core)).toMatchObject({
      name: 'Bed',
      gpios: [5],
      state: 'pending',
      confirmed: { gpios: [4, 25], zoneId: tent },
    });
  });

  it('is sent with the safe mode that is wished, never with the default of the device', () => {
    const core = withBed();
    core.subzones.safe(A, bedA, true, OPERATOR);
    core.clock.advance(15_000);
    core.connection.take();
    ackSubzone(core, assignBed(core));
    expect(core.connection.to('subzone/assign')).toMatchObject([{ payload: { safe_mode_active: true } }]);
    expect(subzone(core).safeMode).toEqual({ desired: true, state: 'sent' });
  });

  it('waits for the zone that its device is joining, and names it', () => {
    const core = openCore();
    core.approved(A);
    const zone = valueOf(core.assignment.assign(A, { zoneId: tent }, OPERATOR)).id;
    assignBed(core);
    expect(core.connection.to('subzone/assign')).toEqual([]);
    ackZone(core, zone);
    expect(core.connection.to('subzone/assign')).toMatchObject([{ payload: { parent_zone_id: tent } }]);
  });

  it('names no parent when the device has not confirmed its zone', () => {
    const core = openCore();
    core.approved(A);
    core.assignment.assign(A, { zoneId: tent }, OPERATOR);
    core.clock.advance(15_000);
    assignBed(core);
    expect(core.connection.to('subzone/assign')).toMatchObject([{ payload: { parent_zone_id: '' } }]);
  });

  it('for a zone that the device did not join in the end fails instead of landing in another one', () => {
    const core = zoned();
    const zone = valueOf(core.assignment.assign(A, { zoneId: shed }, OPERATOR)).id;
    const { id } = valueOf(core.subzones.assign(A, { id: bedA, gpios: [4], parentZoneId: shed }, OPERATOR));
    ackZone(core, zone, { status: 'error', message: 'no' });
    expect(operationOf(core, id)).toMatchObject({
      state: 'failed',
      reason: `${A} is in zone tent, not shed. Move the device first.`,
    });
    expect(core.connection.to('subzone/assign')).toEqual([]);
  });

  it('is accepted for a device that is away, and sent under its id after a restart of the console', () => {
    const core = zoned();
    core.devices.brokerLost();
    const id = assignBed(core);
    const again = core.restart();
    again.devices.heartbeat(A, beat({ zone_id: tent }));
    expect(again.connection.to('subzone/assign')).toMatchObject([{ payload: { correlation_id: id } }]);
    ackSubzone(again, id);
    expect(subzone(again)).toMatchObject({ state: 'confirmed', confirmed: { gpios: [4, 25] } });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a reason', { error_code: 2506, message: 'GPIO assignment failed' }, 'GPIO assignment failed'],
    ['a code word', { reason_code: 'VALIDATION_ERROR' }, 'VALIDATION_ERROR'],
    ['a number only', { error_code: 2506 }, 'The device refused it with error 2506.'],
    ['nothing', {}, 'The device refused without a reason.'],
    ['an unreadable request', { subzone_id: 'unknown', reason_code: 'JSON_PARSE_ERROR' }, 'JSON_PARSE_ERROR'],
    ['no knowledge of it', { reason_code: 'SUBZONE_NOT_FOUND' }, 'SUBZONE_NOT_FOUND'],
  ])('fails with the words of the device: %s', (_name, fields, reason) => {
    const core = zoned();
    const id = assignBed(core);
    ackSubzone(core, id, { status: 'error', ...fields });
    expect(operationOf(core, id)).toMatchObject({ state: 'failed', reason });
    expect(subzone(core)).toMatchObject({ state: 'failed', reason, confirmed: null });
  });

  it('fails when the device answers for another subzone', () => {
    const core = zoned();
    const id = assignBed(core);
    ackSubzone(core, id, { subzone_id: bedB });
    expect(operationOf(core, id).reason).toBe(
      'The device answered subzone_assigned bed_b, which is not what was asked.',
    );
  });

  it('is sent once more when the device is busy', () => {
    const core = zoned();
    const id = assignBed(core);
    ackSubzone(core, id, { status: 'error', reason_code: 'CONFIG_LANE_BUSY' });
    core.clock.advance(2_000);
    expect(core.connection.to('subzone/assign').map(({ payload }) => payload['correlation_id'])).toEqual([id, id]);
    ackSubzone(core, id);
    expect(subzone(core).state).toBe('confirmed');
  });

  it('times out after 15 s; a late acknowledgement still confirms the subzone', () => {
    const core = zoned();
    const id = assignBed(core);
    core.clock.advance(15_000);
    expect([operationOf(core, id).state, subzone(core).state]).toEqual(['timeout', 'failed']);
    ackSubzone(core, id);
    expect([operationOf(core, id).state, subzone(core).state]).toEqual(['timeout', 'confirmed']);
    expect(core.entries.at(-1)).toMatchObject({
      message: `${A}: subzone bed_a late confirmed`,
      details: { late: true },
    });
  });

  it('that timed out does not confirm a newer wish with its late acknowledgement', () => {
    const core = zoned();
    const first = assignBed(core);
    core.clock.advance(15_000);
    assignBed(core, bedA, [5]);
    ackSubzone(core, first);
    expect(subzone(core)).toMatchObject({ gpios: [5], state: 'pending' });
  });

  it('stays pending for the newer wish that waits behind it', () => {
    const core = zoned();
    const first = assignBed(core, bedA, [4]);
    const second = assignBed(core, bedA, [5]);
    ackSubzone(core, first);
    expect(subzone(core)).toMatchObject({ gpios: [5], state: 'pending', confirmed: { gpios: [4] } });
    ackSubzone(core, second, { status: 'error', message: 'no' });
    expect(subzone(core)).toMatchObject({ gpios: [5], state: 'failed', confirmed: { gpios: [4] } });
  });

  it('that is withdrawn leaves what the device has', () => {
    const core = withBed();
    core.devices.brokerLost();
    core.operations.cancel(assignBed(core, bedA, [5]));
    core.operations.cancel(assignBed(core, bedB, [6]));
    expect(found(core.registry.get(A)).subzones).toMatchObject([{ id: bedA, gpios: [4, 25], state: 'confirmed' }]);
    expect(core.kinds().at(-1)).toBe('subzone.withdrawn');
  });
});

describe('assigning a subzone is refused', () => {
  it('for a device that is unknown, not approved, or in no zone', () => {
    const core = openCore();
    const input = { id: bedA, gpios: [4] };
    expect(refusal(core.subzones.assign(A, input, OPERATOR))).toMatchObject({ code: 'not_found' });
    core.devices.heartbeat(A, beat());
    expect(refusal(core.subzones.assign(A, input, OPERATOR))).toMatchObject({ code: 'not_approved' });
    core.devices.approve(A, undefined, OPERATOR);
    expect(refusal(core.subzones.assign(A, input, OPERATOR))).toMatchObject({
      code: 'conflict',
      message: `${A} is in no zone. Assign a zone first; subzones live inside it.`,
    });
  });

  it('while the device leaves its zone', () => {
    const core = zoned();
    core.assignment.remove(A, OPERATOR);
    expect(refusal(core.subzones.assign(A, { id: bedA, gpios: [4] }, OPERATOR))).toMatchObject({ code: 'conflict' });
  });

  it('for another parent zone', () => {
    const core = zoned();
    const input = { id: bedA, gpios: [4], parentZoneId: shed };
    expect(refusal(core.subzones.assign(A, input, OPERATOR))).toMatchObject({
      code: 'conflict',
      message: `${A} belongs to zone tent, not shed. Leave the parent zone out, or move the device first.`,
    });
  });

  it('without a real pin', () => {
    expect(refusal(zoned().subzones.assign(A, { id: bedA, gpios: [0] }, OPERATOR))).toMatchObject({ code: 'invalid' });
  });

  it('for a pin that the board does not have, in the words of the pin rules', () => {
    const core = zoned(
      openCore({ pinProblem: (device, gpio) => (gpio === 6 ? `Pin 6 of ${device.id} is the flash.` : null) }),
    );
    expect(refusal(core.subzones.assign(A, { id: bedA, gpios: [4, 6] }, OPERATOR))).toMatchObject({
      code: 'invalid',
      message: `Pin 6 of ${A} is the flash.`,
      details: { gpio: 6 },
    });
    expect(found(core.registry.get(A)).subzones).toEqual([]);
  });

  it('for a pin of another subzone, which is named; not when that one is being dissolved', () => {
    const core = withBed();
    const input = { id: bedB, gpios: [25, 26] };
    expect(refusal(core.subzones.assign(A, input, OPERATOR))).toMatchObject({
      code: 'conflict',
      message: 'Pin 25 is in subzone bed_a. A pin can be in one subzone only; take it out there first.',
      details: { gpio: 25, subzoneId: bedA },
    });
    const { id } = valueOf(core.subzones.remove(A, bedA, OPERATOR));
    expect(core.subzones.assign(A, input, OPERATOR).ok).toBe(true);
    ackSubzone(core, id, { status: 'subzone_removed' });
    expect(core.connection.to('subzone/assign')).toMatchObject([{ payload: { assigned_gpios: [25, 26] } }]);
  });

  it('for a pin that the device has not let go', () => {
    const core = withBed();
    ackSubzone(core, assignBed(core, bedA, [4]), { status: 'error', message: 'no' });
    expect(refusal(core.subzones.assign(A, { id: bedB, gpios: [25] }, OPERATOR))).toMatchObject({ code: 'conflict' });
  });

  it('beyond eight subzones', () => {
    const core = zoned();
    for (let number = 1; number <= 8; number += 1) assignBed(core, `bed_${number}` as SubzoneId, [number]);
    expect(refusal(core.subzones.assign(A, { id: bedA, gpios: [40] }, OPERATOR))).toMatchObject({
      code: 'conflict',
      message: `${A} has 8 subzones, and devices handle no more. Dissolve one first.`,
    });
    expect(core.subzones.assign(A, { id: 'bed_8' as SubzoneId, gpios: [40] }, OPERATOR).ok).toBe(true);
  });
});
