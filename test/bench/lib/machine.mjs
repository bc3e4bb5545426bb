import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './mosquitto.mjs';
import { root } from './program.mjs';

const observedMs = 1_000;
/** Ticks of /proc/PID/stat: 100 each second on every Linux. */
const msPerTick = 10;
/** Shorter than the pauses of what else runs on a shared machine; then it is measured all the same. */
const calmDeadlineMs = 20_000;
const calmCores = 0.3;

export const loadAverage = () => loadavg()[0].toFixed(2);

const busyMs = () => cpus().reduce((sum, { times }) => sum + times.user + times.sys + times.nice + times.irq, 0);

async function busyCores() {
  const before = busyMs();
  await sleep(observedMs);
  return (busyMs() - before) / observedMs;
}

/** Processor time of this process and of its children that have ended, ms; 0 where there is no /proc. */
function ownMs() {
  if (!existsSync('/proc/self/stat')) return 0;
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * msPerTick;
}

/** Starts to observe; the answer says how many processor cores others used since then, on average. To be asked when all children have ended. */
export function observeOthers() {
  const start = { atMs: performance.now(), busy: busyMs(), own: ownMs() };
  return () => Math.max(0, busyMs() - start.busy - (ownMs() - start.own)) / Math.max(1, performance.now() - start.atMs);
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
