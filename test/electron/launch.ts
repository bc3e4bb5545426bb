import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';

const root = resolve(import.meta.dirname, '../..');
const START_DEADLINE_MS = 60_000;

export type Shell = {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Starts the product once more on the same profile; resolves with the exit code. */
  readonly startAgain: () => Promise<number | null>;
  readonly remove: () => void;
};

let prepared: readonly string[] | undefined;

/** The executable and what it runs: the built product, or, in the old Electron, the product built for it (see build.mjs). */
function prepare(executable: string): readonly string[] {
  if (process.env['LEITSTAND_TEST_ELECTRON_KIND'] === 'product') return [root];
  const app = join(dirname(executable), 'resources/app');
  const built = mkdtempSync(join(tmpdir(), 'leitstand-electron-app-'));
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'test/electron/build.mjs'), built], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The build for the test Electron failed:\n${stderr}`);
  rmSync(app, { recursive: true, force: true });
  cpSync(built, app, { recursive: true });
  rmSync(built, { recursive: true });
  return [];
}

/** Starts the product in a real Electron, on a fresh profile with the demo plant. */
export async function launchShell(): Promise<Shell> {
  const executablePath = process.env['LEITSTAND_TEST_ELECTRON'];
  if (executablePath === undefined)
    throw new Error('LEITSTAND_TEST_ELECTRON names no Electron: run npm test -- electron.');
  prepared ??= prepare(executablePath);
  const profile = mkdtempSync(join(tmpdir(), 'leitstand-electron-'));
  const options = ['--no-sandbox', '--disable-gpu', '--lang=en-GB', '--data', profile, '--broker-port', '0'];
  const args = [...prepared, ...options];
  const app = await _electron.launch({ executablePath, args, timeout: START_DEADLINE_MS });
  const page = await app.firstWindow({ timeout: START_DEADLINE_MS });
  return {
    app,
    page,
    startAgain: async () => {
      const second = spawn(executablePath, args, { stdio: 'ignore', timeout: START_DEADLINE_MS });
      const [code] = (await once(second, 'exit')) as [number | null];
      return code;
    },
    remove: () => rmSync(profile, { recursive: true, force: true }),
  };
}
