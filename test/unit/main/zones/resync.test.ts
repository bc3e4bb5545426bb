import { describe, expect, it } from 'vitest';
import { sessionAnnounce } from '../../../../src/shared/wire/messages/session-announce';
import { A, B, OPERATOR, beat, found, openCore, type Core } from '../devices/core-bench';
import { ackSubzone, ackZone, bedA, bedB, shed, subzone, tent, valueOf, zoned } from './zone-bench';

const RESYNC = 'system:resync';

/** A device in the tent with a confirmed subzone in safe mode; two minutes have passed. */
function planted(): Core {
  const core = zoned();
  ackSubzone(core, valueOf(core.subzones.assign(A, { id: bedA, gpios: [4] }, OPERATOR)).id);
  core.subzones.safe(A, bedA, true, OPERATOR);
  quiet(core, 120_000);
  return core;
}

/** Lets time pass while the device lives on and agrees. */
function quiet(core: Core, ms: number): void {
  for (let passed = 0; passed < ms; passed += 60_000) {
    core.clock.advance(60_000);
    core.devices.heartbeat(A, beat({ zone_id: found(core.registry.get(A)).zone.confirmed ?? '' }));
  }
  core.connection.take();
}

/** The device goes and comes back with a heartbeat. */
function reconnect(core: Core, fields: Record<string, unknown>): void {
  core.devices.brokerLost();
  core.devices.heartbeat(A, beat(fields));
}

