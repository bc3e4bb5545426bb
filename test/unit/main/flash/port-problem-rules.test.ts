import { describe, expect, it } from 'vitest';
import { linuxProblems, type MachineState } from '../../../../src/main/flash/port-problem-rules';

const ch340 = { vendorId: '1a86', productId: '7523' };
const calm: MachineState = {
  userName: 'kim',
  listed: [{ path: '/dev/ttyUSB0', ...ch340 }],
  forbidden: [],
  running: new Set(),
  hasUdevRule: false,
  usbDevices: [ch340],
};
const codes = (state: Partial<MachineState>) => linuxProblems({ ...calm, ...state }).map(({ code }) => code);

describe('linuxProblems', () => {
  it('has nothing to say on a calm machine', () => {
    expect(codes({})).toEqual([]);
  });

  it('gives the command to join the group', () => {
    expect(
      linuxProblems({ ...calm, forbidden: [{ path: '/dev/ttyUSB0', group: 'dialout', isMember: false }] }),
    ).toEqual([
      {
        code: 'not_in_group',
        message:
          '/dev/ttyUSB0 belongs to the group dialout, and you are not in it. Run "sudo usermod -aG dialout kim", then log out and in again.',
        details: { path: '/dev/ttyUSB0', group: 'dialout', command: 'sudo usermod -aG dialout kim' },
      },
    ]);
  });

  it('asks a member whose session is too old to log in again', () => {
    const [problem] = linuxProblems({
      ...calm,
      forbidden: [{ path: '/dev/ttyUSB0', group: 'dialout', isMember: true }],
    });
    expect(problem?.message).toBe(
      '/dev/ttyUSB0 belongs to the group dialout. You are in it, but not in this session: log out and in again.',
    );
  });

  it('says it once for a whole bench, and never advises to join root', () => {
    const port = (path: string, group: string | null) => ({ path, group, isMember: false });
    expect(codes({ forbidden: [port('/dev/a', 'uucp'), port('/dev/b', 'uucp')] })).toEqual(['not_in_group']);
    expect(codes({ forbidden: [port('/dev/a', 'root'), port('/dev/b', null)] })).toEqual([]);
  });

  it.each([
    ['an adapter without a port while brltty runs', { running: new Set(['brltty']), listed: [] }, ['brltty']],
    ['brltty beside an adapter that has its port', { running: new Set(['brltty']) }, []],
    ['an adapter without a port, and no brltty', { listed: [] }, []],
    ['ModemManager without our rule', { running: new Set(['ModemManager']) }, ['modem_manager']],
    ['ModemManager with our rule', { running: new Set(['ModemManager']), hasUdevRule: true }, []],
    ['ModemManager and no port', { running: new Set(['ModemManager']), listed: [], usbDevices: [] }, []],
  ] as const)('%s', (_what, state, expected) => {
    expect(codes(state)).toEqual(expected);
  });
});
