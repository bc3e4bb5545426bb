import { describe, expect, it } from 'vitest';
import { MAX_DEFINITIONS } from '../../../../src/main/zones/subzone-rules';
import type { SubzoneStrategy } from '../../../../src/main/zones/zone-rules';
import type { SubzoneId } from '../../../../src/shared/domain/ids';
import { A, OPERATOR, beat, found, openCore, type Core } from '../devices/core-bench';
import { ackSubzone, ackZone, bedA, bedB, shed, subzone, tent, valueOf, zoned } from './zone-bench';

/** A device in the tent with two confirmed subzones, bed B in safe mode and tied to the tent. */
function planted(core: Core = openCore()): Core {
  zoned(core);
  ackSubzone(core, valueOf(core.subzones.assign(A, { id: bedA, gpios: [4] }, OPERATOR)).id);
  const tied = { id: bedB, gpios: [5, 6], parentZoneId: tent };
  ackSubzone(core, valueOf(core.subzones.assign(A, tied, OPERATOR)).id, { subzone_id: bedB });
  core.subzones.safe(A, bedB, true, OPERATOR);
  core.clock.advance(15_000);
  core.connection.take();
  return core;
}

/** Moves the device into the shed; the device confirms. */
function move(core: Core, subzoneStrategy?: SubzoneStrategy): void {
  const { id } = valueOf(core.assignment.assign(A, { zoneId: shed, subzoneStrategy }, OPERATOR));
  ackZone(core, id, { zone_id: shed });
}

type Sent = readonly [topicEnd: string, payload: Readonly<Record<string, unknown>>];

/** Confirms each subzone change that is sent until nothing more comes; returns them in their order. */
function confirmAll(core: Core): Sent[] {
  const all: Sent[] = [];
  for (let batch = core.connection.take(); batch.length > 0; batch = core.connection.take())
    for (const { topic, payload } of batch) {
      if (!topic.includes('/subzone/')) continue;
      const kind = topic.slice(topic.lastIndexOf('/') + 1);
      all.push([kind, payload]);
      const status = kind === 'remove' ? 'subzone_removed' : 'subzone_assigned';
      ackSubzone(core, String(payload['correlation_id']), { status, subzone_id: payload['subzone_id'] });
    }
  return all;
}

const subzones = (core: Core) => found(core.registry.get(A)).subzones;

