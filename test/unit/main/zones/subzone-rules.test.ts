import { describe, expect, it } from 'vitest';
import { eventOf, subzoneAnswer, type SubzoneKind } from '../../../../src/main/zones/subzone-answer-rules';
import { copyId, nextSubzone, zoneForSubzones, type SubzoneEvent } from '../../../../src/main/zones/subzone-rules';
import type { SubzoneView } from '../../../../src/shared/api/devices';
import type { SubzoneId } from '../../../../src/shared/domain/ids';
import { subzoneAck } from '../../../../src/shared/wire/messages/subzone';
import { bedA, shed, tent } from './zone-bench';

const onDevice = { gpios: [4], zoneId: tent };
const bed: SubzoneView = {
  id: bedA,
  name: 'Bed A',
  gpios: [4],
  parentZoneId: tent,
  state: 'confirmed',
  confirmed: onDevice,
  isRemoving: false,
  safeMode: { desired: false, state: 'none' },
};
const pending: SubzoneView = { ...bed, state: 'pending', confirmed: null };
const failed: SubzoneView = { ...bed, state: 'failed', reason: 'x' };

describe('A subzone', () => {
  it.each<[string, SubzoneView, SubzoneEvent, SubzoneView | null]>([
    ['is being dissolved', failed, { kind: 'remove' }, { ...bed, state: 'pending', isRemoving: true }],
    [
      'gives its pins away',
      { ...bed, safeMode: { desired: true, state: 'sent' } },
      { kind: 'empty', parentZoneId: tent },
      { ...bed, gpios: [], state: 'pending' },
    ],
    [
      'is sent again into the new zone',
      failed,
      { kind: 'again', parentZoneId: shed },
      { ...bed, state: 'pending', parentZoneId: shed },
    ],
    ['is confirmed by the device', pending, { kind: 'assigned', gpios: [4], zoneId: tent }, bed],
    [
      'has its safe mode sent with the assignment',
      { ...pending, safeMode: { desired: true, state: 'failed' } },
      { kind: 'assigned', gpios: [4], zoneId: tent },
      { ...bed, safeMode: { desired: true, state: 'sent' } },
    ],
    [
      'waits for its own change of the safe mode',
      { ...pending, safeMode: { desired: true, state: 'pending' } },
      { kind: 'assigned', gpios: [4], zoneId: tent },
      { ...bed, safeMode: { desired: true, state: 'pending' } },
    ],
    ['is gone once removed', { ...bed, state: 'pending', isRemoving: true }, { kind: 'removed' }, null],
    ['is gone when the device removed it by itself', bed, { kind: 'removed' }, null],
    [
      'stays as an empty definition',
      { ...bed, gpios: [], state: 'pending' },
      { kind: 'removed' },
      { ...bed, gpios: [], state: 'none', confirmed: null },
    ],
    ['has failed with the reason', pending, { kind: 'failed', reason: 'x' }, { ...failed, confirmed: null }],
    ['notes what the device has', failed, { kind: 'said', confirmed: null }, { ...failed, confirmed: null }],
    [
      'has failed when its device left the zone',
      bed,
      { kind: 'left' },
      {
        ...bed,
        state: 'failed',
        confirmed: null,
        reason: 'The device left its zone, and its subzones went with it.',
      },
    ],
    [
      'stays pending when its device left the zone before the change',
      { ...bed, state: 'pending' },
      { kind: 'left' },
      pending,
    ],
    [
      'goes back to what the device has when the change is withdrawn',
      { ...bed, gpios: [5], state: 'pending', isRemoving: true },
      { kind: 'withdrawn' },
      bed,
    ],
    ['is gone when its first change is withdrawn', pending, { kind: 'withdrawn' }, null],
    [
      'is empty when the removal of what never was there is withdrawn',
      { ...pending, isRemoving: true },
      { kind: 'withdrawn' },
      { ...bed, gpios: [], state: 'none', confirmed: null },
    ],
    [
      'keeps the reason of a failure while safe mode changes',
      failed,
      { kind: 'safe_asked', isEnabled: true },
      { ...failed, safeMode: { desired: true, state: 'pending' } },
    ],
    [
      'has its safe mode refused',
      { ...bed, safeMode: { desired: true, state: 'pending' } },
      { kind: 'safe_ended', isSent: false },
      { ...bed, safeMode: { desired: true, state: 'failed' } },
    ],
  ])('%s', (_name, before, event, after) => {
    expect(nextSubzone(before, event)).toEqual(after);
  });

  it('knows no other event', () => {
    expect(() => nextSubzone(bed, { kind: 'eclipse' } as never)).toThrow('eclipse');
  });
});

