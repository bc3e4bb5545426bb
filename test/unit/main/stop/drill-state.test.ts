import { describe, expect, it } from 'vitest';
import { nextDrill, nobodySentence, skipReason, type DrillEvent } from '../../../../src/main/stop/drill-state';
import type { DrillView } from '../../../../src/shared/api/stop';
import type { DeviceId } from '../../../../src/shared/domain/ids';

const a = 'ESP_A' as DeviceId;
const b = 'ESP_B' as DeviceId;
const start = Date.UTC(2026, 10, 21, 12);
const ready = { isApproved: true, isStopped: false, isOnline: true, capabilities: ['drill'] };
const drill = (devices: DrillView['devices'], more: Partial<DrillView> = {}): DrillView => ({
  id: 'd-1',
  scope: { kind: 'all' },
  by: 'user:operator',
  startedAt: new Date(start).toISOString(),
  devices,
  ...more,
});
const finishedAt = new Date(start + 100).toISOString();
const step = (before: DrillView, event: DrillEvent) => nextDrill(before, event, start + 100);

describe('who takes part in a drill', () => {
  it.each([
    [ready, null],
    [{ ...ready, capabilities: undefined }, 'no_capability'],
    [{ ...ready, capabilities: ['reboot'] }, 'no_capability'],
    [{ ...ready, isOnline: false }, 'offline'],
    [{ ...ready, isStopped: true, isOnline: false }, 'stopped'],
    [{ ...ready, isApproved: false, isStopped: true }, 'not_approved'],
  ])('%j: %s', (candidate, expected) => {
    expect(skipReason(candidate)).toBe(expected);
  });

  it('is told in words when it is nobody', () => {
    const reasons = ['offline', 'offline', 'stopped', 'not_approved', 'no_capability'].map((reason) => ({ reason }));
    expect(nobodySentence(reasons)).toBe(
      'No device here can take part in a drill: 2 not online, 1 in an engaged stop, 1 not approved, 1 without the capability "drill" in the firmware. A device that does not know drills might really stop, so none was asked. Bring one online or update its firmware.',
    );
    expect(nobodySentence([])).toBe('There is no device here that could take part in a drill.');
  });
});

describe('nextDrill', () => {
  const waiting = drill([
    { deviceId: a, state: 'sent' },
    { deviceId: b, state: 'skipped', reason: 'offline' },
  ]);

  it('finishes with the last answer', () => {
    expect(step(waiting, { kind: 'answered', deviceId: a, latencyMs: 40 })).toEqual(
      drill([{ deviceId: a, state: 'confirmed', latencyMs: 40 }, ...waiting.devices.slice(1)], { finishedAt }),
    );
  });

  it('goes on while somebody is waited for', () => {
    const both = drill([
      { deviceId: a, state: 'sent' },
      { deviceId: b, state: 'sent' },
    ]);
    const one = step(both, { kind: 'answered', deviceId: b, latencyMs: 40 });
    expect([one.devices.map(({ state }) => state), one.finishedAt]).toEqual([['sent', 'confirmed'], undefined]);
  });

  it.each<[DrillEvent, DrillView['devices'][number]]>([
    [
      { kind: 'failed', deviceId: a, reason: 'unauthorized' },
      { deviceId: a, state: 'unconfirmed', reason: 'unauthorized' },
    ],
    [
      { kind: 'really_stopped', deviceId: a },
      { deviceId: a, state: 'unconfirmed', reason: 'really_stopped' },
    ],
    [{ kind: 'overdue' }, { deviceId: a, state: 'unconfirmed' }],
    [{ kind: 'restarted' }, { deviceId: a, state: 'unconfirmed', reason: 'restarted' }],
  ])('%j ends the waiting', (event, expected) => {
    expect(step(waiting, event)).toEqual(drill([expected, ...waiting.devices.slice(1)], { finishedAt }));
  });

  it.each<DrillEvent>([
    { kind: 'answered', deviceId: a, latencyMs: 9 },
    { kind: 'answered', deviceId: b, latencyMs: 9 },
    { kind: 'failed', deviceId: a, reason: 'stopped' },
    { kind: 'failed', deviceId: b, reason: 'stopped' },
    { kind: 'really_stopped', deviceId: b },
    { kind: 'overdue' },
    { kind: 'restarted' },
  ])('%j changes nothing in a finished drill', (event) => {
    const done = step(waiting, { kind: 'answered', deviceId: a, latencyMs: 40 });
    expect(step(done, event)).toBe(done);
  });

  it('tells that a device really stopped even after its answer, once, and does not finish again', () => {
    const done = step(waiting, { kind: 'answered', deviceId: a, latencyMs: 40 });
    const event = { kind: 'really_stopped', deviceId: a } as const;
    const told = nextDrill(done, event, start + 9_000);
    expect([told.devices[0], told.finishedAt]).toEqual([
      { deviceId: a, state: 'unconfirmed', reason: 'really_stopped' },
      finishedAt,
    ]);
    expect(step(told, event)).toBe(told);
  });

  it('throws for an event that does not exist', () => {
    expect(() => step(waiting, { kind: 'eclipse' } as never)).toThrow('eclipse');
  });
});
