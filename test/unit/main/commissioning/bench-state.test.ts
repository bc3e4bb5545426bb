import { describe, expect, it } from 'vitest';
import { emptyDueMs, newLane, nextLane, REENUMERATION_MS, type Lane, type LaneEvent } from '../../../../src/main/commissioning/bench-state'; // prettier-ignore

const at = 100_000;
const lane = (state: Lane['state'], more: Partial<Lane> = {}): Lane => ({
  ...newLane,
  isOn: true,
  isPresent: true,
  state,
  ...more,
});
const plugged = (serialNumber: string | null = null, isNativeUsb = false): LaneEvent => ({ kind: 'plugged', serialNumber, isNativeUsb }); // prettier-ignore
const gone = (forMs: number): Partial<Lane> => ({ isPresent: false, goneAtMs: at - forMs });
const ended = (isPassed = true): LaneEvent => ({ kind: 'ended', jobId: 'j', isPassed });
const started = (isPresent: boolean): LaneEvent => ({ kind: 'started', isPresent, serialNumber: null });
const working = (more: Partial<Lane> = {}) => lane('working', { jobId: 'j', ...more });
type Expected = [Lane['state'], 'board' | 'again' | null];
const short = REENUMERATION_MS - 1;

describe('A lane of the bench line', () => {
  it.each<[string, Lane, LaneEvent, Expected]>([
    ['begins with a board that is there', lane('off', { isOn: false }), started(true), ['working', 'board']],
    ['waits for a board', lane('off', { isOn: false }), started(false), ['empty', null]],
    ['goes on with its job when the line starts again', working({ isOn: false }), started(true), ['working', null]],
    ['begins with a board that is plugged in', lane('empty', gone(1)), plugged(), ['working', 'board']],
    ['is off when the line stops', lane('empty'), { kind: 'stopped' }, ['off', null]],
    ['finishes its job when the line stops', working(), { kind: 'stopped' }, ['working', null]],
    ['keeps its result when the line stops', lane('failed'), { kind: 'stopped' }, ['failed', null]],
    ['begins nothing when it is off', lane('off', { isOn: false, ...gone(9_999) }), plugged(), ['off', null]],
    ['is finished', working(), ended(), ['finished', null]],
    ['is failed', working(), ended(false), ['failed', null]],
    ['does not care about the end of another job', working({ jobId: 'k' }), ended(), ['working', null]],
    ['takes a short absence for a reset', lane('finished', gone(short)), plugged(), ['finished', null]],
    ['takes a short absence for a reset after a failure too', lane('failed', gone(short)), plugged(), ['failed', null]],
    ['takes a longer one for another board', lane('finished', gone(REENUMERATION_MS)), plugged(), ['working', 'board']],
    ['knows another board by its number', lane('finished', { serialNumber: 'A', ...gone(1) }), plugged('B'), ['working', 'board']], // prettier-ignore
    ['knows the same chip by its number', lane('failed', { serialNumber: 'A', ...gone(60_000) }), plugged('A', true), ['failed', null]], // prettier-ignore
    ['does not trust the number of a bridge', lane('finished', { serialNumber: '0001', ...gone(60_000) }), plugged('0001'), ['working', 'board']], // prettier-ignore
    ['does not begin another board while it works', working(gone(60_000)), plugged(), ['working', null]],
    ['begins the other board after its job', working({ hasNextBoard: true }), ended(false), ['working', 'board']],
    ['does not begin it when the line was stopped', working({ hasNextBoard: true, isOn: false }), ended(false), ['failed', null]], // prettier-ignore
    ['is empty when its board was taken away', lane('finished', gone(REENUMERATION_MS)), { kind: 'waited' }, ['empty', null]], // prettier-ignore
    ['is not empty too early', lane('finished', gone(short)), { kind: 'waited' }, ['finished', null]],
    ['is off when its board was taken away after the line', lane('failed', { isOn: false, ...gone(REENUMERATION_MS) }), { kind: 'waited' }, ['off', null]], // prettier-ignore
    ['is off when another board comes after the line', lane('failed', { isOn: false, ...gone(60_000) }), plugged(), ['off', null]], // prettier-ignore
    ['tries the same board again', lane('failed'), { kind: 'retry' }, ['working', 'again']],
    [
      'goes on with the next board where no port tells of it',
      lane('finished'),
      { kind: 'retry' },
      ['working', 'board'],
    ],
    [
      'begins a board that no port tells of',
      lane('empty', { isPresent: false }),
      { kind: 'retry' },
      ['working', 'board'],
    ],
    ['does not try again while it works', working(), { kind: 'retry' }, ['working', null]],
    ['does not try again when the line is off', lane('failed', { isOn: false }), { kind: 'retry' }, ['failed', null]],
    ['works on when its port goes away', working(), { kind: 'unplugged' }, ['working', null]],
  ])('%s', (_name, before, event, expected) => {
    const next = nextLane(before, event, at);
    expect([next.lane.state, next.begin]).toEqual(expected);
  });

  it('counts what passed and what failed', () => {
    const counts = (step: Lane) => [step.passed, step.failed];
    const one = nextLane(working(), ended(), at).lane;
    const two = nextLane({ ...working({ passed: 1 }) }, ended(false), at).lane;
    expect([counts(one), counts(two)]).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('forgets the next board when that goes away before the job has ended', () => {
    const next = nextLane(working(gone(REENUMERATION_MS)), plugged(), at).lane;
    expect(next.hasNextBoard).toBe(true);
    expect(nextLane(next, { kind: 'unplugged' }, at).lane).toMatchObject({ hasNextBoard: false, isPresent: false, goneAtMs: at }); // prettier-ignore
  });

  it('takes the job of its board, and no other', () => {
    expect(nextLane(working({ jobId: null }), { kind: 'began', jobId: 'n' }, at).lane.jobId).toBe('n');
    expect(nextLane(lane('failed', { jobId: 'j' }), { kind: 'began', jobId: 'n' }, at).lane.jobId).toBe('j');
  });

  it('shows a result for a while even when the board went before it', () => {
    expect(emptyDueMs(lane('failed', { ...gone(60_000), endedAtMs: at }))).toBe(at + REENUMERATION_MS);
    expect(emptyDueMs(lane('failed', { ...gone(1_000), endedAtMs: at - 9_000 }))).toBe(at - 1_000 + REENUMERATION_MS);
    expect([emptyDueMs(lane('failed')), emptyDueMs(working(gone(1))), emptyDueMs(lane('finished', { isPresent: false }))]).toEqual([null, null, null]); // prettier-ignore
  });
});
