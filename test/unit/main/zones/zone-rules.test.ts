import { describe, expect, it } from 'vitest';
import type { ZoneAssignment } from '../../../../src/main/devices/device-record';
import { nextZone, zoneAnswer, type ZoneAnswer, type ZoneEvent } from '../../../../src/main/zones/zone-rules';
import { zoneAck } from '../../../../src/shared/wire/messages/zone';
import type { ZoneId } from '../../../../src/shared/domain/ids';
import { shed, tent } from './zone-bench';

const silence = 'The device did not answer within 15 seconds. Check that it is there, then assign the zone again.';
const wrong = (words: string) => `The device answered ${words}, which is not what was asked.`;

describe('What an acknowledgement means', () => {
  it.each<[string, ZoneId | null, Record<string, unknown> | null, ZoneAnswer]>([
    ['silence', tent, null, { state: 'timeout', reason: silence }],
    ['the zone', tent, { status: 'zone_assigned', zone_id: tent }, { state: 'confirmed', said: tent }],
    ['no zone named', tent, { status: 'zone_assigned' }, { state: 'confirmed', said: tent }],
    [
      'another zone',
      tent,
      { status: 'zone_assigned', zone_id: shed },
      { state: 'failed', reason: wrong('zone_assigned shed'), said: shed },
    ],
    [
      'an empty zone',
      tent,
      { status: 'zone_assigned', zone_id: '' },
      { state: 'failed', reason: wrong('zone_assigned'), said: null },
    ],
    ['a removal', tent, { status: 'zone_removed' }, { state: 'failed', reason: wrong('zone_removed'), said: null }],
    ['a removal that was asked', null, { status: 'zone_removed', zone_id: '' }, { state: 'confirmed', said: null }],
    [
      'a zone instead of a removal',
      null,
      { status: 'zone_assigned', zone_id: tent },
      { state: 'failed', reason: wrong('zone_assigned tent'), said: tent },
    ],
    [
      'a nameless zone instead of a removal',
      null,
      { status: 'zone_assigned' },
      { state: 'failed', reason: wrong('zone_assigned'), said: null },
    ],
    ['a refusal', tent, { status: 'error', message: 'no' }, { state: 'failed', reason: 'no' }],
    [
      'a refusal without words',
      tent,
      { status: 'error' },
      { state: 'failed', reason: 'The device refused without a reason.' },
    ],
  ])('%s', (_name, asked, ack, answer) => {
    expect(zoneAnswer(asked, ack && zoneAck.schema.parse(ack))).toEqual(answer);
  });
});

describe('The zone of a device', () => {
  const none: ZoneAssignment = { desired: null, confirmed: null, state: 'none' };
  const inTent: ZoneAssignment = { desired: tent, confirmed: tent, state: 'confirmed' };
  const toShed: ZoneAssignment = { desired: shed, confirmed: tent, state: 'pending' };
  const answered = (answer: ZoneAnswer, isOvertaken = false): ZoneEvent => ({
    kind: 'answered',
    zoneId: shed,
    answer,
    isOvertaken,
  });

  it.each<[string, ZoneAssignment, ZoneEvent, ZoneAssignment]>([
    ['is pending once asked for', { ...inTent, state: 'failed', reason: 'x' }, { kind: 'asked', zoneId: shed }, toShed],
    [
      'is confirmed by the answer',
      toShed,
      answered({ state: 'confirmed', said: shed }),
      { desired: shed, confirmed: shed, state: 'confirmed' },
    ],
    [
      'is none after a confirmed removal',
      { ...inTent, desired: null, state: 'pending' },
      { kind: 'answered', zoneId: null, answer: { state: 'confirmed', said: null }, isOvertaken: false },
      none,
    ],
    [
      'has failed with the reason',
      toShed,
      answered({ state: 'timeout', reason: silence }),
      { desired: shed, confirmed: tent, state: 'failed', reason: silence },
    ],
    [
      'stays pending for a newer wish',
      { ...toShed, desired: null },
      answered({ state: 'confirmed', said: shed }, true),
      { desired: null, confirmed: shed, state: 'pending' },
    ],
    ['takes over what the device says', toShed, { kind: 'said', zoneId: null }, { ...toShed, confirmed: null }],
    [
      'is the affair of the device when nobody wished one',
      none,
      { kind: 'said', zoneId: tent },
      { ...none, confirmed: tent },
    ],
    [
      'has failed when the device says that it left',
      inTent,
      { kind: 'said', zoneId: null },
      { desired: tent, confirmed: null, state: 'failed', reason: 'The device says that it left its zone.' },
    ],
    [
      'has failed when the device is elsewhere',
      inTent,
      { kind: 'said', zoneId: shed },
      { desired: tent, confirmed: shed, state: 'failed', reason: 'The device says that it is in zone shed.' },
    ],
    [
      'agrees when the device says so',
      { desired: tent, confirmed: shed, state: 'failed', reason: 'x' },
      { kind: 'said', zoneId: tent },
      inTent,
    ],
    [
      'has failed when its change was given up',
      toShed,
      { kind: 'given_up', reason: 'x' },
      { desired: shed, confirmed: tent, state: 'failed', reason: 'x' },
    ],
    ['is not touched by giving up what was not open', inTent, { kind: 'given_up', reason: 'x' }, inTent],
    ['is the confirmed one again after withdrawing', toShed, { kind: 'withdrawn' }, inTent],
    ['is none again after withdrawing the first wish', { ...toShed, confirmed: null }, { kind: 'withdrawn' }, none],
  ])('%s', (_name, zone, event, next) => {
    expect(nextZone(zone, event)).toEqual(next);
  });

  it('knows no other event', () => {
    expect(() => nextZone(inTent, { kind: 'eclipse' } as never)).toThrow('eclipse');
  });
});
