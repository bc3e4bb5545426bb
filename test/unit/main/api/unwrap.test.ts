import { ORPCError } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { unwrap } from '../../../../src/main/api/unwrap';
import { apiErrorStatus, type ApiErrorCode } from '../../../../src/shared/domain/error-codes';
import { failure, success } from '../../../../src/shared/domain/result';

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('unwrap', () => {
  it('hands out the value', () => {
    expect(unwrap(success({ a: 1 }))).toEqual({ a: 1 });
  });

  it.each(Object.entries(apiErrorStatus))('throws %s with status %i', (code, status) => {
    const error = thrownBy(() =>
      unwrap(failure(code as ApiErrorCode, 'Sentence.', { retryable: true, details: { a: 1 } })),
    );
    expect(error).toBeInstanceOf(ORPCError);
    expect(error).toMatchObject({
      code,
      status,
      message: 'Sentence.',
      defined: true,
      data: { retryable: true, details: { a: 1 } },
    });
  });

  it('leaves out details that are not there', () => {
    expect(thrownBy(() => unwrap(failure('busy', 'Sentence.')))).toHaveProperty('data', { retryable: false });
  });
});
