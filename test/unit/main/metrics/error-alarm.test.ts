import { describe, expect, it } from 'vitest';
import { CLOCK_START_MS } from '../../../fakes/manual-clock';
import { openMetrics, validBeat } from './metrics-bench';

const iso = (seconds: number) => new Date(CLOCK_START_MS + seconds * 1_000).toISOString();

function bench() {
  const open = openMetrics();
  open.metrics.start();
  const receive = (good: number, bad: number) => {
    for (let count = 0; count < good; count += 1) open.receive(validBeat);
    for (let count = 0; count < bad; count += 1) open.receive({});
  };
  const entries = () => open.entries.map(({ kind, message, details }) => ({ kind, message, details }));
  return { ...open, receive, entries };
}

describe('the error alarm', () => {
  it('begins and ends with a line in the journal and a word to the screens', () => {
    const { metrics, clock, receive, entries, changes } = bench();
    receive(70, 10);
    expect(metrics.errorAlarm).toEqual({ active: false, since: null, rate: 0, messages: 0 }); // looked at by the clock
    clock.advance(1_000);
    expect([metrics.errorAlarm, metrics.view().gauges['errorAlarm'], changes()]).toEqual([
      { active: true, since: iso(1), rate: 0.125, messages: 80 },
      1,
      1,
    ]);
    clock.advance(1_000);
    receive(300, 0);
    clock.advance(1_000);
    expect([metrics.errorAlarm, changes()]).toEqual([{ active: false, since: null, rate: 10 / 380, messages: 380 }, 2]);
    expect(entries()).toEqual([
      {
        kind: 'console.error_rate_high',
        message:
          'Too many errors: 10 of 80 messages of the last minute failed (12.5 %), most of them payloads that break the contract; Devices shows who sends them.',
        details: { rate: 0.125, messages: 80, failed: 10, cause: 'malformed' },
      },
      {
        kind: 'console.error_rate_normal',
        message: 'Messages get through again: 10 of 380 messages of the last minute failed (2.6 %).',
        details: { rate: 10 / 380, messages: 380, failed: 10, cause: 'malformed' },
      },
    ]);
  });

  it('ends when nothing came for a minute, and says so', () => {
    const { metrics, clock, receive, entries } = bench();
    receive(0, 20);
    clock.advance(60_000);
    expect(metrics.errorAlarm.active).toBe(true);
    clock.advance(1_000);
    expect([metrics.errorAlarm.active, entries().at(-1)]).toEqual([
      false,
      {
        kind: 'console.error_rate_normal',
        message: 'The alarm about failing messages ended: there was no message for a minute.',
        details: { rate: 0, messages: 0, failed: 0, cause: null },
      },
    ]);
  });

  it('keeps its begin while it lasts, also when the wall clock jumps', () => {
    const { metrics, clock, receive } = bench();
    receive(0, 20);
    clock.advance(1_000);
    clock.jump(3_600_000);
    receive(10, 10);
    clock.advance(30_000);
    expect(metrics.errorAlarm).toMatchObject({ active: true, since: iso(1), messages: 40 });
  });

  it('counts what went before only once, and nothing of before its start', () => {
    const { metrics, clock, receive } = bench();
    receive(19, 1);
    clock.advance(30_000);
    receive(5, 0);
    clock.advance(1_000);
    expect(metrics.errorAlarm).toEqual({ active: false, since: null, rate: 1 / 25, messages: 25 });
  });
});
