/* Runs benchmarks by name, prints a Markdown table, keeps the figures in bench/results.json. Started by scripts/bench.mjs under Node 24. */
import { parseArgs } from 'node:util';
import { calm, describeMachine, loadAverage, observeOthers } from './lib/machine.mjs';
import { markdownTable, writeDocument, writeResults } from './lib/report.mjs';
import { broker } from './broker.mjs';
import { command } from './command.mjs';
import { firmware } from './firmware.mjs';
import { flash } from './flash.mjs';
import { ingestSteady } from './ingest-steady.mjs';
import { ingest } from './ingest.mjs';
import { liveView } from './live-view.mjs';
import { stop } from './stop.mjs';
import { storeWrite } from './store-write.mjs';
import { twins } from './twin.mjs';

const benchmarks = [ingest, ingestSteady, storeWrite, stop, command, broker, liveView, twins, firmware, flash];
const known = benchmarks.map(({ name }) => name);
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`No such benchmark: ${unknown.join(', ')}. There are: ${known.join(', ')}.\n`);
  process.exit(1);
}

const results = {};
let failures = 0;
const selected = benchmarks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
for (const benchmark of selected) {
  const { name, work } = benchmark;
  const progress = (text) => process.stderr.write(`[${name}] ${text}\n`);
  await calm();
  const loadBefore = loadAverage();
  const coresOfOthers = observeOthers();
  progress(`starts, load average ${loadBefore}`);
  try {
    const result = await benchmark.run({ isQuick: options.quick, progress, calm });
    const others = { loadBefore, coresOfOthers: coresOfOthers() };
    progress(`ended; others used ${others.coresOfOthers.toFixed(2)} cores`);
    results[name] = { name, work, at: new Date().toISOString(), isQuick: options.quick, ...others, ...result };
  } catch (error) {
    failures += 1;
    progress(`failed: ${error.stack}`);
  }
}
const machine = describeMachine();
process.stdout.write(`${markdownTable(Object.values(results))}\n`);
const all = writeResults(machine, results);
if (options.write) writeDocument(machine, all);
process.exit(failures === 0 ? 0 : 1);
