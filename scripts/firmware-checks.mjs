/*
 * The firmware steps of `npm test`: `node scripts/firmware-checks.mjs STEP` writes `{ passed, failed, skips }` to LEITSTAND_TEST_RESULT,
 * as the other runners do. To add a step: one line in `steps` here and one in test.mjs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chipArguments, firmwareFolder } from './firmware-build.mjs';
import { esptoolResults } from './firmware-esptool.mjs';
import { checkFirmware } from './firmware.mjs';
import { testCounts } from './firmware-test-counts.mjs';
import { chips, provideToolChain } from './firmware-tools.mjs';
import { run } from './processes.mjs';

const minutes = 60_000;
const commandLimit = 15 * minutes;
const folder = (name) => join(firmwareFolder, name);
const warningsAreErrors = ['--', '-D', 'warnings'];
const ownCratesOfEsp = ['-p', 'leitstand-esp', '-p', 'leitstand-sntp'];

const steps = {
  format: () =>
    all([
      { name: 'core, world, host, twin', cwd: firmwareFolder, args: ['fmt', '--check'] },
      { name: 'esp', cwd: folder('esp'), args: ['fmt', '--check', ...ownCratesOfEsp] },
      { name: 'images', cwd: folder('images'), args: ['fmt', '--check'] },
    ]),
  lint: (toolChain) =>
    all(
      [
        { name: 'core, world, host, twin', cwd: firmwareFolder, args: clippy('--workspace', '--all-targets') },
        { name: 'images', cwd: folder('images'), args: clippy('--all-targets') },
        // In release mode, so that build scripts and macros serve the images as well.
        ...chips.map((chip) => ({
          name: chip.id,
          cwd: folder('esp'),
          args: clippy(...chipArguments(toolChain, chip).slice(1)),
        })),
      ],
      toolChain,
    ),
  tests: (toolChain) =>
    all(
      [
        { name: 'core, world, host, twin', cwd: firmwareFolder, args: test('--workspace') },
        { name: 'sntp', cwd: folder('esp'), args: test('-p', 'leitstand-sntp') },
        { name: 'images', cwd: folder('images'), args: test() },
      ],
      toolChain,
    ),
  images: async (toolChain) => sumOf((await checkFirmware(toolChain)).map(countsOfResult)),
  esptool: async () => sumOf((await esptoolResults()).map(countsOfResult)),
};

function clippy(...args) {
  return ['clippy', '--locked', ...args.filter((word) => word !== '--locked'), ...warningsAreErrors];
}

function test(...args) {
  return ['test', '--locked', '--no-fail-fast', ...args];
}

/** Runs cargo for each; the output is shown where something is wrong. */
async function all(commands, toolChain = { env: { ...process.env, TERM: 'dumb' } }) {
  const counts = [];
  for (const { name, cwd, args } of commands) {
    const { code, output } = await buffered(args, cwd, toolChain.env);
    const result =
      args[0] === 'test'
        ? testCounts(output, code)
        : { passed: Number(code === 0), failed: Number(code !== 0), skips: [] };
    console.log(`${result.failed === 0 ? '✓' : '✗'} ${name}: ${result.passed} passed, ${result.failed} failed`);
    if (code !== 0) process.stdout.write(output);
    counts.push(result);
  }
  return sumOf(counts);
}

async function buffered(args, cwd, env) {
  let output = '';
  const onStart = ({ stdout, stderr }) => {
    for (const stream of [stdout, stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  };
  const stdio = ['ignore', 'pipe', 'pipe'];
  const code = await run('cargo', args, { cwd, env, stdio, group: true, deadlineMs: commandLimit, onStart });
  return { code, output: code === 124 ? `${output}\nended after ${commandLimit / minutes} minutes\n` : output };
}

/** A result `{ name, problems, skip? }` as counts, said on the console. */
function countsOfResult({ name, problems, skip }) {
  console.log(`${problems.length > 0 ? '✗' : skip ? '–' : '✓'} ${name}${skip ? `: ${skip}` : ''}`);
  for (const problem of problems) console.log(`    ${problem}`);
  if (problems.length > 0) return { passed: 0, failed: 1, skips: [] };
  return skip ? { passed: 0, failed: 0, skips: [{ name, reason: skip }] } : { passed: 1, failed: 0, skips: [] };
}

function sumOf(counts) {
  const sum = (count) => counts.reduce((total, each) => total + count(each), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skips: counts.flatMap(({ skips }) => skips),
  };
}

async function main(name) {
  const step = steps[name];
  if (!step) throw new Error(`No such step: ${name}. Steps: ${Object.keys(steps).join(', ')}.`);
  const toolChain = await provideToolChain({ needsTargets: name === 'lint' || name === 'images' });
  // As any other tool that can't be had: skipped, with the reason.
  const counts = toolChain.problem
    ? countsOfResult({ name: 'all', problems: [], skip: toolChain.problem })
    : await step(toolChain);
  const file = process.env.LEITSTAND_TEST_RESULT;
  if (file) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(counts));
  }
  process.exit(counts.failed === 0 ? 0 : 1);
}

await main(process.argv[2]);
