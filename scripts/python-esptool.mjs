/* Espressif's esptool from the Python registry, in a folder of its own: it reads our images, and judges the virtual board. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.mjs';
import { progress, root } from './setup.mjs';

const minutes = 60_000;
const requirement = 'esptool==5.6.0';

/** For PYTHONPATH. test/fakes/virtual-esp/python-esptool.ts looks there, too. */
export const esptoolFolder = join(root, '.cache', requirement.replace('==', '-'));

/** Installs once, into a folder that appears complete or not at all. Answers with a reason where that fails. */
export async function provideEsptool() {
  if (existsSync(esptoolFolder)) return undefined;
  progress(`Installing ${requirement} …`);
  const work = `${esptoolFolder}.part`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--root-user-action=ignore',
    '--target',
    work,
    requirement,
  ];
  const code = await run('python3', args, { stdio: ['ignore', 2, 2], deadlineMs: 5 * minutes });
  if (code !== 0) return `${requirement} could not be installed (python3 with pip)`;
  renameSync(work, esptoolFolder);
  return undefined;
}
