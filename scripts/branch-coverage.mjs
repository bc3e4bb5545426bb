/*
 * `node scripts/branch-coverage.mjs [FILE …]`: runs the unit tests that belong to the pure rules and codecs, and prints every block of those
 * sources that no test entered, as file:line:column with its text. Exits with 1 when there is one. With FILEs it looks at those only.
 *
 * A block is what V8 counts: a function, a branch of if, switch, ?:, what stands behind &&, ||, ??, a loop, what follows a return or throw;
 * and, beyond V8, the way past an `if` without `else`. Default values of parameters are not counted.
 *
 * To demand 100 % of one more file: a line in `demanded`, and the folder of its tests in `tests`.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, parseAst, transformWithOxc } from 'vite';

const demanded = [
  'src/shared/wire/**/*.ts',
  'src/main/control/command-state.ts',
  'src/main/control/*-rules.ts',
  'src/main/stop/stop-state.ts',
  'src/main/stop/drill-state.ts',
  'src/main/stop/*-rules.ts',
  'src/main/devices/presence-state.ts',
  'src/main/devices/config-answer-state.ts',
  'src/main/devices/sequence-state.ts',
  'src/main/zones/*-{rules,state}.ts',
  'src/main/link/breaker-state.ts',
  'src/main/link/token-bucket-state.ts',
  'src/main/provisioning/improv-codec.ts',
  'src/main/provisioning/provisioning-state.ts',
];
const tests = [
  'shared/wire',
  'main/control',
  'main/stop',
  'main/devices',
  'main/zones',
  'main/link',
  'main/provisioning',
].map((folder) => `test/unit/${folder}`);

