/* The Electron host: the same core and page as the browser host, in a window of its own. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, dialog, type BrowserWindow } from 'electron';
import { systemClock } from './clock';
import { parseCommandLine, type CommandLine } from './command-line';
import { startConsole } from './console';
import { lockDown } from './electron/locks';
import { installMenu } from './electron/menu';
import { servePagePorts } from './electron/page-ports';
import { registerPageScheme, servePage } from './electron/page-protocol';
import { bringToFront, openWindow } from './electron/window';
import { resolveBroker } from './host/broker-options';
import { defaultDataDirectory } from './host/data-directory';
import { exitOnFatalErrors } from './host/fatal-errors';
import { createLogger } from './host/logger';
import { OrderlyEnd } from './host/orderly-end';
import { PageFiles } from './host/page-files';
import { StartupError } from './startup-error';

const exitCodes = { stopped: 0, failed: 1, cannotStart: 2 } as const;
const log = createLogger('info');
const end = new OrderlyEnd(log, systemClock);

registerPageScheme();
void main();

async function main(): Promise<void> {
  try {
    const commandLine = readCommandLine();
    if (!commandLine) return;
    const dataDirectory =
      commandLine.dataDirectory ??
      defaultDataDirectory({ platform: process.platform, env: process.env, home: homedir() });
    app.setPath('userData', join(dataDirectory, 'window')); // one window for each profile, its settings with it
    exitOnFatalErrors(log, (code) => app.exit(code));
    if (!app.requestSingleInstanceLock()) {
      app.exit(exitCodes.stopped); // the first instance comes to the front
      return;
    }
    endInOrder();
    await app.whenReady();
    await run(commandLine, dataDirectory);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    await refuse(error.message);
  }
}

function readCommandLine(): CommandLine | null {
  const parsed = parseCommandLine(process.argv.slice(app.isPackaged ? 1 : 2), __APP_VERSION__, true);
  if (parsed.kind === 'run') return parsed.commandLine;
  process.stdout.write(parsed.text);
  app.exit(exitCodes.stopped);
  return null;
}

async function run({ broker, kaiserId, isDemo, serialPorts }: CommandLine, dataDirectory: string): Promise<void> {
  lockDown();
  installMenu();
  servePage(await PageFiles.open(join(import.meta.dirname, '../renderer')));
  const core = await startConsole({
    dataDirectory,
    host: 'electron',
    version: __APP_VERSION__,
    kaiserId,
    broker: await resolveBroker(broker, log),
    isDemo,
    log,
    clock: systemClock,
    queryWorkerPath: join(import.meta.dirname, 'worker.js'),
    firmwareDirectory: join(import.meta.dirname, '../../resources/firmware'),
    serialPorts,
  });
  end.add('console', core.stop);
  const closePorts = servePagePorts(core.router, log);
  end.add('page', () => Promise.resolve(closePorts()));
  keepWindow(openWindow(join(import.meta.dirname, '../preload/index.cjs'), log));
}

/** A second start brings this window to the front; closing it ends the console, because nobody would watch the plant any more. */
function keepWindow(window: BrowserWindow): void {
  app.on('second-instance', () => bringToFront(window));
  app.on('window-all-closed', () => app.quit());
}

/** Every way out (window closed, menu, signal) publishes the offline status and closes the databases first. */
function endInOrder(): void {
  app.on('before-quit', (event) => {
    event.preventDefault();
    void end.begin().then((result) => app.exit(result === 'late' ? exitCodes.failed : exitCodes.stopped));
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => app.quit());
}

/** Says why there is no console, in a box and on standard error. */
async function refuse(sentence: string): Promise<void> {
  process.stderr.write(`${sentence}\n`);
  await app.whenReady();
  dialog.showErrorBox('Leitstand', sentence);
  app.exit(exitCodes.cannotStart);
}
