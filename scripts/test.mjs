/*
 * `npm test [-- STEP …]`: everything that is checked, the same here and in CI. Each step runs whatever became of the others; the
 * last line is `N passed, N failed, N skipped`, where a check (types of a layer, lint, …) counts as one test.
 *
 * To add a step: one line in `steps`. `check` steps run beside each other, test steps one after the other.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { plainCounts, playwrightCounts, readCounts } from './test-counts.mjs';
import { buildIfStale, fail, noNode24, node24, progress, root, setUp } from './setup.mjs';
import { endingSignal, exitCodeOf, run } from './processes.mjs';
import { provideEsptoolFolder, provideNodeProgram, provideTools, startDisplay } from './test-tools.mjs';

const minutes = 60_000;
const deadline = Date.now() + 80 * minutes;
const bin = (path) => join(root, 'node_modules', path);
const tsc = (project) => [bin('typescript/bin/tsc'), '-p', project];
const playwright = (...args) => [bin('@playwright/test/cli.js'), 'test', ...args];

/**
 * `group` is a name for several steps. `needs`: a build, or a tool whose absence skips the whole step. `endsWithCounts`: the last line of
 * its output is shown also when all is well.
 */
const steps = [
  { name: 'types: root', group: 'types', check: tsc('.') },
  { name: 'types: shared', group: 'types', check: tsc('src/shared') },
  { name: 'types: main', group: 'types', check: tsc('src/main') },
  { name: 'types: preload', group: 'types', check: tsc('src/preload') },
  { name: 'types: renderer', group: 'types', check: tsc('src/renderer') },
  { name: 'types: test', group: 'types', check: tsc('test') },
  { name: 'lint', check: [bin('oxlint/bin/oxlint')] },
  { name: 'layers', group: 'lint', check: ['scripts/check-layers.mjs'] },
  { name: 'format', check: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'] },
  { name: 'style', check: [bin('stylelint/bin/stylelint.mjs'), '--allow-empty-input', 'src/**/*.css'] },
  { name: 'unit', runner: 'vitest', limit: 10 * minutes },
  { name: 'coverage', check: ['scripts/branch-coverage.mjs'], endsWithCounts: true },
  { name: 'firmware: format', group: 'firmware', runner: 'firmware', limit: 5 * minutes },
  { name: 'firmware: tests', group: 'firmware', runner: 'firmware', limit: 15 * minutes },
  { name: 'firmware: images', group: 'firmware', runner: 'firmware', limit: 20 * minutes },
  { name: 'firmware: lint', group: 'firmware', runner: 'firmware', limit: 15 * minutes },
  { name: 'firmware: esptool', group: 'firmware', runner: 'firmware', limit: 10 * minutes, needs: ['python'] },
  { name: 'contract', runner: 'vitest', limit: 15 * minutes, needs: ['tools', 'build', 'node program'] },
  { name: 'twin', folder: 'contract/firmware', runner: 'vitest', limit: 15 * minutes, needs: ['tools', 'build'] },
  { name: 'integration', runner: 'vitest', limit: 20 * minutes, needs: ['tools', 'build', 'node program', 'esptool'] },
  {
    name: 'e2e',
    runner: 'playwright',
    limit: 25 * minutes,
    needs: ['tools', 'build', 'node program'],
    skippedBy: 'LEITSTAND_SKIP_CHROMIUM',
  },
  {
    name: 'electron',
    runner: 'playwright',
    limit: 15 * minutes,
    needs: ['tools', 'build'],
    skippedBy: 'LEITSTAND_SKIP_ELECTRON',
  },
];

const selected = select(process.argv.slice(2));
const needed = new Set(selected.flatMap((step) => step.needs ?? []));
const results = [];

await setUp({ build: false });
const node = node24() ?? fail(noNode24);
await runChecks(selected.filter((step) => step.check));
const isBuilt = needed.has('build') && (await runBuild());
const tools = {
  ...(needed.has('tools') || needed.has('python')
    ? await provideTools({ needsElectron: selected.some(({ name }) => name === 'electron') })
    : {}),
  ...(needed.has('node program') ? await provideNodeProgram() : {}),
  ...(needed.has('esptool') ? await provideEsptoolFolder() : {}),
};
for (const step of selected.filter((each) => each.runner)) {
  if (!endingSignal()) await runTests(step);
}
process.exit(printSummary());

function select(names) {
  const known = new Set(steps.flatMap(({ name, group }) => [name, group ?? name]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) fail(`No such step: ${unknown.join(', ')}. Steps: ${[...known].join(', ')}.`);
  return names.length === 0 ? steps : steps.filter(({ name, group }) => names.includes(name) || names.includes(group));
}

/** Checks share the processor cores; the output of each is shown in one piece when it ends. */
async function runChecks(checks) {
  const waiting = [...checks];
  const work = async () => {
    for (let step = waiting.shift(); step && !endingSignal(); step = waiting.shift()) {
      const startedAt = Date.now();
      const { code, output } = await runBuffered(step.check);
      console.log(`\n── ${step.name} ${code === 0 ? '✓' : `✗ (code ${code})`}`);
      if (code !== 0 || step.name === 'lint') process.stdout.write(output);
      else if (step.endsWithCounts) console.log(output.trimEnd().split('\n').at(-1));
      record(step, startedAt, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skips: [] });
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
  results.sort((a, b) => steps.indexOf(a.step) - steps.indexOf(b.step));
}

async function runBuffered(args) {
  let output = '';
  const collect = (child) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
  };
  const stdio = ['ignore', 'pipe', 'pipe'];
  const code = await run(node, args, { cwd: root, stdio, group: true, deadlineMs: 5 * minutes, onStart: collect });
  return { code, output };
}

async function runBuild() {
  const startedAt = Date.now();
  const problem = await buildIfStale();
  if (problem) console.log(`\n── build ✗ ${problem}`);
  record({ name: 'build' }, startedAt, { passed: problem ? 0 : 1, failed: problem ? 1 : 0, skips: [] });
  return !problem;
}

async function runTests(step) {
  const startedAt = Date.now();
  console.log(`\n── ${step.name}`);
  const skipped = skipReason(step);
  if (skipped) console.log(`skipped: ${skipped}`);
  const counts = skipped
    ? { passed: 0, failed: 0, skips: [{ name: 'all', reason: skipped }] }
    : await runTestStep(step);
  record(step, startedAt, counts);
}

function skipReason({ name, folder = name, runner, skippedBy }) {
  if (runner !== 'firmware' && !hasTests(join(root, 'test', folder))) return `there are no tests in test/${folder} yet`;
  return skippedBy && tools[skippedBy];
}

async function runTestStep(step) {
  if (step.needs?.includes('build') && !isBuilt) {
    console.log('not run: the build failed');
    return { passed: 0, failed: 1, skips: [] };
  }
  const file = join(root, 'test-results', `${step.name.replace(/\W+/g, '-')}.json`);
  rmSync(file, { force: true });
  const display = step.name === 'electron' ? await startDisplay() : undefined;
  const env = {
    ...process.env,
    ...tools,
    LEITSTAND_TEST_RESULT: file,
    ...(display ? { DISPLAY: display.name, WAYLAND_DISPLAY: '' } : {}),
  };
  const deadlineMs = Math.max(1000, Math.min(step.limit, deadline - Date.now()));
  const args = { vitest: vitestArgs, playwright: playwrightArgs, firmware: firmwareArgs }[step.runner](step);
  const code = await run(node, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    group: true,
    deadlineMs,
  });
  display?.stop();
  if (code === 124) console.log(`✗ ${step.name} was ended after ${Math.round(deadlineMs / minutes)} minutes`);
  return readCounts(file, step.runner === 'playwright' ? playwrightCounts : plainCounts, code);
}

function vitestArgs({ name }) {
  return [bin('vitest/vitest.mjs'), 'run', '--project', name];
}

function playwrightArgs({ name }) {
  return playwright(...(name === 'electron' ? ['-c', 'playwright.electron.config.ts'] : []));
}

function firmwareArgs({ name }) {
  return ['scripts/firmware-checks.mjs', name.split(': ')[1]];
}

function hasTests(folder) {
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => /\.(test|spec)\.tsx?$/.test(name))
  );
}

