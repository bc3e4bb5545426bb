/*
 * The images as an independent reader sees them: Espressif's esptool, from the Python registry, in a folder of its own. It shares no code
 * with espflash, which made them.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readManifest } from './firmware-manifest.mjs';
import { committedFolder, rebuiltFolder } from './firmware.mjs';
import { esptoolFolder, provideEsptool } from './python-esptool.mjs';

const minutes = 60_000;

/** A result `{ name, problems, skip? }` for each bootloader, application and merged image. */
export async function esptoolResults() {
  const folder = [rebuiltFolder, committedFolder].find((each) => readManifest(each));
  if (!folder) return [{ name: 'esptool', problems: ['there are no images to read: run the step images first'] }];
  const problem = await provideEsptool();
  if (problem) return [{ name: 'esptool', problems: [], skip: problem }];
  return readManifest(folder).chips.flatMap((chip) =>
    [...chip.parts, chip.merged]
      .filter(({ name }) => name !== 'partition-table')
      .map(({ name, file }) => ({
        name: `esptool reads ${file}`,
        problems: imageProblems(join(folder, file), name, chip),
      })),
  );
}

/** What is wrong with one image, by esptool's words. */
function imageProblems(file, name, chip) {
  const env = { ...process.env, PYTHONPATH: esptoolFolder };
  const args = ['-m', 'esptool', '--chip', chip.id, 'image-info', file];
  const { status, stdout, stderr } = spawnSync('python3', args, { env, encoding: 'utf8', timeout: minutes });
  if (status !== 0) return [`esptool refuses it: ${stdout}${stderr}`.trim()];
  const expected = [
    [/^Chip ID: (\d+)/m, String(chip.chipId)],
    [/^Checksum: 0x[0-9a-f]{2} \((\w+)\)/m, 'valid'],
    [/^Validation hash: [0-9a-f]{64} \((\w+)\)/m, 'valid'],
    ...(name === 'application' ? [[/^Project name: (.*)$/m, 'leitstand-esp']] : []),
  ];
  const wrong = expected.filter(([pattern, value]) => pattern.exec(stdout)?.[1] !== value);
  const segments = [...stdout.matchAll(/^ +\d+ +0x[0-9a-f]+ +0x[0-9a-f]+ +0x[0-9a-f]+/gm)];
  return [
    ...wrong.map(([pattern, value]) => `${pattern.source} is ${pattern.exec(stdout)?.[1] ?? 'missing'}, not ${value}`),
    ...(segments.length > 0 ? [] : ['no segments']),
  ];
}
