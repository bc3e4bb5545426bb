import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipReader, slipFrame } from '../../../../src/main/flash/slip';

function frames(...chunks: readonly (readonly number[])[]): { frames: number[][]; dropped: number } {
  const found: number[][] = [];
  const reader = new SlipReader((frame) => found.push([...frame]));
  for (const chunk of chunks) reader.feed(Uint8Array.from(chunk));
  return { frames: found, dropped: reader.dropped };
}

describe('SLIP', () => {
  it('escapes the two special bytes', () => {
    expect([...slipFrame(Uint8Array.from([1, 0xc0, 0xdb, 2]))]).toEqual([0xc0, 1, 0xdb, 0xdc, 0xdb, 0xdd, 2, 0xc0]);
  });

  it('gives back what was framed, however the bytes are cut', () => {
    const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(payloads, fc.integer({ min: 1, max: 9 }), (sent, step) => {
        const wire = sent.flatMap((payload) => [...slipFrame(payload)]);
        const chunks = Array.from({ length: Math.ceil(wire.length / step) }, (_, index) =>
          wire.slice(index * step, (index + 1) * step),
        );
        expect(frames(...chunks).frames).toEqual(sent.map((payload) => [...payload]));
      }),
    );
  });

  it('skips what stands between frames, such as a boot log', () => {
    const log = [...Buffer.from('waiting for download\r\n')];
    expect(frames(log, [0xc0, 1, 2, 0xc0], log, [0xc0, 3, 0xc0]).frames).toEqual([[1, 2], [3]]);
  });

  it('drops a frame with a wrong escape and finds the next one', () => {
    expect(frames([0xc0, 1, 0xdb, 7, 5, 0xc0], [0xc0, 2, 0xc0])).toEqual({ frames: [[2]], dropped: 1 });
  });

  it('drops a frame that never ends', () => {
    const endless = Array.from({ length: 40_000 }, () => 1);
    expect(frames([0xc0], endless, [0xc0, 0xc0, 2, 0xc0])).toEqual({ frames: [[2]], dropped: 1 });
  });
});