const sent = (core: Core) =>
  core.connection
    .take()
    .filter(({ topic }) => /(zone|subzone)\//.test(topic))
    .map(({ payload }) => payload);
const warnings = (core: Core) => [...found(core.registry.get(A)).warnings.values()];

describe('A device that comes back', () => {
  it('is left alone when it agrees', () => {
    const core = planted();
    reconnect(core, { zone_id: tent, zone_assigned: true, config_status: { subzone_count: 1 } });
    expect([sent(core), warnings(core)]).toEqual([[], []]);
  });

  it('without its zone gets the zone first, and after its acknowledgement each subzone with its own safe mode', () => {
    const core = planted();
    reconnect(core, { zone_id: '', zone_assigned: false });
    const [zone, ...others] = sent(core);
    expect([zone, others]).toMatchObject([{ zone_id: tent }, []]);
    expect(core.operations.outbox()).toMatchObject([{ kind: 'zone_assign', by: RESYNC }]);
    expect(core.entries.at(-1)).toMatchObject({
      kind: 'zone.resync',
      actor: RESYNC,
      message: `${A}: its zone tent and its subzones are sent again, because the device reports no zone`,
    });
    ackZone(core, String(zone?.['correlation_id']));
    const [bed] = sent(core);
    expect(bed).toMatchObject({ subzone_id: bedA, parent_zone_id: '', assigned_gpios: [4], safe_mode_active: true });
    ackSubzone(core, String(bed?.['correlation_id']));
    expect([found(core.registry.get(A)).zone.state, subzone(core)]).toMatchObject([
      'confirmed',
      { state: 'confirmed', safeMode: { desired: true, state: 'sent' } },
    ]);
  });

  it('that refuses its zone gets no subzones, and is asked again only a minute later', () => {
    const core = planted();
    reconnect(core, { zone_id: '' });
    ackZone(core, String(sent(core)[0]?.['correlation_id']), { status: 'error', message: 'Zone validation failed' });
    core.clock.advance(59_999);
    core.devices.heartbeat(A, beat({ zone_id: '' }));
    expect(sent(core)).toEqual([]);
    core.clock.advance(1);
    core.devices.heartbeat(A, beat({ zone_id: '' }));
    expect(sent(core)).toMatchObject([{ zone_id: tent }]);
  });

  it('with a change that had timed out gets it again; while it stays it is not disturbed', () => {
    const core = planted();
    core.subzones.assign(A, { id: bedB, gpios: [5] }, OPERATOR);
    core.clock.advance(15_000);
    quiet(core, 180_000);
    expect(subzone(core, bedB).state).toBe('failed');
    reconnect(core, { zone_id: tent });
    ackZone(core, String(sent(core)[0]?.['correlation_id']));
    ackSubzone(core, String(sent(core)[0]?.['correlation_id']));
    expect(sent(core)).toMatchObject([{ subzone_id: bedB, assigned_gpios: [5], safe_mode_active: false }]);
  });

  it('with a removal that had timed out gets the removal again', () => {
    const core = planted();
    core.subzones.remove(A, bedA, OPERATOR);
    core.clock.advance(15_000);
    quiet(core, 60_000);
    reconnect(core, { zone_id: tent });
    ackZone(core, String(sent(core)[0]?.['correlation_id']));
    const [removal] = sent(core);
    expect(Object.keys(removal ?? {})).not.toContain('assigned_gpios');
    ackSubzone(core, String(removal?.['correlation_id']), { status: 'subzone_removed' });
    expect(found(core.registry.get(A)).subzones).toEqual([]);
  });

  it('with another count of subzones gets them again', () => {
    const core = planted();
    reconnect(core, { zone_id: tent, config_status: { subzone_count: 0 } });
    expect(sent(core)).toMatchObject([{ zone_id: tent }]);
  });

  it('within 120 s after its zone was confirmed is looked at when they are over', () => {
    const core = zoned();
    ackSubzone(core, valueOf(core.subzones.assign(A, { id: bedA, gpios: [4] }, OPERATOR)).id, { status: 'error' });
    core.connection.take();
    core.clock.advance(60_000);
    reconnect(core, { zone_id: tent });
    core.clock.advance(59_999);
    core.devices.heartbeat(A, beat({ zone_id: tent }));
    expect(sent(core)).toEqual([]);
    core.clock.advance(1);
    core.devices.heartbeat(A, beat({ zone_id: tent }));
    expect(sent(core)).toMatchObject([{ zone_id: tent }]);
  });

  it('is measured on a clock that no jump of the wall clock moves', () => {
    const core = zoned();
    core.clock.jump(3_600_000);
    core.devices.heartbeat(A, beat({ zone_id: '' }));
    expect(sent(core)).toEqual([]);
  });

  it('counts as back after a boot that it announces', () => {
    const core = planted();
    core.devices.announce(A, sessionAnnounce.schema.parse({ handover_epoch: 1, reason: 'boot', ts_ms: 1 }));
    core.devices.heartbeat(A, beat({ zone_id: tent, config_status: { subzone_count: 0 } }));
    expect(sent(core)).toMatchObject([{ zone_id: tent }]);
  });

  it('whose change waits gets that one, and nothing twice', () => {
    const core = planted();
    core.devices.brokerLost();
    core.assignment.assign(A, { zoneId: shed }, OPERATOR);
    core.devices.heartbeat(A, beat({ zone_id: '' }));
    expect(sent(core)).toMatchObject([{ zone_id: shed }]);
    expect(core.operations.outbox()).toMatchObject([{ by: OPERATOR }]);
  });

  it('or stays, after a change to another zone had timed out, goes there with the strategy that was asked for', () => {
    const core = planted();
    core.assignment.assign(A, { zoneId: shed, subzoneStrategy: 'reset' }, OPERATOR);
    core.clock.advance(75_000);
    core.connection.take();
    core.devices.heartbeat(A, beat({ zone_id: tent }));
    const [zone] = sent(core);
    expect(zone).toMatchObject({ zone_id: shed });
    ackZone(core, String(zone?.['correlation_id']), { zone_id: shed });
    expect(core.operations.outbox()).toMatchObject([{ kind: 'subzone_remove', subject: bedA }]);
  });

  it('after leaving its zone had timed out is asked to leave again', () => {
    const core = planted();
    core.assignment.remove(A, OPERATOR);
    core.clock.advance(15_000);
    quiet(core, 60_000);
    reconnect(core, { zone_id: tent });
    const [zone] = sent(core);
    expect(zone).toMatchObject({ zone_id: '' });
    expect(core.entries.at(-1)?.message).toMatch(/its zone removal is sent again, because/);
    ackZone(core, String(zone?.['correlation_id']), { status: 'zone_removed', zone_id: '' });
    expect(found(core.registry.get(A))).toMatchObject({ zone: { state: 'none' }, subzones: [] });
  });
});

describe('A device that stays', () => {
  it('and loses its zone gets it again, but not within a minute after it was confirmed', () => {
    const core = zoned();
    core.clock.advance(59_999);
    core.devices.heartbeat(A, beat({ zone_assigned: false }));
    expect(sent(core)).toEqual([]);
    core.clock.advance(1);
    core.devices.heartbeat(A, beat({ zone_assigned: false }));
    core.devices.heartbeat(A, beat({ zone_assigned: false }));
    expect(sent(core)).toMatchObject([{ zone_id: tent }]);
  });

  it('is never touched while it is not approved, or while nobody wished a zone for it', () => {
    const core = planted();
    core.devices.reject(A, undefined, OPERATOR);
    core.approved(B);
    for (const zone_id of ['', shed]) {
      core.devices.heartbeat(A, beat({ zone_id }));
      core.devices.heartbeat(B, beat({ zone_id }));
    }
    expect(sent(core)).toEqual([]);
  });

  it('and reports another zone than confirmed gets a warning with what it says, until it agrees', () => {
    const core = zoned();
    core.devices.heartbeat(A, beat({ zone_id: shed }));
    expect(warnings(core)).toMatchObject([{ code: 'zone_mismatch', raw: shed, count: 1 }]);
    core.devices.heartbeat(A, beat());
    expect(warnings(core)).toMatchObject([{ count: 1 }]);
    core.devices.heartbeat(A, beat({ zone_id: '' }));
    expect(warnings(core)).toMatchObject([{ raw: 'none', count: 2 }]);
    core.devices.heartbeat(A, beat({ zone_id: tent }));
    expect(warnings(core)).toEqual([]);
  });

  it('gets no warning while a change of its zone is on its way', () => {
    const core = zoned();
    core.assignment.assign(A, { zoneId: shed }, OPERATOR);
    core.devices.heartbeat(A, beat({ zone_id: shed }));
    expect(warnings(core)).toEqual([]);
  });
});

it('a device that is removed and comes anew is not remembered', () => {
  const core = openCore();
  zoned(core);
  core.devices.remove(A, OPERATOR);
  core.approved(A);
  expect(core.assignment.timesOf(A)).toEqual({});
});
