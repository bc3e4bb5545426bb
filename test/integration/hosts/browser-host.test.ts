/* The browser host as a user or a script starts it: its command line, its standard output, its login and its end. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ChildProgram } from '../../fakes/child-program';
import { ConsoleProcess } from '../../fakes/console-process';
import { takePort } from '../../fakes/free-port';
import { openTempDir } from '../../fakes/temp-dir';
import { until, withDeadline } from '../../fakes/wait';

const repository = resolve(import.meta.dirname, '../../..');
const entry = join(repository, 'out/main/serve.js');
const node = join(repository, 'node_modules/.bin/node');
const startDeadlineMs = 20_000;
const endDeadlineMs = 5_000;

type Started = { readonly program: ChildProgram; readonly exit: () => Promise<number | null> };

/** Starts the browser host with these arguments and nothing else. */
function start(args: readonly string[], nodeArgs: readonly string[] = [], command = node): Started {
  const program = new ChildProgram({ command, args: [...nodeArgs, entry, ...args], cwd: repository });
  return {
    program,
    exit: async () => (await withDeadline(program.exit, startDeadlineMs, 'the program to end')).code,
  };
}

const quiet = (profile: string) => ['--no-open', '--no-demo', '--data', profile, '--port', '0', '--broker-port', '0'];

test('the first line is the ready line, and the console listens when it comes', async () => {
  await using profile = await openTempDir('host');
  await using started = start(['--json', ...quiet(profile.path)]).program;
  const ready = JSON.parse((await withDeadline(started.firstLine(), startDeadlineMs, 'a line')) ?? '') as {
    url: string;
    token: string;
  };
  expect(ready).toEqual({
    event: 'ready',
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    token: expect.stringMatching(/^[\w-]{43}$/) as string,
    broker: { url: expect.stringMatching(/^mqtt:\/\/127\.0\.0\.1:\d+$/) as string, embedded: true },
  });
  const headers = { Authorization: `Bearer ${ready.token}` };
  expect((await fetch(`${ready.url}/api/v1/status`, { headers })).status).toBe(200);
  expect((await fetch(`${ready.url}/api/v1/openapi.json`, { headers })).status).toBe(200);
  for (const line of started.stdoutLines) expect(JSON.parse(line)).toHaveProperty('event');
});

test('without --json a sentence names the address, whose code logs one browser in', async () => {
  await using profile = await openTempDir('host');
  await using started = start(quiet(profile.path)).program;
  const address = await until(
    () => /http:\/\/127\.0\.0\.1:\d+\/\?code=[\w-]+/.exec(started.stdoutLines.join('\n'))?.[0],
    startDeadlineMs,
    'the address',
  );
  const first = await fetch(address, { redirect: 'manual' });
  const cookie = first.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  expect([first.status, first.headers.get('location')]).toEqual([303, '/']);
  expect((await fetch(address, { redirect: 'manual' })).status).toBe(401);

  const { origin } = new URL(address);
  const page = await fetch(origin, { headers: { cookie } });
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const [script] = /\/assets\/[^"]+\.js/.exec(await page.text()) ?? [];
  expect((await fetch(`${origin}${script}`)).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { cookie, origin } });
  await once(socket, 'open');
  socket.terminate();
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s ends it with code 0 within five seconds, with streams and sockets open and the demo running',
  async (signal) => {
    await using profile = await openTempDir('host');
    const args = quiet(profile.path).filter((option) => option !== '--no-demo');
    const started = start(['--json', ...args]);
    await using program = started.program;
    const { url, token } = JSON.parse((await program.firstLine()) ?? '') as { url: string; token: string };
    const headers = { Authorization: `Bearer ${token}` };
    const stream = await fetch(`${url}/api/v1/streams/state`, { headers });
    const socket = new WebSocket(`${url.replace('http', 'ws')}/rpc`, { headers });
    await once(socket, 'open');
    const closed = once(socket, 'close');

    const startedMs = performance.now();
    program.signal(signal);
    expect(await started.exit()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(endDeadlineMs);
    expect((await closed)[0]).toBe(1001);
    await stream.text().catch(() => 'cut');
    await using again = await ConsoleProcess.start({ profile: profile.path });
    expect(again.isRunning).toBe(true);
  },
);

test('a signal during the start ends it as well', async () => {
  await using profile = await openTempDir('host');
  const started = start(['--json', ...quiet(profile.path)]);
  await using program = started.program;
  // The databases are there, the ready line is not yet.
  await until(() => existsSync(join(profile.path, 'plant.db')), startDeadlineMs, 'the database');
  program.signal('SIGTERM');
  expect(await started.exit()).toBe(0);
});

test.each([
  { args: ['--prot', '1'], says: /Unknown option '--prot'/ },
  { args: ['--port', '70000'], says: /0 to 65535/ },
  {
    args: ['--broker', 'mqtt://127.0.0.1:9', '--broker-ca', '/not/there.pem'],
    says: /\/not\/there\.pem cannot be read/,
  },
])('$args is refused with code 2, as a sentence and as JSON', async ({ args, says }) => {
  await using profile = await openTempDir('host');
  const started = start(['--json', '--data', profile.path, ...args]);
  await using program = started.program;
  expect(await started.exit()).toBe(2);
  expect(program.stderr).toMatch(says);
  expect(program.stdoutLines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { event: 'error', message: expect.stringMatching(says) as string },
  ]);
});

test('a broker port that was asked for and is taken is refused', async () => {
  await using taken = await takePort();
  await using profile = await openTempDir('host');
  const args = ['--no-open', '--data', profile.path, '--port', '0', '--broker-port', String(taken.port)];
  const started = start(args);
  await using program = started.program;
  expect(await started.exit()).toBe(2);
  expect(program.stderr).toMatch(new RegExp(`port ${taken.port} is taken`));
});

test('--help and --version answer and start nothing', async () => {
  const help = start(['--help']);
  expect(await help.exit()).toBe(0);
  expect(help.program.stdoutLines.join('\n')).toContain('--broker-password-file <file>');
  const version = start(['--version']);
  expect(await version.exit()).toBe(0);
  expect(version.program.stdoutLines).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
});

test('a bug that nobody caught is logged and ends it with code 70', async () => {
  await using profile = await openTempDir('host');
  for (const bug of ['throw new Error("a bug")', 'Promise.reject(new Error("a bug"))']) {
    const onUser1 = `data:text/javascript,process.on("SIGUSR1",()=>{${encodeURIComponent(bug)}})`;
    const started = start(['--json', ...quiet(profile.path)], ['--import', onUser1]);
    await using program = started.program;
    await withDeadline(program.firstLine(), startDeadlineMs, 'the ready line');
    program.signal('SIGUSR1');
    expect(await started.exit()).toBe(70);
    expect(program.stderr).toMatch(/"level":60.*a bug/);
  }
});

test('a Node that is too old is told so instead of crashing', async ({ skip }) => {
  const old = '/usr/bin/node';
  const napi = existsSync(old) ? execFileSync(old, ['-p', 'process.versions.napi'], { encoding: 'utf8' }) : '';
  skip(!(Number(napi) < 10), 'there is no old Node at /usr/bin/node on this machine');
  const started = start(['--json', '--no-open'], [], old);
  expect(await started.exit()).toBe(1);
  expect(started.program.stderr).toMatch(/is too old: the console needs Node 24/);
  expect(JSON.parse(started.program.stdoutLines[0] ?? '')).toMatchObject({ event: 'error' });
});
