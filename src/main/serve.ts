/*
 * The browser host: the console in plain Node, its page in any browser of this machine (`npm run console`, `leitstand serve`).
 * Standard output carries the ready line and what was asked for, nothing else; the log goes to standard error.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { systemClock } from './clock';
import { parseCommandLine, type CommandLine } from './command-line';
import type { RunningConsole } from './console';
import { resolveBroker } from './host/broker-options';
import { defaultDataDirectory } from './host/data-directory';
import { exitOnFatalErrors } from './host/fatal-errors';
import { createLogger } from './host/logger';
import { OrderlyEnd } from './host/orderly-end';
import { StartupError } from './startup-error';
import { openBrowser } from './web/open-browser';
import type { WebHost } from './web/web-host';

const exitCodes = { stopped: 0, failed: 1, cannotStart: 2 } as const;
/** Below this, better-sqlite3 crashes the process instead of refusing. */
const LOWEST_NODE_API = 10;
/** Signals that follow the first one within this time are the same wish, passed on by the programs above us. */
const SAME_SIGNAL_MS = 1_000;
/** A start that was refused leaves by itself; this is for what hangs on. */
const LEAVE_MS = 1_000;

// A reader that went away must not end the console.
process.stdout.on('error', () => undefined);
await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const isJson = args.includes('--json');
  if (Number(process.versions['napi']) < LOWEST_NODE_API) {
    const message = `Node ${process.versions.node} is too old: the console needs Node 24. "npm run console" brings it along.`;
    leave(exitCodes.failed, message, isJson);
    return;
  }
  try {
    const parsed = parseCommandLine(args, __APP_VERSION__);
    if (parsed.kind === 'text') process.stdout.write(parsed.text);
    else await run(parsed.commandLine);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    leave(exitCodes.cannotStart, error.message, isJson);
  }
}

async function run(commandLine: CommandLine): Promise<void> {
  // Somebody who started the console by hand reads sentences, not log lines.
  const isByHand = process.stderr.isTTY && !commandLine.isJson;
  const log = createLogger(isByHand ? 'warn' : 'info');
  exitOnFatalErrors(log, (code) => process.exit(code));
  const end = new OrderlyEnd(log, systemClock);
  endOnSignals(end);
  try {
    const { core, web } = await start(commandLine, end, log);
    if (!end.hasBegun) announce(commandLine, core, web);
  } catch (error) {
    // Told to end while it was still starting: the signal's handler does the rest.
    if (end.hasBegun) return;
    await end.begin();
    throw error;
  }
}

async function start(
  commandLine: CommandLine,
  end: OrderlyEnd,
  log: Logger,
): Promise<{ core: RunningConsole; web: WebHost }> {
  const machine = { platform: process.platform, env: process.env, home: homedir() };
  const dataDirectory = commandLine.dataDirectory ?? defaultDataDirectory(machine);
  const broker = await resolveBroker(commandLine.broker, log);
  // Loaded late: an old Node must get to the sentence above.
  const { startConsole } = await import('./console');
  const { startWebHost } = await import('./web/web-host');

  const coreStart = startConsole({
    dataDirectory,
    host: 'browser',
    version: __APP_VERSION__,
    kaiserId: commandLine.kaiserId,
    broker,
    isDemo: commandLine.isDemo,
    log,
    clock: systemClock,
    queryWorkerPath: join(import.meta.dirname, 'worker.js'),
    firmwareDirectory: join(import.meta.dirname, '../../resources/firmware'),
    serialPorts: commandLine.serialPorts,
  });
  end.add('console', async () => (await coreStart).stop());
  const core = await coreStart;

  const webStart = startWebHost({
    router: core.router,
    version: __APP_VERSION__,
    port: commandLine.port,
    dataDirectory,
    pageDirectory: join(import.meta.dirname, '../renderer'),
    developmentPage: import.meta.env.DEV ? process.env['ELECTRON_RENDERER_URL'] : undefined,
    clock: systemClock,
    log,
  });
  end.add('web host', async () => (await webStart).stop());
  return { core, web: await webStart };
}

function announce({ isJson, opensBrowser }: CommandLine, core: RunningConsole, web: WebHost): void {
  const address = web.loginUrl();
  if (isJson) {
    printJson({ event: 'ready', url: web.url, token: web.token, broker: core.broker });
    printJson({ event: 'login', url: address });
    return;
  }
  const broker = core.broker.embedded ? 'Its own broker listens at' : 'It uses the broker at';
  process.stdout.write(
    `The console is running. ${broker} ${core.broker.url}.\n` +
      `Open it in a browser of this machine (good once, for ten minutes): ${address}\n` +
      'Ctrl+C ends it.\n',
  );
  if (!opensBrowser) return;
  openBrowser(address, process.platform, () => {
    process.stdout.write('No browser could be opened here: open the address above by hand.\n');
  });
}

/** The first signal ends the console in order, a second one at once. npm, its script and the terminal may each send the same one. */
function endOnSignals(end: OrderlyEnd): void {
  let firstMs = 0;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const nowMs = systemClock.monotonic();
      if (end.hasBegun) {
        if (nowMs - firstMs > SAME_SIGNAL_MS) process.exit(exitCodes.failed);
        return;
      }
      firstMs = nowMs;
      void end.begin().then((result) => {
        if (result === 'late') process.stderr.write('The console did not stop in time and was ended.\n');
        process.exit(result === 'late' ? exitCodes.failed : exitCodes.stopped);
      });
    });
  }
}

/** Says why there will be no console. */
function leave(exitCode: number, message: string, isJson: boolean): void {
  if (isJson) printJson({ event: 'error', message });
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
  setTimeout(() => process.exit(exitCode), LEAVE_MS).unref();
}

function printJson(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