describe('An acknowledgement of a subzone', () => {
  const wrong = (words: string) => `The device answered ${words}, which is not what was asked.`;

  it.each<[SubzoneKind, Record<string, unknown>, string, string | undefined]>([
    ['subzone_assign', { status: 'subzone_assigned', subzone_id: bedA }, 'confirmed', undefined],
    ['subzone_assign', { status: 'subzone_assigned' }, 'confirmed', undefined],
    ['subzone_assign', { status: 'subzone_removed', subzone_id: bedA }, 'failed', wrong('subzone_removed bed_a')],
    ['subzone_assign', { status: 'subzone_removed' }, 'failed', wrong('subzone_removed')],
    ['subzone_remove', { status: 'subzone_removed', subzone_id: bedA }, 'confirmed', undefined],
    ['subzone_remove', { status: 'error', reason_code: 'SUBZONE_NOT_FOUND' }, 'confirmed', undefined],
    ['subzone_assign', { status: 'error', reason_code: 'SUBZONE_NOT_FOUND' }, 'failed', 'SUBZONE_NOT_FOUND'],
    ['subzone_safe', { status: 'error', reason_code: 'SUBZONE_NOT_FOUND' }, 'failed', 'SUBZONE_NOT_FOUND'],
    ['subzone_safe', { status: 'subzone_assigned', subzone_id: bedA }, 'confirmed', undefined],
    ['subzone_remove', { status: 'error', error_code: 2506, message: 'NVS save failed' }, 'failed', 'NVS save failed'],
  ])('answers %s with %o: %s', (kind, ack, state, reason) => {
    const answer = subzoneAnswer(kind, bedA, subzoneAck.schema.parse(ack));
    expect(answer).toEqual({ state, ...(reason !== undefined && { reason }) });
  });

  it.each<[SubzoneKind, 'confirmed' | 'failed' | 'timeout', boolean, SubzoneEvent | null]>([
    ['subzone_assign', 'confirmed', false, { kind: 'assigned', gpios: [4], zoneId: tent }],
    ['subzone_assign', 'confirmed', true, { kind: 'said', confirmed: onDevice }],
    ['subzone_assign', 'timeout', false, { kind: 'failed', reason: '' }],
    ['subzone_assign', 'failed', true, null],
    ['subzone_remove', 'confirmed', false, { kind: 'removed' }],
    ['subzone_remove', 'confirmed', true, { kind: 'said', confirmed: null }],
    ['subzone_safe', 'timeout', false, { kind: 'safe_ended', isSent: true }],
    ['subzone_safe', 'failed', false, { kind: 'safe_ended', isSent: false }],
    ['subzone_safe', 'failed', true, null],
  ])('of %s that is %s (overtaken: %s) does what it says to the record', (kind, state, isOvertaken, event) => {
    expect(eventOf({ kind, answer: { state }, gpios: [4] }, tent, isOvertaken)).toEqual(event);
  });
});

describe('The id of a copy', () => {
  it.each([
    ['bed_a', [], 'bed_a_copy'],
    ['bed_a', ['bed_a_copy'], 'bed_a_copy_2'],
    ['bed_a_copy', ['bed_a_copy', 'bed_a_copy_2'], 'bed_a_copy_3'],
    ['bed_a_copy_2', [], 'bed_a_copy'],
    ['x'.repeat(32), [], `${'x'.repeat(27)}_copy`],
    ['x'.repeat(32), [`${'x'.repeat(27)}_copy`], `${'x'.repeat(25)}_copy_2`],
  ])('of %s beside %o is %s', (id, taken, copy) => {
    expect(copyId(id as SubzoneId, new Set(taken))).toBe(copy);
  });
});

describe('The zone that subzones belong to', () => {
  it.each([
    [{ desired: shed, confirmed: tent, state: 'pending' } as const, shed],
    [{ desired: null, confirmed: tent, state: 'pending' } as const, null],
    [{ desired: null, confirmed: tent, state: 'failed' } as const, tent],
    [{ desired: null, confirmed: null, state: 'none' } as const, null],
  ])('of %o is %s', (zone, expected) => {
    expect(zoneForSubzones(zone)).toBe(expected);
  });
});