describe('a device that moves to another zone', () => {
  it('takes its subzones along, one by one, each with its own safe mode', () => {
    const core = planted();
    move(core);
    expect(core.connection.to('subzone/assign')).toHaveLength(1);
    expect(confirmAll(core)).toMatchObject([
      ['assign', { subzone_id: bedA, parent_zone_id: '', assigned_gpios: [4], safe_mode_active: false }],
      ['assign', { subzone_id: bedB, parent_zone_id: '', assigned_gpios: [5, 6], safe_mode_active: true }],
    ]);
    expect(subzones(core)).toMatchObject([
      { id: bedA, parentZoneId: null, state: 'confirmed', confirmed: { zoneId: shed } },
      { id: bedB, parentZoneId: shed, state: 'confirmed', confirmed: { zoneId: shed }, safeMode: { desired: true } },
    ]);
  });

  it('goes on with the next subzone when one fails', () => {
    const core = planted();
    move(core, 'transfer');
    const first = found(core.connection.to('subzone/assign')[0]);
    ackSubzone(core, String(first.payload['correlation_id']), { status: 'error', message: 'NVS save failed' });
    core.connection.sent.shift();
    core.connection.sent.shift();
    confirmAll(core);
    expect(subzones(core)).toMatchObject([
      { id: bedA, state: 'failed', reason: 'NVS save failed' },
      { id: bedB, state: 'confirmed' },
    ]);
  });

  it('sends nothing when the zone stays the same, or is refused', () => {
    const core = planted();
    ackZone(core, valueOf(core.assignment.assign(A, { zoneId: tent }, OPERATOR)).id);
    const refused = valueOf(core.assignment.assign(A, { zoneId: shed, subzoneStrategy: 'reset' }, OPERATOR)).id;
    ackZone(core, refused, { status: 'error', message: 'no' });
    expect(confirmAll(core)).toEqual([]);
    expect(subzones(core)).toMatchObject([{ id: bedA, state: 'confirmed' }, { id: bedB }]);
  });

  it('gives its pins to copies; the originals stay empty for the old zone', () => {
    const core = planted();
    move(core, 'copy');
    expect(confirmAll(core)).toMatchObject([
      ['remove', { subzone_id: bedA }],
      ['assign', { subzone_id: 'bed_a_copy', parent_zone_id: '', assigned_gpios: [4], safe_mode_active: false }],
      ['remove', { subzone_id: bedB }],
      ['assign', { subzone_id: 'bed_b_copy', assigned_gpios: [5, 6], safe_mode_active: true }],
    ]);
    const empty = { gpios: [], state: 'none', confirmed: null, isRemoving: false, safeMode: { desired: false } };
    expect(subzones(core)).toMatchObject([
      { ...empty, id: bedA, parentZoneId: tent },
      { ...empty, id: bedB, parentZoneId: tent },
      { id: 'bed_a_copy', name: bedA, gpios: [4], parentZoneId: shed, state: 'confirmed' },
      { id: 'bed_b_copy', gpios: [5, 6], safeMode: { desired: true, state: 'sent' } },
    ]);
  });

  it('copies the copies under new numbers when it moves on, and leaves the empty ones alone', () => {
    const core = planted();
    move(core, 'copy');
    confirmAll(core);
    ackZone(core, valueOf(core.assignment.assign(A, { zoneId: tent, subzoneStrategy: 'copy' }, OPERATOR)).id);
    confirmAll(core);
    expect(subzones(core).map(({ id, gpios }) => [id, gpios])).toEqual([
      [bedA, []],
      [bedB, []],
      ['bed_a_copy', []],
      ['bed_b_copy', []],
      ['bed_a_copy_2', [4]],
      ['bed_b_copy_2', [5, 6]],
    ]);
  });

  it('is refused with copies when too many definitions would be kept', () => {
    const core = planted();
    const record = found(core.registry.get(A));
    const empty = { ...subzone(core), gpios: [], confirmed: null, state: 'none' as const };
    const fill = Array.from({ length: MAX_DEFINITIONS - 3 }, (_, index) => ({
      ...empty,
      id: `old_${index}` as SubzoneId,
    }));
    record.subzones = [...record.subzones, ...fill];
    const input = { zoneId: shed, subzoneStrategy: 'copy' as const };
    expect(core.assignment.assign(A, input, OPERATOR)).toMatchObject({
      ok: false,
      error: {
        code: 'conflict',
        message: `With the copies ${A} would have 33 subzones; 32 are kept. Remove empty ones, or move them with "transfer".`,
      },
    });
    expect(core.assignment.assign(A, { zoneId: tent, subzoneStrategy: 'copy' }, OPERATOR).ok).toBe(true);
    expect(core.subzones.assign(A, { id: 'one' as SubzoneId, gpios: [40] }, OPERATOR).ok).toBe(true);
    expect(core.subzones.assign(A, { id: 'two' as SubzoneId, gpios: [41] }, OPERATOR)).toMatchObject({ ok: false });
  });

  it('loses its subzones with a reset, on the device and here', () => {
    const core = planted();
    const record = found(core.registry.get(A));
    const empty = { ...subzone(core), id: 'old' as SubzoneId, gpios: [], confirmed: null, state: 'none' as const };
    record.subzones = [...record.subzones, empty];
    move(core, 'reset');
    expect(confirmAll(core)).toMatchObject([
      ['remove', { subzone_id: bedA }],
      ['remove', { subzone_id: bedB }],
    ]);
    expect(subzones(core)).toEqual([]);
  });

  it('follows the strategy that was asked for also after a restart, and after a late acknowledgement', () => {
    const core = planted();
    core.assignment.assign(A, { zoneId: shed, subzoneStrategy: 'reset' }, OPERATOR);
    const again = core.restart();
    again.devices.heartbeat(A, beat({ zone_id: tent }));
    const id = String(found(again.connection.to('zone/assign')[0]).payload['correlation_id']);
    again.clock.advance(15_000);
    ackZone(again, id, { zone_id: shed });
    expect(confirmAll(again).map(([kind]) => kind)).toEqual(['remove', 'remove']);
    expect(subzones(again)).toEqual([]);
  });

  it('is not reset a second time when it strays later', () => {
    const core = planted();
    move(core, 'reset');
    confirmAll(core);
    ackSubzone(core, valueOf(core.subzones.assign(A, { id: bedA, gpios: [4] }, OPERATOR)).id);
    ackZone(core, undefined, { zone_id: tent });
    core.clock.advance(120_000);
    core.devices.heartbeat(A, beat({ zone_id: tent }));
    const id = String(found(core.connection.to('zone/assign').at(-1)).payload['correlation_id']);
    core.connection.take();
    ackZone(core, id, { zone_id: shed });
    expect(confirmAll(core)).toMatchObject([['assign', { subzone_id: bedA }]]);
    expect(core.kinds().filter((kind) => kind === 'subzone.moved')).toHaveLength(2);
  });

  it('sends what was changed while it was away into the new zone', () => {
    const core = planted();
    core.devices.brokerLost();
    core.assignment.assign(A, { zoneId: shed }, OPERATOR);
    core.subzones.assign(A, { id: bedB, gpios: [7], parentZoneId: shed }, OPERATOR);
    core.connection.take();
    core.devices.heartbeat(A, beat({ zone_id: tent }));
    const id = String(found(core.connection.to('zone/assign')[0]).payload['correlation_id']);
    ackZone(core, id, { zone_id: shed });
    expect(confirmAll(core)).toMatchObject([
      ['assign', { subzone_id: bedB, assigned_gpios: [7], parent_zone_id: shed }],
      ['assign', { subzone_id: bedA, assigned_gpios: [4] }],
    ]);
  });
});
