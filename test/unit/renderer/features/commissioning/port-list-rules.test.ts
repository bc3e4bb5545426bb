import { describe, expect, it } from 'vitest';
import {
  arrangePorts,
  isPortUsable,
  mayLackDriver,
  onlyPort,
} from '../../../../../src/renderer/features/commissioning/port-list-rules';
import { samplePort } from './sample-jobs';

const paths = (rows: ReturnType<typeof arrangePorts>) =>
  rows.map(({ port, isGone }) => (isGone ? `${port.path} gone` : port.path));

describe('the rows of ports', () => {
  const a = samplePort({ path: 'a' });
  const b = samplePort({ path: 'b' });
  const c = samplePort({ path: 'c' });

  it('keep their places when ports come and go', () => {
    const first = arrangePorts([], [b, c]);
    const second = arrangePorts(first, [a, c]);
    expect(paths(second)).toEqual(['b gone', 'c', 'a']);
    expect(paths(arrangePorts(second, [a, b, c]))).toEqual(['b', 'c', 'a']);
  });

  it('show the present state of a port, not the one it had before', () => {
    const busy = samplePort({ path: 'b', use: 'flash' });
    expect(arrangePorts(arrangePorts([], [b]), [busy])).toEqual([{ port: busy, isGone: false }]);
  });

  it('forget ports that went away before they grow without end', () => {
    const many = Array.from({ length: 200 }, (_, index) => samplePort({ path: `p${index}` }));
    let rows = arrangePorts([], []);
    for (const port of many) rows = arrangePorts(rows, [port]);
    expect(rows.length).toBe(64);
    expect(paths(rows).at(-1)).toBe('p199');
  });
});

describe('a port', () => {
  it.each([
    ['is usable when it is free', {}, false, true],
    ['is usable while only the monitor has it', { use: 'monitor' }, false, true],
    ['is not usable while it is flashed', { use: 'flash' }, false, false],
    ['is not usable while a device is set up on it', { use: 'provisioning' }, false, false],
    ['is not usable when it is listed but absent', { isPresent: false }, false, false],
    ['is not usable when it has gone', {}, true, false],
  ] as const)('%s', (_name, change, isGone, expected) => {
    expect(isPortUsable({ port: samplePort(change), isGone })).toBe(expected);
  });

  it('is proposed when it is the only usable one', () => {
    const busy = samplePort({ path: 'busy', use: 'flash' });
    const free = samplePort({ path: 'free' });
    expect([onlyPort([busy, free]), onlyPort([busy]), onlyPort([free, samplePort({ path: 'other' })])]).toEqual([
      'free',
      null,
      null,
    ]);
  });
});

describe('a missing driver', () => {
  const list = (platform: 'linux' | 'win32' | 'darwin', isPresent: boolean) => ({
    platform,
    problems: [],
    ports: [samplePort({ isPresent })],
  });

  it('is spoken of on Windows and macOS while no port is there', () => {
    expect([
      mayLackDriver(list('win32', false)),
      mayLackDriver(list('darwin', false)),
      mayLackDriver(list('linux', false)),
      mayLackDriver(list('win32', true)),
    ]).toEqual([true, true, false, false]);
  });
});
