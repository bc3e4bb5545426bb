import { describe, expect, it } from 'vitest';
import { BaudMemory } from '../../../../src/main/flash/baud-memory';

function open(text?: string) {
  const kept = new Map<string, string>(text === undefined ? [] : [['flash_bauds', text]]);
  return { kept, memory: new BaudMemory({ get: (key) => kept.get(key), set: (key, value) => kept.set(key, value) }) };
}

describe('the memory of speeds', () => {
  it('knows nothing of an adapter that was never used', () => {
    expect(open().memory.recall('1a86:7523')).toBeNull();
  });

  it('keeps the last speed of each adapter over restarts', () => {
    const { kept, memory } = open();
    memory.remember('a', 921_600);
    memory.remember('b', 460_800);
    memory.remember('a', 230_400);
    const again = open(kept.get('flash_bauds')).memory;
    expect(['a', 'b'].map((key) => again.recall(key))).toEqual([230_400, 460_800]);
  });

  it('goes on without a disk: a speed is a convenience, and no reason for a job to fail', () => {
    const memory = new BaudMemory({
      get: () => undefined,
      set: () => {
        throw new Error('database or disk is full');
      },
    });
    memory.remember('a', 460_800);
    expect(memory.recall('a')).toBe(460_800);
  });

  it('forgets the adapter that was used longest ago', () => {
    const { memory } = open();
    for (let adapter = 0; adapter < 65; adapter += 1) memory.remember(`adapter ${adapter}`, 115_200);
    expect(memory.recall('adapter 0')).toBeNull();
    expect(memory.recall('adapter 1')).toBe(115_200);
    expect(memory.recall('adapter 64')).toBe(115_200);
  });

  it.each(['not JSON', '{}', '[["a","fast"]]'])('takes a text that cannot be read (%s) for none', (text) => {
    const { memory } = open(text);
    expect(memory.recall('a')).toBeNull();
    memory.remember('a', 460_800);
    expect(memory.recall('a')).toBe(460_800);
  });
});
