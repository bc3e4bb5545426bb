/*
 * `npm run firmware`: builds resources/firmware (images of both chips, the twin, manifest, notices) on a machine with Rust.
 * `npm run firmware -- --check`: builds into .cache and compares. Says what it did; ends with 1 where something is wrong.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildFirmware, toolVersions } from './firmware-build.mjs';
import { applicationBudgetBytes, differences, manifestProblems, readManifest } from './firmware-manifest.mjs';
import { provideToolChain } from './firmware-tools.mjs';
import { fail, progress, root } from './setup.mjs';

export const committedFolder = join(root, 'resources', 'firmware');
export const rebuiltFolder = join(root, '.cache', 'firmware');

/**
 * Rebuilds and compares. Answers with the results of three checks, each `{ name, problems: [], skip? }`: the committed files, the build,
 * and the comparison of both.
 */
export async function checkFirmware(toolChain) {
  const committed = readManifest(committedFolder);
  const missing = committed ? undefined : 'no images are committed yet (npm run firmware makes them)';
  const files = { name: 'manifest and committed files', problems: committed ? manifestProblems(committedFolder) : [] };
  const problem = await buildFirmware(toolChain, rebuiltFolder);
  const build = { name: 'build', problems: problem ? [problem] : manifestProblems(rebuiltFolder) };
  const compare = { name: 'committed files are what the sources give', problems: [] };
  const skip = missing ?? otherTools(committed, toolVersions(toolChain)) ?? (problem && 'nothing was built');
  if (skip) compare.skip = skip;
  else compare.problems = differences(committedFolder, rebuiltFolder).map((name) => `${name} differs`);
  return [missing ? { ...files, skip: missing } : files, build, compare];
}

/** Why builds cannot be compared byte for byte, if so. */
function otherTools({ tools }, now) {
  const other = Object.keys(now).filter((name) => now[name] !== tools[name]);
  if (other.length === 0) return undefined;
  return `built with other tools: ${other.map((name) => `${name} ${tools[name]}, here ${now[name]}`).join('; ')}`;
}

/** A table of sizes for people. */
export function sizeTable({ chips, twin }) {
  const applications = chips.map(({ id, parts }) => {
    const { sizeBytes } = parts.find(({ name }) => name === 'application');
    const share = Math.round((100 * sizeBytes) / applicationBudgetBytes);
    return `${id}: application ${sizeBytes} bytes, ${share} % of its budget`;
  });
  return [...applications, ...(twin ? [`twin: ${twin.sizeBytes} bytes`] : [])].join('\n');
}

async function main(words) {
  const unknown = words.find((word) => word !== '--check');
  if (unknown) fail(`No such option: ${unknown}. There is --check.`);
  const toolChain = await provideToolChain();
  if (toolChain.problem) fail(`The firmware needs a tool chain: ${toolChain.problem}.`);
  progress(`Rust from ${toolChain.channel}: ${toolVersions(toolChain).rustc}`);
  if (!words.includes('--check')) {
    const problem = await buildFirmware(toolChain, rebuiltFolder);
    const problems = problem ? [problem] : manifestProblems(rebuiltFolder);
    if (problems.length > 0) fail(problems.join('; '));
    rmSync(committedFolder, { recursive: true, force: true });
    cpSync(rebuiltFolder, committedFolder, { recursive: true });
    console.log(sizeTable(readManifest(committedFolder)));
    return;
  }
  const results = await checkFirmware(toolChain);
  for (const { name, problems, skip } of results) {
    console.log(`${problems.length > 0 ? '✗' : skip ? '–' : '✓'} ${name}${skip ? `: ${skip}` : ''}`);
    for (const problem of problems) console.log(`    ${problem}`);
  }
  if (results.some(({ problems }) => problems.length > 0)) process.exit(1);
}

if (process.argv[1]?.endsWith('firmware.mjs')) await main(process.argv.slice(2));
