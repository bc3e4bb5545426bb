import { describe, expect, it } from 'vitest';
import { defaultDataDirectory, type Machine } from '../../../../src/main/host/data-directory';

const machine = (platform: NodeJS.Platform, env: Machine['env'] = {}): Machine => ({ platform, env, home: '/home/u' });

describe('default data directory', () => {
  it.each([
    ['Linux', machine('linux'), '/home/u/.local/share/leitstand'],
    ['Linux with XDG_DATA_HOME', machine('linux', { XDG_DATA_HOME: '/data' }), '/data/leitstand'],
    ['Linux with an empty XDG_DATA_HOME', machine('linux', { XDG_DATA_HOME: '' }), '/home/u/.local/share/leitstand'],
    ['macOS', machine('darwin'), '/home/u/Library/Application Support/Leitstand'],
    ['Windows', machine('win32', { APPDATA: '/roaming' }), '/roaming/Leitstand'],
    ['Windows without APPDATA', machine('win32'), '/home/u/AppData/Roaming/Leitstand'],
  ])('is the usual place on %s', (_name, given, expected) => {
    expect(defaultDataDirectory(given).replaceAll('\\', '/')).toBe(expected);
  });
});
