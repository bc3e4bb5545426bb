import { describe, expect, it } from 'vitest';
import { openFailure, type OpenFault } from '../../../../src/main/flash/port-error-rules';

const fault = (more: Partial<OpenFault>): OpenFault => ({
  path: '/dev/ttyUSB0',
  platform: 'linux',
  reason: 'Error: something',
  systemCode: null,
  group: null,
  ...more,
});

describe('openFailure', () => {
  it.each<[string, Partial<OpenFault>, string]>([
    ['a lock of another program', { reason: 'Error Resource temporarily unavailable Cannot lock port' }, 'port_in_use'],
    ['a port that is open exclusively', { systemCode: 'EBUSY' }, 'port_in_use'],
    ['a missing node', { systemCode: 'ENOENT' }, 'port_absent'],
    ['a node whose device has gone', { systemCode: 'ENXIO' }, 'port_absent'],
    ['missing rights', { systemCode: 'EACCES' }, 'port_no_permission'],
    ['anything else', { systemCode: 'EIO' }, 'port_failed'],
    ['a missing port on Windows', { platform: 'win32', reason: 'Opening COM3: File not found' }, 'port_absent'],
    ['an open port on Windows', { platform: 'win32', reason: 'Opening COM3: Access denied' }, 'port_in_use'],
    ['anything else on Windows', { platform: 'win32', reason: 'Opening COM3: Unknown error code 31' }, 'port_failed'],
  ])('classifies %s', (_what, more, code) => {
    const { ok, error } = openFailure(fault(more));
    expect({ ok, code: error.code, retryable: error.retryable }).toEqual({ ok: false, code, retryable: true });
  });

  it('does not take the word of a German system for a code', () => {
    expect(openFailure(fault({ reason: 'Error: Keine Berechtigung', systemCode: 'EACCES' })).error.code).toBe(
      'port_no_permission',
    );
  });

  it('names the group that one must join', () => {
    expect(openFailure(fault({ systemCode: 'EACCES', group: 'dialout' })).error).toEqual({
      code: 'port_no_permission',
      message:
        'You may not use /dev/ttyUSB0. Join the group dialout (sudo usermod -aG dialout $USER) and log in again, or install the udev rule 70-leitstand.rules.',
      retryable: true,
      details: { path: '/dev/ttyUSB0', group: 'dialout' },
    });
  });

  it.each(['root', null])('does not advise to join the group %s', (group) => {
    const { message } = openFailure(fault({ systemCode: 'EACCES', group })).error;
    expect(message).toContain('udev rule');
    expect(message).not.toContain('usermod');
  });

  it('has its own remedy for macOS', () => {
    expect(openFailure(fault({ platform: 'darwin', systemCode: 'EACCES' })).error.message).toContain('System Settings');
  });
});
