import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { controllerStatus } from '../../../../src/shared/wire/catalogue';
import { encodePayload } from '../../../../src/shared/wire/encode';
import { inbound } from '../../../../src/shared/wire/message';
import { serverStatus } from '../../../../src/shared/wire/messages/server-status';

describe('inbound', () => {
  it('gives a message without further rules no alias, no foreign kaiser, no retained past and nothing to complain about', () => {
    const schema = z.object({});
    const message = inbound({ name: 'note', path: 'note', qos: 0, schema });
    expect({ ...message, schema: undefined, review: message.review({}, {}) }).toEqual({
      name: 'note',
      path: 'note',
      qos: 0,
      schema: undefined,
      watchesStrays: true,
      aliases: [],
      isHeardFromAll: false,
      mayBeRetained: false,
      review: [],
    });
  });
});

describe('serverStatus', () => {
  it.each([
    ['online', undefined],
    ['offline', 'unexpected_disconnect'],
    ['offline', 'graceful_shutdown'],
  ] as const)('writes %s %s as the catalogue does', (status, reason) => {
    const payload = { status, timestamp: 1_777_012_300, ...(reason && { reason }) };
    expect(encodePayload(controllerStatus, payload)).toEqual({
      ok: true,
      value: serverStatus(status, 1_777_012_300, reason),
    });
  });
});
