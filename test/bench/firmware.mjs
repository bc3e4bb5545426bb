/*
 * The firmware core, natively: a stop at full queue, the heap over a million commands, the memory of a device. The measuring is in Rust
 * (firmware/core/benches/node.rs); a time on this machine says nothing about a chip.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './lib/program.mjs';

const buildAndRunMs = 10 * 60_000;

export const firmware = {
  name: 'firmware',
  work: 'the firmware core natively (cargo bench -p leitstand-core --bench node)',
  async run({ progress }) {
    const args = ['bench', '--locked', '-p', 'leitstand-core', '--bench', 'node'];
    const { stdout } = await promisify(execFile)('cargo', args, {
      cwd: join(root, 'firmware'),
      timeout: buildAndRunMs,
    });
    const results = stdout.split('\n').filter((line) => line.startsWith('{'));
    const [memory, stop, heap] = results.map((line) => JSON.parse(line));
    progress(`stop ${stop.medianUs} µs, worst ${stop.worstUs} µs; heap grew by ${heap.grownBytes} B`);
    const isStopFast = stop.worstUs <= stop.targetUs;
    return {
      rows: [
        {
          figure: 'stop until all of 12 outputs are off and told, at full queue: median / worst of 200',
          ours: `${stop.medianUs} / ${stop.worstUs} µs`,
          target: { text: '≤ 10 ms', met: isStopFast },
        },
        {
          figure: 'heap after a million commands / requests to the allocator on the way',
          ours: `+${heap.grownBytes} B / ${heap.allocations}`,
          target: { text: 'no growth', met: heap.grownBytes === 0 },
        },
        { figure: 'commands carried out and answered', ours: `${heap.messagesPerSecond.toLocaleString('en')}/s` },
        { figure: 'memory of one device, all pools', ours: `${memory.nodeBytes.toLocaleString('en')} B` },
      ],
      bound: 'one core',
    };
  },
};
