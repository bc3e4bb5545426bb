/* Builds everything that resources/firmware holds into a folder: images of both chips, the wasm twin, manifest and notices. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeNotices } from './firmware-notices.mjs';
import { chips, compilerVersion, lockedVersion, remapOptions, wasmTarget } from './firmware-tools.mjs';
import { run } from './processes.mjs';
import { progress, root } from './setup.mjs';

const minutes = 60_000;
/** Generous: a cold build of one chip takes one minute on two free cores. */
const buildLimit = 20 * minutes;
const fetchLimit = 10 * minutes;

export const firmwareFolder = join(root, 'firmware');
const workspace = (name) => join(firmwareFolder, name);

/** What the manifest says of the tools, which decides whether two builds are comparable. */
export function toolVersions({ channel, env }) {
  return { channel, rustc: compilerVersion(env), espflash: lockedVersion('images', 'espflash') };
}

/** Writes the files below `out`, which is emptied first. Answers with a problem, or undefined. */
export async function buildFirmware(toolChain, out) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const fetched = await fetchCrates(toolChain);
  if (fetched) return fetched;
  for (const chip of chips) {
    progress(`Building the firmware for ${chip.id} …`);
    if ((await cargo(toolChain, workspace('esp'), chipArguments(toolChain, chip))) !== 0)
      return `the firmware for ${chip.id} does not build`;
  }
  progress('Building the twin …');
  if ((await cargo(toolChain, firmwareFolder, twinArguments(toolChain))) !== 0) return 'the twin does not build';
  progress('Making the images …');
  if ((await makeImages(toolChain, out)) !== 0) return 'the images could not be made';
  return writeNotices(out, toolChain.env);
}

/** The native program of the tests. Answers with its path, or with a problem. */
export async function buildNodeProgram(toolChain) {
  const code = await cargo(toolChain, firmwareFolder, ['build', '--release', '--locked', '-p', 'leitstand-node']);
  const program = join(firmwareFolder, 'target', 'release', 'leitstand-node');
  return code === 0 && existsSync(program) ? { program } : { problem: 'firmware/host does not build' };
}

export function chipArguments(toolChain, { id, target }) {
  const what = ['build', '--release', '--locked', '--features', id, '--target', target];
  return [...what, ...remapOptions(target, toolChain.env), ...toolChain.buildStd];
}

function twinArguments(toolChain) {
  const what = ['rustc', '--release', '--locked', '--target', wasmTarget, '-p', 'leitstand-twin', '--lib'];
  return [...what, '--crate-type', 'cdylib', ...remapOptions(wasmTarget, toolChain.env), ...toolChain.buildStd];
}

/** Into the shared cache, so that the folders whose names are kept out of the images are there. */
async function fetchCrates(toolChain) {
  for (const folder of [firmwareFolder, workspace('esp'), workspace('images')]) {
    const code = await cargo(toolChain, folder, ['fetch', '--locked', '--quiet'], fetchLimit);
    if (code !== 0) return `the crates of ${folder} could not be fetched`;
  }
  return undefined;
}

async function makeImages(toolChain, out) {
  const tools = join(out, 'tools.json');
  writeFileSync(tools, JSON.stringify(toolVersions(toolChain)));
  const elf = ({ target }) => join(workspace('esp'), 'target', target, 'release', 'leitstand-esp');
  const twin = join(firmwareFolder, 'target', wasmTarget, 'release', 'leitstand_twin.wasm');
  const images = chips.map((chip) => `${chip.id}=${elf(chip)}`);
  const args = [out, join(workspace('esp'), 'partitions.csv'), tools, '--twin', twin, ...images];
  // The builder runs on this machine: without the unstable options that Debian's compiler needs for the chips.
  const code = await cargo(toolChain, workspace('images'), ['run', '--locked', '--quiet', '--', ...args]);
  rmSync(tools, { force: true });
  return code;
}

function cargo({ env }, cwd, args, deadlineMs = buildLimit) {
  return run('cargo', args, { cwd, env, stdio: ['ignore', 2, 2], group: true, deadlineMs });
}