function record(step, startedAt, counts) {
  results.push({ step, seconds: (Date.now() - startedAt) / 1000, ...counts });
}

function printSummary() {
  const row = (...cells) =>
    cells.map((cell, i) => (i === 0 ? String(cell).padEnd(18) : String(cell).padStart(9))).join('');
  console.log(`\n${row('step', 'passed', 'failed', 'skipped', 'seconds')}`);
  for (const { step, passed, failed, skips, seconds } of results)
    console.log(row(step.name, passed, failed, skips.length, seconds.toFixed(1)));

  const skips = results.flatMap(({ step, skips: ofStep }) => ofStep.map((skip) => ({ step: step.name, ...skip })));
  if (skips.length > 0) console.log('\nskipped:');
  for (const { step, name, reason } of skips) console.log(`  ${step}: ${name}: ${reason}`);
  if (endingSignal()) progress(`Ended by ${endingSignal()}: not every step ran.`);

  const sum = (count) => results.reduce((total, result) => total + count(result), 0);
  const failed = sum((result) => result.failed);
  console.log(`\n${sum(({ passed }) => passed)} passed, ${failed} failed, ${skips.length} skipped`);
  if (endingSignal()) return exitCodeOf(endingSignal());
  return failed === 0 ? 0 : 1;
}
