/*
 * Takes the pictures of docs/screenshots from the demo plant in Debian's Chromium: every screen at 1366×768 and 1920×1080, dark and light,
 * and once in German. `npm run screenshots -- [MINUTES]`: the demo plant runs that long before (4), so that the strips show something.
 * Then those of commissioning from virtual boards, which Playwright takes (test/screenshots); `npm run screenshots -- commissioning` takes them alone.
 * Runs under Node 24 (npm run puts it on the path); needs a build.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { run } from './processes.mjs';
import { provideNodeProgram } from './test-tools.mjs';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs/screenshots');
const warmUpMs = Number(process.argv[2] ?? 4) * 60_000;
const commissioningMs = 15 * 60_000;
/** After this the page has drawn its strips. */
const settleMs = 2_500;
/** Devices that have not confirmed a stop are named after five seconds. */
const stopMs = 7_000;

const sizes = [
  { width: 1366, height: 768 },
  { width: 1920, height: 1080 },
];
const screens = {
  overview: '#/plant',
  zone: '#/zone/demo_tomatoes',
  devices: '#/devices',
  device: '#/devices/MOCK_TOMATO_BED',
  faults: '#/devices/MOCK_FISH_HEAT',
  stop: '#/stop',
  journal: '#/journal',
  commands: '#/commands',
  settings: '#/settings',
};
const engagedScreens = { 'stop-engaged': '#/stop', 'overview-stopped': '#/plant' };

if (process.argv[2] === 'commissioning') process.exit(await takeCommissioning());

const profile = mkdtempSync(join(tmpdir(), 'leitstand-screenshots-'));
const args = ['out/main/serve.js', '--json', '--no-open', '--port', '0', '--broker-port', '0', '--data', profile];
const host = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
const lines = createInterface(host.stdout)[Symbol.asyncIterator]();
const ready = JSON.parse((await lines.next()).value);
const login = JSON.parse((await lines.next()).value);
const browser = await chromium.launch({
  executablePath: process.env.LEITSTAND_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});

async function takeCommissioning() {
  const command = ['node_modules/@playwright/test/cli.js', 'test', '-c', 'playwright.screenshots.config.ts'];
  const env = { ...process.env, ...(await provideNodeProgram()) };
  return run(process.execPath, command, { cwd: root, env, stdio: 'inherit', group: true, deadlineMs: commissioningMs });
}

async function take(name, hash, { colorScheme, viewport, locale = 'en-GB' }) {
  const context = await browser.newContext({ storageState: await session, viewport, colorScheme, locale });
  const page = await context.newPage();
  await page.goto(`${ready.url}/${hash}`);
  await pause(settleMs);
  const suffix = locale === 'de-DE' ? '-de' : '';
  await page.screenshot({
    path: join(folder, `${name}-${colorScheme}-${viewport.width}x${viewport.height}${suffix}.png`),
  });
  await context.close();
}

async function takeAll(set) {
  for (const [name, hash] of Object.entries(set)) {
    for (const colorScheme of ['dark', 'light'])
      for (const viewport of sizes) await take(name, hash, { colorScheme, viewport });
    await take(name, hash, { colorScheme: 'dark', viewport: sizes[0], locale: 'de-DE' });
  }
}

/** Something for the pictures of commands, subzones, maintenance and drills. */
async function useDevice() {
  const call = (method, path, body) =>
    fetch(`${ready.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ready.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  const device = '/devices/MOCK_TOMATO_BED';
  await call('PUT', `${device}/subzones/bed_a`, { name: 'Bed A', gpios: [4, 25] });
  await call('POST', `${device}/sensors/34/measure`);
  await call('POST', `${device}/system`, { command: 'status' });
  await call('POST', `${device}/actuators/25/command`, { command: 'ON', durationS: 60 });
  await call('POST', `${device}/actuators/9/command`, { command: 'ON' });
  await call('POST', '/stop/drills', { scope: { kind: 'all' } });
  await call('PUT', '/demo/devices/MOCK_FISH_HEAT/faults', { networkDown: true });
  await pause(stopMs);
}

const session = (async () => {
  const context = await browser.newContext();
  await (await context.newPage()).goto(login.url);
  return context.storageState();
})();
try {
  mkdirSync(folder, { recursive: true });
  await pause(warmUpMs);
  await useDevice();
  await takeAll(screens);
  await fetch(`${ready.url}/api/v1/stop`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ready.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ scope: { kind: 'all' }, reason: 'leak at bed 3' }),
  });
  await pause(stopMs);
  await takeAll(engagedScreens);
} finally {
  await browser.close();
  host.kill('SIGTERM');
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}
process.exitCode = await takeCommissioning();
