import { describe, expect, it } from 'vitest';
import {
  decideResync,
  reportedZone,
  zoneMismatch,
  type ResyncDecision,
  type ResyncFacts,
} from '../../../../src/main/zones/resync-rules';
import type { SubzoneView } from '../../../../src/shared/api/devices';
import { bedA, shed, tent } from './zone-bench';

const bed: SubzoneView = {
  id: bedA,
  name: 'Bed A',
  gpios: [4],
  parentZoneId: null,
  state: 'confirmed',
  confirmed: { gpios: [4], zoneId: tent },
  isRemoving: false,
  safeMode: { desired: false, state: 'none' },
};
const inTent = { desired: tent, confirmed: tent, state: 'confirmed' } as const;
const device: ResyncFacts['device'] = { approval: 'approved', zone: inTent, subzones: [bed] };
/** A healthy device that has just come back. */
const back: ResyncFacts = {
  device,
  reported: tent,
  subzoneCount: 1,
  isBack: true,
  isZoneOpen: false,
  sinceConfirmedMs: Infinity,
  sinceEndedMs: Infinity,
  failures: 0,
};
const failedZone = { ...device, zone: { ...inTent, state: 'failed' } } as const;
const failedBed = { ...device, subzones: [{ ...bed, state: 'failed' }] } as const;
const send = (why: string): ResyncDecision => ({ kind: 'send', why });
const nothing: ResyncDecision = { kind: 'nothing' };
const later: ResyncDecision = { kind: 'later' };

describe('What a device is sent again', () => {
  it.each<[string, Partial<ResyncFacts>, ResyncDecision]>([
    ['a healthy device that came back', {}, nothing],
    ['one that reports nothing', { reported: undefined, subzoneCount: undefined }, nothing],
    ['one that came back without its zone', { reported: null }, send('the device reports no zone')],
    ['one that came back in another zone', { reported: shed }, send('the device reports zone shed')],
    ['one whose zone was not confirmed', { device: failedZone }, send('the last change of the zone was not confirmed')],
    ['one with a subzone that was not confirmed', { device: failedBed }, send('subzone Bed A was not confirmed')],
    [
      'one with fewer subzones than confirmed',
      { subzoneCount: 0 },
      send('the device reports 0 subzones and 1 are confirmed'),
    ],
    ['one with subzones that nobody here knows', { subzoneCount: 3, device: { ...device, subzones: [] } }, nothing],
    [
      'one with a subzone on its way, whose count says nothing',
      { subzoneCount: 0, device: { ...device, subzones: [{ ...bed, state: 'pending' }] } },
      nothing,
    ],
    [
      'one that lost its zone without going away',
      { isBack: false, reported: null },
      send('the device reports no zone'),
    ],
    ['one that stayed and has a failed change', { isBack: false, device: failedZone }, nothing],
    ['one that stayed and counts differently', { isBack: false, subzoneCount: 0 }, nothing],
    ['one with a change of its zone on its way', { isZoneOpen: true, reported: null }, later],
    ['a reconnect 119.999 s after a confirmation', { device: failedBed, sinceConfirmedMs: 119_999 }, later],
    [
      'a reconnect 120 s after a confirmation',
      { device: failedBed, sinceConfirmedMs: 120_000, sinceEndedMs: 120_000 },
      send('subzone Bed A was not confirmed'),
    ],
    ['a lost zone 59.999 s after the last change', { reported: null, sinceEndedMs: 59_999 }, later],
    [
      'a lost zone 60 s after a confirmation',
      { reported: null, sinceEndedMs: 60_000, sinceConfirmedMs: 60_000 },
      send('the device reports no zone'),
    ],
    ['a failed change 59.999 s ago', { device: failedZone, sinceEndedMs: 59_999 }, later],
    ['a refused change after 59.999 s', { device: failedZone, failures: 1, sinceEndedMs: 59_999 }, later],
    ['one refused three times after 239.999 s', { reported: null, failures: 3, sinceEndedMs: 239_999 }, later],
    [
      'one refused three times after 240 s',
      { reported: null, failures: 3, sinceEndedMs: 240_000 },
      send('the device reports no zone'),
    ],
    [
      'one refused ever so often after an hour',
      { reported: null, failures: 99, sinceEndedMs: 3_600_000 },
      send('the device reports no zone'),
    ],
    ['a device that is not approved', { reported: null, device: { ...device, approval: 'rejected' } }, nothing],
    [
      'one for which nobody wished a zone',
      { reported: shed, device: { ...device, zone: { desired: null, confirmed: null, state: 'none' } } },
      nothing,
    ],
    [
      'one whose removal from the zone was not confirmed',
      { device: { ...device, zone: { desired: null, confirmed: tent, state: 'failed' } } },
      send('the last change of the zone was not confirmed'),
    ],
  ])('%s', (_name, facts, decision) => {
    expect(decideResync({ ...back, ...facts })).toEqual(decision);
  });
});

describe('The zone of a heartbeat', () => {
  it.each([
    [{ zone_id: 'tent', zone_assigned: true }, 'tent'],
    [{ zone_id: 'tent', zone_assigned: undefined }, 'tent'],
    [{ zone_id: 'tent', zone_assigned: false }, null],
    [{ zone_id: '', zone_assigned: undefined }, null],
    [{ zone_id: undefined, zone_assigned: false }, null],
    [{ zone_id: undefined, zone_assigned: true }, undefined],
    [{ zone_id: undefined, zone_assigned: undefined }, undefined],
  ])('%o is %s', (beat, zone) => {
    expect(reportedZone(beat)).toBe(zone);
  });
});

describe('A mismatch of zones', () => {
  const end = 'Assign its zone again if it does not settle by itself.';

  it.each<[string, Parameters<typeof zoneMismatch>, string | null]>([
    ['agreement', [device, tent], null],
    ['silence', [device, undefined], null],
    ['no zone', [device, null], `The device says that it is in no zone, but zone tent was confirmed. ${end}`],
    ['another zone', [device, shed], `The device says that it is in zone shed, but zone tent was confirmed. ${end}`],
    [
      'a zone where none was confirmed',
      [{ ...device, zone: { ...inTent, confirmed: null } }, tent],
      `The device says that it is in zone tent, but none was confirmed. ${end}`,
    ],
    ['a device that is not approved', [{ ...device, approval: 'pending' }, shed], null],
  ])('%s', (_name, [facts, reported], message) => {
    expect(zoneMismatch(facts, reported)).toBe(message);
  });
});
