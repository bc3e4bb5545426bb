import { describe, expect, it } from 'vitest';
import { refusalError } from '../../../../src/main/commissioning/setup-rules';
import { failure } from '../../../../src/shared/domain/result';

describe('A refused start as the error of a setup', () => {
  it.each([
    [failure('not_found', 'x', { details: { path: '/dev/a', job: 'port_absent' } }), 'port_absent', { path: '/dev/a' }],
    [failure('not_found', 'x', { details: { job: 'image_missing' } }), 'image_missing', {}],
    [failure('invalid', 'x', { details: { job: 'image_damaged', file: 'a.bin' } }), 'image_damaged', { file: 'a.bin' }],
    [failure('conflict', 'x', { details: { job: 'no such code' } }), 'port_in_use', {}],
    [failure('not_found', 'x', { details: { zoneId: 'tent' } }), 'not_adopted', { zoneId: 'tent' }],
    [failure('not_found', 'x'), 'port_absent', {}],
    [failure('conflict', 'x', { details: { deviceId: 'ESP_A' } }), 'device_known', { deviceId: 'ESP_A' }],
    [failure('busy', 'x', { details: { port: '/dev/a', list: ['no value'] } }), 'port_in_use', { port: '/dev/a' }],
    [failure('too_large', 'x'), 'internal', {}],
  ])('%# has the code of what is in the way', ({ error }, code, details) => {
    expect(refusalError(error)).toEqual({ code, message: 'x', retryable: true, details });
  });
});
