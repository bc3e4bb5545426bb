import { describe, expect, it } from 'vitest';
import { isRpcFrame } from '../../../../src/main/host/rpc-frames';

describe('RPC frames', () => {
  it.each([
    ['a request', { i: '1', p: { u: '/console/status', b: { json: {} } } }],
    ['a request with a whole address', { i: '1', p: { u: 'http://orpc/console/status' } }],
    ['an abort', { i: '1', t: 4 }],
    ['an event of a client stream', { i: '1', t: 3, p: { e: 'message', d: 1 } }],
  ])('let %s in', (_what, frame) => {
    expect(isRpcFrame(JSON.stringify(frame))).toBe(true);
  });

  it.each([
    ['no text', undefined],
    ['bytes', Buffer.from('{}')],
    ['no JSON', '{"i":'],
    ['no object', '[]'],
    ['no id', '{"p":{"u":"/a"}}'],
    ['an id that is no text', '{"i":1,"p":{"u":"/a"}}'],
    ['no address', '{"i":"1","p":{}}'],
    ['an address that is none', '{"i":"1","p":{"u":"::"}}'],
    ['an unknown type', '{"i":"1","t":9,"p":{"u":"/a"}}'],
  ])('keep out %s', (_what, data) => {
    expect(isRpcFrame(data)).toBe(false);
  });
});
