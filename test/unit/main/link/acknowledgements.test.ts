import { describe, expect, it } from 'vitest';
import { Acknowledgements } from '../../../../src/main/link/acknowledgements';

describe('Acknowledgements', () => {
  it('leave in one write after the commit of their turn, in order', () => {
    const commits: (() => void)[] = [];
    const writes: string[] = [];
    const acknowledgements = new Acknowledgements(
      (action) => void commits.push(action),
      (bytes) => void writes.push(bytes.toString('hex')),
    );
    for (const id of [1, 0xabcd, 65_535]) acknowledgements.add(id);
    expect([commits.length, writes]).toEqual([1, []]);
    commits.shift()?.();
    expect(writes).toEqual(['400200014002abcd4002ffff']);
    acknowledgements.add(2);
    commits.shift()?.();
    expect([commits.length, writes[1]]).toEqual([0, '40020002']);
  });
});
