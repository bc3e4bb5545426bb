/*
 * What start, console and test need first: packages (`npm ci` where they differ from the lock file), Node 24, and a build that
 * matches the sources. All progress goes to standard error, since the console's standard output is read by machines.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { endingSignal, exitCodeOf, run } from './processes.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const inRoot = (...parts) => join(root, ...parts);
const installStamp = inRoot('node_modules', '.leitstand-stamp');
const buildStamp = inRoot('out', '.stamp');
const lockFile = inRoot('.cache', 'setup.lock');
const lockStaleMs = 30_000;

/** A build depends on the contents of these files and folders. */
const buildInputs = [
  'src',
  'resources',
  'build-constants.d.ts',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
];
const buildOutputs = ['out/main/index.js', 'out/main/serve.js', 'out/preload/index.cjs', 'out/renderer/index.html'];

export function progress(text) {
  process.stderr.write(`[leitstand] ${text}\n`);
}

/** Ends the script with a sentence, and with the signal's code where a signal was the cause. */
export function fail(text) {
  progress(text);
  process.exit(endingSignal() ? exitCodeOf(endingSignal()) : 1);
}

/** Packages and build, as needed. Several scripts may start at once: one works, the others wait. */
export async function setUp({ build = true } = {}) {
  const problem = await withSetupLock(async () => (await install()) ?? (build ? await buildIfStale() : undefined));
  if (problem) fail(problem);
}

/** Makes node_modules match the lock file. Answers with a problem, or undefined. */
export async function install() {
  if (Number(process.versions.node.split('.')[0]) < 20)
    return `Node ${process.versions.node} is too old: Leitstand's scripts need Node 20 or newer.`;
  const wanted = hashOf(['package-lock.json']);
  if (readIfThere(installStamp) === wanted) return undefined;
  if (!installedMatchesLock()) {
    progress('Installing packages (npm ci) …');
    const code = await runNpm(['ci', '--loglevel=error']);
    if (code !== 0) return `npm ci failed with code ${code}.`;
  }
  writeFileSync(installStamp, wanted);
  return undefined;
}

/** Builds where sources or configuration changed since the last build. Answers with a problem, or undefined. */
export async function buildIfStale() {
  const node = node24();
  if (!node) return noNode24;
  const wanted = hashOf(buildInputs);
  if (readIfThere(buildStamp) === wanted && buildOutputs.every((file) => existsSync(inRoot(file)))) return undefined;
  progress('Building (electron-vite build) …');
  rmSync(buildStamp, { force: true });
  const code = await run(node, [inRoot('node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (code !== 0) return `The build failed with code ${code}.`;
  writeFileSync(buildStamp, wanted);
  return undefined;
}

export const noNode24 =
  `No Node 24 for ${process.platform}-${process.arch}: the packages bring it for Linux (x64, arm64) and Windows (x64). ` +
  'On other machines install Node 24 or newer and run the command with it.';

/** The Node that the product runs on: the one from the packages, or this one where it is new enough. */
export function node24() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const packaged = inRoot('node_modules', `node-${platform}-${process.arch}`, 'bin', file);
  if (existsSync(packaged) && spawnSync(packaged, ['--version']).status === 0) return packaged;
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
}

/** The binary of the pinned Electron, if it is here. Only looks: `require('electron')` without the binary would try to download it. */
export function findElectron() {
  const inFolder =
    { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';
  return [process.env.ELECTRON_OVERRIDE_DIST_PATH, inRoot('node_modules', 'electron', 'dist')]
    .filter(Boolean)
    .map((folder) => join(folder, inFolder))
    .find((file) => existsSync(file));
}

/** True where npm's own record says that every package of the lock file for this platform is installed in its version. */
function installedMatchesLock() {
  const record = readIfThere(inRoot('node_modules', '.package-lock.json'));
  if (record === undefined) return false;
  const installed = JSON.parse(record).packages;
  const locked = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return path in installed ? installed[path].version === version && existsSync(inRoot(path)) : optional === true;
  });
}

function runNpm(args) {
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('npm-cli.js')) return run(process.execPath, [npm, ...args], options);
  return run('npm', args, { ...options, shell: process.platform === 'win32' });
}

async function withSetupLock(work) {
  mkdirSync(dirname(lockFile), { recursive: true });
  const deadline = Date.now() + 15 * 60_000;
  for (let waits = 0; !takeLock(); waits += 1) {
    if (waits === 0) progress('Waiting for another set-up of this folder …');
    if (Date.now() > deadline) fail(`Another set-up holds ${lockFile} for 15 minutes: end it, or delete the file.`);
    await sleep(200);
  }
  process.once('exit', releaseLock);
  const refresh = setInterval(() => utimesSync(lockFile, new Date(), new Date()), lockStaleMs / 6);
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    process.off('exit', releaseLock);
    releaseLock();
  }
}

function takeLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  // A killed holder leaves the file behind, no longer refreshed.
  const heldSince = statSync(lockFile, { throwIfNoEntry: false })?.mtimeMs;
  if (heldSince !== undefined && Date.now() - heldSince > lockStaleMs) releaseLock();
  return false;
}

function releaseLock() {
  rmSync(lockFile, { force: true });
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesUnder))
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(inRoot(file)))
      .update('\0');
  return hash.digest('hex');
}

function filesUnder(path) {
  if (!existsSync(inRoot(path))) return [];
  let entries;
  try {
    entries = readdirSync(inRoot(path), { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
  return entries
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => filesUnder(join(path, entry.name)));
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) await setUp();
