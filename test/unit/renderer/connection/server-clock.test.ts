import { describe, expect, test } from 'vitest';
import { ServerClock } from '../../../../src/renderer/connection/server-clock';

describe("the console's clock", () => {
  test('is the page clock until something is known', () => {
    expect(new ServerClock().now(1000)).toBe(1000);
  });

  test('follows the message with the least delay', () => {
    const clock = new ServerClock();
    clock.note(5_000_000, 1_000_400);
    clock.note(5_000_100, 1_000_120);
    clock.note(5_000_200, 1_000_900);
    expect(clock.now(1_001_000)).toBe(1_001_000 + 3_999_980);
  });

  test('does not take a lasting delay for an offset', () => {
    const clock = new ServerClock();
    clock.note(1000, 1000);
    for (let second = 1; second <= 120; second += 1) clock.note(second * 1000, second * 1000 + 3000);
    expect(clock.now(121_000)).toBe(121_000);
  });

  test('follows a clock that drifts slowly', () => {
    const clock = new ServerClock();
    for (let second = 0; second <= 36_000; second += 10) clock.note(second * 1000 * (1 - 50e-6), second * 1000);
    expect(Math.abs(clock.now(36_000_000) - 36_000_000 * (1 - 50e-6))).toBeLessThan(5);
  });

  test('takes the status for a coarse idea and lets a frame correct it', () => {
    const clock = new ServerClock();
    clock.noteStatus({ startedAt: '2026-11-21T12:00:00.000Z', uptimeS: 60 }, 0);
    expect(clock.now(0)).toBe(Date.parse('2026-11-21T12:01:00.000Z'));
    clock.note(5000, 0);
    clock.noteStatus({ startedAt: '2026-11-21T12:00:00.000Z', uptimeS: 60 }, 0);
    expect(clock.now(0)).toBe(5000);
  });

  test('is measured anew after a restart of the connection', () => {
    const clock = new ServerClock();
    clock.note(9_000_000, 0);
    clock.restart();
    clock.note(100, 0);
    expect(clock.now(0)).toBe(100);
  });
});
