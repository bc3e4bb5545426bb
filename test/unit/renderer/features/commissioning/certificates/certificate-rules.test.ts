import { describe, expect, test } from 'vitest';
import type { Certificate } from '../../../../../../src/shared/api/commissioning';
import {
  addressText,
  mergeCertificates,
  newCertificates,
  sinceOf,
} from '../../../../../../src/renderer/features/commissioning/certificates/certificate-rules';

function certificate(id: string, at: string): Certificate {
  return {
    id,
    at,
    operator: 'user:operator',
    port: '/dev/ttyUSB0',
    chip: 'ESP32-C3',
    mac: '84:f7:03:01:02:03',
    flashSizeBytes: null,
    imageName: 'image',
    imageSha256: null,
    firmware: 'node 0.1.0',
    parts: [],
    deviceId: null,
    name: 'Pump',
    zoneId: null,
    replaces: null,
    result: 'passed',
    error: null,
    durationS: 12,
  };
}

const older = certificate('a', '2026-11-21T10:00:00.000Z');
const newer = certificate('b', '2026-11-21T11:00:00.000Z');

describe('The list of certificates', () => {
  test('has the newest first and each once', () => {
    expect(mergeCertificates([older], [newer, older])).toEqual([newer, older]);
    expect(mergeCertificates([newer], [certificate('c', newer.at)]).map(({ id }) => id)).toEqual(['c', 'b']);
  });

  test('counts the new ones that it does not show yet', () => {
    expect(newCertificates([older], ['a', 'b', null, 'c'])).toBe(2);
    expect(newCertificates([], [])).toBe(0);
  });
});

describe('A file of certificates', () => {
  const now = new Date(2026, 10, 21, 14, 2, 7).getTime();
  test.each([
    ['all', undefined],
    ['today', new Date(2026, 10, 21).toISOString()],
    ['week', new Date(now - 7 * 86_400_000).toISOString()],
    ['month', new Date(now - 30 * 86_400_000).toISOString()],
  ] as const)('for %s begins at %s', (period, since) => {
    expect(sinceOf(period, now)).toBe(since);
  });

  test('writes addresses as esptool does', () => {
    expect([0, 0x8000, 0x10000].map(addressText)).toEqual(['0x0', '0x8000', '0x10000']);
  });
});
