import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../../../src/main/web/trace-header';

const id = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';

describe('the trace id of a request', () => {
  it.each([
    ['of a traceparent', { traceparent: `00-${id}-${parent}-01` }, id],
    ['of a traceparent of a later version', { traceparent: `01-${id}-${parent}-01-more` }, id],
    ['of x-trace-id', { 'x-trace-id': 'Script-7' }, 'Script-7'],
    ['of x-trace-id with 64 characters', { 'x-trace-id': 'a'.repeat(64) }, 'a'.repeat(64)],
    ['of the traceparent when both are there', { traceparent: `00-${id}-${parent}-01`, 'x-trace-id': 'x' }, id],
    ['of x-trace-id when the traceparent is none', { traceparent: 'hello', 'x-trace-id': 'x' }, 'x'],
  ])('is the one %s', (_name, headers, expected) => {
    expect(traceIdOf(headers)).toBe(expected);
  });

  it.each([
    ['nothing was sent', {}],
    ['the traceparent has the forbidden version', { traceparent: `ff-${id}-${parent}-01` }],
    ['the traceparent is in upper case', { traceparent: `00-${id.toUpperCase()}-${parent}-01` }],
    ['the trace id is all zeros', { traceparent: `00-${'0'.repeat(32)}-${parent}-01` }],
    ['the parent id is all zeros', { traceparent: `00-${id}-${'0'.repeat(16)}-01` }],
    ['the id is empty', { 'x-trace-id': '' }],
    ['the id has 65 characters', { 'x-trace-id': 'a'.repeat(65) }],
    ['the id could break a log or a header', { 'x-trace-id': 'a b\n"c' }],
    ['the header came twice', { 'x-trace-id': ['a', 'b'] as unknown as string }],
  ])('is not taken over when %s', (_name, headers) => {
    expect(traceIdOf(headers)).toBeUndefined();
  });
});
