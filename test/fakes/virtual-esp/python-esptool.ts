/* Python's esptool as a program at a port: the independent client that judges the virtual board, and the yardstick of its bench. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe } from 'vitest';
import { ChildProgram } from '../child-program';
import { withDeadline } from '../wait';
import { ptySkipReason } from './pty-port';

/** Where scripts/python-esptool.mjs puts it. */
const defaultFolder = resolve(import.meta.dirname, '../../../.cache/esptool-5.6.0');
const runDeadlineMs = 60_000;

/** Why tests that need it are left out, or undefined when they run. */
export function esptoolSkipReason(): string | undefined {
  const given = process.env['LEITSTAND_SKIP_ESPTOOL'];
  if (given) return given;
  if (!existsSync(join(folder(), 'esptool'))) return 'esptool is not installed; `npm test -- integration` installs it';
  return ptySkipReason();
}

function folder(): string {
  return process.env['LEITSTAND_ESPTOOL'] ?? defaultFolder;
}

/** A group of tests that needs Python's esptool and a pty; left out, with the reason on the console, where they cannot be had. */
export function describeWithEsptool(title: string, body: () => void): void {
  const reason = esptoolSkipReason();
  if (reason !== undefined) process.stdout.write(`Skipped without esptool (${reason}): ${title}\n`);
  describe.skipIf(reason !== undefined)(title, body);
}

export type EsptoolRun = { readonly code: number | null; readonly output: string };

/** Runs `esptool ARGS` to its end. It resets nothing: a pty has no modem lines. */
export async function runEsptool(port: string, args: readonly string[]): Promise<EsptoolRun> {
  await using program = new ChildProgram({
    command: 'python3',
    args: ['-m', 'esptool', '--port', port, '--before', 'no-reset', '--after', 'no-reset', ...args],
    env: { ...process.env, PYTHONPATH: folder() },
  });
  const { code } = await withDeadline(program.exit, runDeadlineMs, `esptool ${args.join(' ')}`);
  return { code, output: `${program.stdoutLines.join('\n')}\n${program.stderr}` };
}
