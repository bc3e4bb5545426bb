/* Child processes of the scripts: none outlives the script that started it, and signals reach all of them. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const onWindows = process.platform === 'win32';
const killAfterMs = 10_000;

/** Live children, each with the function that passes a signal on to it. */
const children = new Map();
let endedBy;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    endedBy = signal;
    if (children.size === 0) process.exit(exitCodeOf(signal));
    for (const pass of children.values()) pass(signal);
  });
}

// npm runs its scripts through a shell, which keeps signals to itself: when npm or the shell is gone, so is the reason to run.
if (process.env.npm_lifecycle_event && !onWindows) {
  const atStart = npmAncestors();
  setInterval(() => npmAncestors() === atStart || process.kill(process.pid, 'SIGTERM'), 500).unref();
}

/** The ids of the processes between npm and this script: the parent and, where that is npm's shell, its parent. */
function npmAncestors() {
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S+ (\d+)/.exec(readFileSync(`/proc/${process.ppid}/stat`, 'utf8'));
    return /^(sh|dash|bash)$/.test(name) ? `${process.ppid} ${parent}` : `${process.ppid}`;
  } catch {
    return `${process.ppid}`;
  }
}

/** The signal that this script was told to end by, if any. */
export function endingSignal() {
  return endedBy;
}

export function exitCodeOf(signal) {
  return 128 + (constants.signals[signal] ?? 0);
}

/**
 * Runs a program and resolves with its exit code (128 + number for a signal, 127 where it can't be started).
 * Options: those of `spawn`; `deadlineMs`, after which it is ended (code 124); `group: true` for a process group of its own,
 * which is ended as a whole, also after the program; `onStart` gets the child.
 */
export function run(command, args, { deadlineMs, group = false, onStart, ...options } = {}) {
  const ownGroup = group && !onWindows;
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', detached: ownGroup, ...options });
    const send = (signal) => sendSignal(child, signal, ownGroup);
    const timers = [];
    let timedOut = false;

    children.set(child, (signal) => {
      // Ctrl-C in a terminal reaches the child without us: it has the same process group.
      if (signal === 'SIGINT' && process.stdin.isTTY && !ownGroup) return;
      send(signal);
    });
    if (deadlineMs !== undefined) {
      const expire = () => {
        timedOut = true;
        send('SIGTERM');
        timers.push(setTimeout(() => send('SIGKILL'), killAfterMs));
      };
      timers.push(setTimeout(expire, deadlineMs));
    }

    const finish = (code) => {
      for (const timer of timers) clearTimeout(timer);
      children.delete(child);
      if (ownGroup) send('SIGKILL');
      resolve(timedOut ? 124 : code);
    };
    child.once('error', (error) => {
      console.error(`[leitstand] ${command} could not be started: ${error.message}`);
      finish(127);
    });
    child.once('exit', (code, signal) => finish(code ?? exitCodeOf(signal)));
    onStart?.(child);
  });
}

function sendSignal(child, signal, ownGroup) {
  if (child.pid === undefined) return;
  try {
    process.kill(ownGroup ? -child.pid : child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
