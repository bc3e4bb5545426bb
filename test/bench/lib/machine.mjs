import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './mosquitto.mjs';
import { root } from './program.mjs';

const observedMs = 1_000;
/** Shorter than the pauses of what else runs on a shared machine; then it is measured all the same. */
const calmDeadlineMs = 20_000;
const calmCores = 0.3;

export const loadAverage = () => loadavg()[0].toFixed(2);

/** Processor cores that others use at this moment: what a benchmark has to share. */
export async function busyCores() {
  const busy = () => cpus().reduce((sum, { times }) => sum + times.user + times.sys + times.nice + times.irq, 0);
  const before = busy();
  await sleep(observedMs);
  return (busy() - before) / observedMs;
}

/** Waits until others leave the processor alone, for a while. */
export async function calm() {
  const end = performance.now() + calmDeadlineMs;
  while ((await busyCores()) > calmCores && performance.now() < end) await sleep(observedMs);
}

/** What the figures were measured on and with. */
export function describeMachine() {
  const version = (name) => JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
  const firstLine = (program, ...args) => {
    const path = findProgram(program);
    if (!path) return 'not installed';
    const { stdout, stderr } = spawnSync(path, args, { encoding: 'utf8' });
    return (stdout || stderr).split('\n')[0].trim();
  };
  return {
    processor: `${cpus()[0]?.model.trim()}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions: {
      node: process.version,
      mqtt: version('mqtt'),
      'better-sqlite3': version('better-sqlite3'),
      mosquitto: firstLine('mosquitto', '-h').replace(/^mosquitto version /, ''),
      chromium: firstLine('chromium', '--version').replace(/^Chromium ([\d.]+).*/, '$1'),
      leitstand: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    },
  };
}
