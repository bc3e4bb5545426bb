import { describe, expect, test } from 'vitest';
import type { SerialLogLine } from '../../../../../../src/shared/api/flash';
import {
  levelFilters,
  lineTime,
  linesAsText,
  passesFilter,
  rowsInSight,
  saveName,
} from '../../../../../../src/renderer/features/commissioning/monitor/monitor-rules';

const at = new Date(2026, 10, 21, 4, 2, 7, 9).getTime();

function line(level: SerialLogLine['level'], text = 'mqtt: Connected'): SerialLogLine {
  return { atMs: at, level, text };
}

describe('The filter of the monitor', () => {
  test('lets a level and everything above it through; lines without a level only when all are wanted', () => {
    const levels = [null, 'debug', 'info', 'warning', 'error'] as const;
    const passing = levelFilters.map((level) => levels.filter((each) => passesFilter(line(each), { text: '', level })));
    expect(passing).toEqual([
      [null, 'debug', 'info', 'warning', 'error'],
      ['debug', 'info', 'warning', 'error'],
      ['info', 'warning', 'error'],
      ['warning', 'error'],
      ['error'],
    ]);
  });

  test('finds text in any case, and no pattern', () => {
    expect(passesFilter(line('info'), { text: 'CONNECTED', level: 'all' })).toBe(true);
    expect(passesFilter(line('info'), { text: 'm.tt', level: 'all' })).toBe(false);
    expect(passesFilter(line('info'), { text: 'connected', level: 'error' })).toBe(false);
  });
});

describe('Lines of the monitor', () => {
  test('carry local time to the millisecond', () => {
    expect(lineTime(at)).toBe('04:02:07.009');
  });

  test('stand in a file as time, level and text', () => {
    expect(linesAsText([line('error', 'no answer'), line(null, 'rst:0x1')])).toBe(
      '04:02:07.009 E no answer\n04:02:07.009 - rst:0x1\n',
    );
    expect(linesAsText([])).toBe('');
  });

  test.each([
    ['/dev/ttyUSB0', 'serial-ttyUSB0-2026-11-21-040207.txt'],
    ['COM3', 'serial-COM3-2026-11-21-040207.txt'],
    ['\\\\.\\COM12', 'serial-COM12-2026-11-21-040207.txt'],
    ['/dev/serial/a:b c', 'serial-a_b_c-2026-11-21-040207.txt'],
    ['', 'serial-port-2026-11-21-040207.txt'],
  ])('of %s are saved under a name that every system takes', (port, name) => {
    expect(saveName(port, at)).toBe(name);
  });

  test.each([
    [
      { top: 0, height: 200, count: 1000 },
      { first: 0, end: 18 },
    ],
    [
      { top: 2000, height: 200, count: 1000 },
      { first: 92, end: 118 },
    ],
    [
      { top: 19_800, height: 200, count: 1000 },
      { first: 982, end: 1000 },
    ],
    [
      { top: 99_999, height: 200, count: 10 },
      { first: 2, end: 10 },
    ],
    [
      { top: 0, height: 0, count: 0 },
      { first: 0, end: 0 },
    ],
  ])('in sight of %j are %j', ({ top, height, count }, rows) => {
    expect(rowsInSight(top, height, 20, count)).toEqual(rows);
  });
});