/** What Vite writes around a module: its exports and imports. Nobody has to test them. */
const wiring =
  /(?<=^|=>\{\{)(?:__vite_ssr_exportName__|const __vite_ssr_import_|await __vite_ssr_import__|__vite_ssr_exportAll__).*$/gm;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const posix = (path) => path.split(sep).join('/');
const patterns = process.argv.length > 2 ? process.argv.slice(2) : demanded;
const wanted = globSync(patterns, { cwd: root })
  .map(posix)
  .toSorted((a, b) => (a < b ? -1 : 1));

const directory = mkdtempSync(join(tmpdir(), 'leitstand-coverage-'));
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** True when every block of every file was entered. */
async function main() {
  const idle = patterns.filter((pattern) => globSync(pattern, { cwd: root }).length === 0);
  for (const pattern of idle)
    console.log(`${pattern}  no file has this name; correct the list in scripts/branch-coverage.mjs`);
  const isPassed = runTests();
  const counted = readCounts();
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  let blocks = 0;
  let missing = 0;
  for (const file of wanted) {
    const runs = counted.get(file);
    if (!runs && (await hasNoCode(file))) continue;
    const result = runs ? uncovered(runs) : { blocks: 1, holes: [{ start: 0, text: 'no test loads this file' }] };
    blocks += result.blocks;
    missing += result.holes.length;
    if (result.holes.length > 0) await show(server, file, result.holes, runs?.[0].source);
  }
  await server.close();
  const share = blocks === 0 ? 100 : Math.floor(((blocks - missing) / blocks) * 1000) / 10;
  console.log(`Coverage: ${blocks - missing} of ${blocks} blocks in ${wanted.length} files, ${share} %.`);
  if (!isPassed) console.log('Coverage: a test failed or did not run, so the count is too low.');
  return isPassed && missing === 0 && idle.length === 0;
}

function runTests() {
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'scripts/branch-coverage.config.mjs',
    '--root',
    root,
  ];
  const { status } = spawnSync(process.execPath, [...args, '--project', 'unit', '--reporter=minimal', ...tests], {
    cwd: root,
    env: { ...process.env, LEITSTAND_COVERAGE: directory, NO_COLOR: '1' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status === 0;
}

/** What each test file counted, by source file. */
function readCounts() {
  const byFile = new Map();
  for (const name of readdirSync(directory)) {
    for (const script of JSON.parse(readFileSync(join(directory, name), 'utf8'))) {
      const file = posix(relative(root, fileURLToPath(script.url)));
      if (!wanted.includes(file)) continue;
      // Vitest's note at the end tells where the module came from and differs between workers.
      const source = script.source.replace(/\n\/\/# vitestCache=[^\n]*/, '');
      const run = { ...script, source, counts: countsOf(source.length, script.ranges) };
      byFile.set(file, [...(byFile.get(file) ?? []), run]);
    }
  }
  return byFile;
}

/** A file of types leaves nothing behind that could run, and no test has to load it. */
async function hasNoCode(file) {
  const { code } = await transformWithOxc(readFileSync(join(root, file), 'utf8'), file);
  return code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|export\s*\{\s*\}|;/g, '').trim() === '';
}

/** Blocks that no run entered; of nested ones only the outermost. */
function uncovered(runs) {
  const [{ source }] = runs;
  const entered = new Uint8Array(source.length);
  const blocks = new Map();
  for (const run of runs) {
    if (run.source !== source) throw new Error(`${run.url} was transformed in two ways; its runs cannot be added up.`);
    for (let at = 0; at < entered.length; at += 1) if (run.counts[at] > 0) entered[at] = 1;
    for (const [start, end] of run.ranges) blocks.set(`${start}:${end}`, [start, end]);
  }
  for (const { 0: line, index } of source.matchAll(wiring)) entered.fill(1, index, index + line.length);
  const holes = [];
  for (const [start, end] of [...blocks.values()].toSorted((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (holes.some((hole) => hole.start <= start && end <= hole.end)) continue;
    if (!entered.subarray(start, end).includes(1)) holes.push({ start, end, text: source.slice(start, end) });
  }
  const ways = ifsWithoutElse(parseAst(source));
  for (const { start, consequent, test } of ways) {
    const isPassed = runs.some(({ counts }) => counts[start] > counts[consequent.start]);
    const isInHole = holes.some((hole) => hole.start <= start && start < hole.end);
    if (!isPassed && !isInHole) holes.push({ start, text: `${source.slice(test.start, test.end)} is never false` });
  }
  return { blocks: blocks.size + ways.length, holes };
}

/** The way past them is a branch of its own, which V8 does not report: it was taken when the `if` ran more often than what is in it. */
function ifsWithoutElse(node) {
  if (node === null || typeof node !== 'object') return [];
  const own = node.type === 'IfStatement' && node.alternate === null ? [node] : [];
  return [...own, ...Object.values(node).flatMap(ifsWithoutElse)];
}

/** How often each character of the source ran; V8 lists outer ranges before inner ones, and the innermost holds. */
function countsOf(length, ranges) {
  const counts = new Uint32Array(length);
  const outerFirst = ranges.toSorted((a, b) => a[0] - b[0] || b[1] - a[1]);
  for (const [start, end, count] of outerFirst) counts.fill(count, start, end);
  return counts;
}

/** Prints the holes of a file at their places in the source as it was written. The runner keeps the lines of what Vite makes of it. */
async function show(server, file, holes, source) {
  const transformed = source && (await server.environments.ssr.transformRequest(`/${file}`));
  const map = transformed?.map && new SourceMap(transformed.map);
  for (const { start, text } of holes) {
    const at = start + text.search(/[^\s:?{]|$/);
    const entry = map && originOf(map, source.slice(0, at).split('\n'));
    const place = entry ? `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}` : file;
    console.log(`${place}  ${text.trim().replaceAll(/\s+/g, ' ').slice(0, 100)}`);
  }
}

/** The nearest place at or before the end of these lines that the map knows. */
function originOf(map, lines) {
  for (let column = lines.at(-1).length; column >= 0; column -= 1) {
    const entry = map.findEntry(lines.length - 1, column);
    if (entry.originalLine !== undefined) return entry;
  }
}
