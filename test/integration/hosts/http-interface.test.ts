/* The HTTP interface of a console that runs as users run it: what each kind of bad request gets, streams, and who is let in. */
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { contract } from '../../../src/shared/api/contract';
import { ConsoleProcess } from '../../fakes/console-process';
import { takePort } from '../../fakes/free-port';
import { openTempDir } from '../../fakes/temp-dir';
import { must, withDeadline } from '../../fakes/wait';

const deadlineMs = 10_000;
const mebibyte = 1024 * 1024;
let running: ConsoleProcess;

beforeAll(async () => {
  running = await ConsoleProcess.start();
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

const signal = () => AbortSignal.timeout(deadlineMs);

async function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(`${running.url}/api/v1${path}`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${running.token}`, ...headers },
    signal: signal(),
  });
  return { status: answer.status, body: (await answer.json()) as unknown };
}

const error = (code: string, fields: object = {}) => ({
  error: { code, message: expect.stringMatching(/^[A-Z].*\.$/s) as string, retryable: false, ...fields },
});

test('an unknown field is refused with its name, on a request with and without fields of its own', async () => {
  expect(await post('/stop', JSON.stringify({ scope: { kind: 'all' }, colour: 'red' }))).toEqual({
    status: 400,
    body: error('invalid', { details: { fields: [{ field: 'colour', message: 'Unknown field' }] } }),
  });
  expect(await running.api('GET', '/status?colour=red')).toEqual({
    status: 400,
    body: error('invalid', { details: { fields: [{ field: 'colour', message: 'Unknown field' }] } }),
  });
});

test.each([
  ['no JSON', '{"scope":'],
  ['a list', '[]'],
  ['a text', '"all"'],
  ['null', 'null'],
])('a body that is %s is refused with 400', async (_name, body) => {
  expect(await post('/stop', body)).toEqual({ status: 400, body: error('invalid') });
});

test('a body above one MiB is refused with 413 and the limit, and the connection serves on', async () => {
  const tooLarge = JSON.stringify({ scope: { kind: 'all' }, reason: 'x'.repeat(mebibyte) });
  expect(await post('/stop', tooLarge)).toEqual({
    status: 413,
    body: error('too_large', { details: { limitBytes: mebibyte } }),
  });
  expect((await running.api('GET', '/stop')).body).toEqual([]);
});

test('what is not there is a 404 as JSON, also outside the API', async () => {
  expect(await running.api('GET', '/devices/ESP_NONE')).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found' } },
  });
  expect(await running.api('GET', '/nothing')).toEqual({ status: 404, body: error('not_found') });
  expect(await (await fetch(`${running.url}/etc/passwd`, { signal: signal() })).json()).toEqual(error('not_found'));
});

test('a second account of one name is a 409 with details', async () => {
  const account = { role: 'client', name: 'twice' };
  await running.client.call('POST', '/broker/accounts', account);
  expect(await running.api('POST', '/broker/accounts', account)).toEqual({
    status: 409,
    body: error('conflict', { details: { username: 'twice' } }),
  });
});

test('the description lists every operation of the contract', async () => {
  const document = await running.client.call<{ openapi: string; paths: Record<string, Record<string, object>> }>(
    'GET',
    '/openapi.json',
  );
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const promised = Object.values(contract).flatMap((room) =>
    Object.values(room).map((procedure) => {
      const { method, path } = procedure['~orpc'].route;
      return `${method} ${path}`;
    }),
  );
  expect(described.toSorted()).toEqual(promised.toSorted());
  expect(document.openapi).toMatch(/^3\.1\./);
});

/** As a browser sends it after DNS rebinding; `fetch` does not let a host be set. */
async function statusFrom(headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const asked = request(`${running.url}/api/v1/status`, {
    headers: { Authorization: `Bearer ${running.token}`, ...headers },
    signal: signal(),
  }).end();
  const [answer] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  await text(answer);
  return answer.statusCode;
}

test('a foreign host, origin or site is refused even with the token', async () => {
  const { host, port } = new URL(running.url);
  const answers = await Promise.all(
    [
      { host: `rebound.example:${port}` },
      { host: '127.0.0.1:1' },
      { origin: 'http://rebound.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { host, origin: running.url, 'sec-fetch-site': 'same-origin' },
      { host: `localhost:${port}` },
    ].map((headers) => statusFrom(headers as Record<string, string>)),
  );
  expect(answers).toEqual([403, 403, 403, 403, 403, 200, 200]);
});

/** The status with which an upgrade to WebSocket is answered; 101 when it is granted. */
async function upgrade(path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const socket = new WebSocket(`${running.url.replace('http', 'ws')}${path}`, {
    headers,
    handshakeTimeout: deadlineMs,
  });
  socket.on('error', () => undefined); // what `terminate` says about a refused handshake
  return new Promise((resolve) => {
    const end = (status: number) => {
      resolve(status);
      socket.terminate();
    };
    socket.once('open', () => end(101));
    socket.once('unexpected-response', (_request, answer) => end(answer.statusCode ?? 0));
  });
}

test('WebSockets are for those who may enter, from the own origin, at /rpc', async () => {
  const login = { Authorization: `Bearer ${running.token}` };
  expect([
    await upgrade('/rpc', login),
    await upgrade('/rpc', { ...login, origin: running.url }),
    await upgrade('/rpc', {}),
    await upgrade('/rpc', { Authorization: 'Bearer wrong' }),
    await upgrade('/rpc', { ...login, origin: 'http://rebound.example' }),
    await upgrade('/rpc', { ...login, host: 'rebound.example' }),
    await upgrade('/api/v1/status', login),
  ]).toEqual([101, 101, 401, 401, 403, 403, 404]);
});

test('the page comes with a strict policy and only to who is logged in; the code works once', async () => {
  const address = await running.loginUrl();
  const login = await fetch(address, { redirect: 'manual', signal: signal() });
  const again = await fetch(address, { redirect: 'manual', signal: signal() });
  expect([login.status, again.status]).toEqual([303, 401]);
  expect(await again.text()).not.toContain(running.token);
  const [setCookie = ''] = login.headers.getSetCookie();
  expect(setCookie).toMatch(/; HttpOnly; SameSite=Strict$/);
  expect(setCookie).not.toContain(running.token);

  const [cookie = ''] = setCookie.split(';');
  const page = await fetch(running.url, { headers: { cookie }, signal: signal() });
  const policy = page.headers.get('content-security-policy') ?? '';
  expect([page.status, policy.includes("default-src 'none'"), /unsafe|https?:/.test(policy)]).toEqual([
    200,
    true,
    false,
  ]);
  expect((await fetch(running.url, { signal: signal() })).status).toBe(401);
});

test('the state stream begins with a snapshot and ends with the console, within five seconds', async () => {
  await using own = await ConsoleProcess.start();
  const stream = await fetch(`${own.url}/api/v1/streams/state`, {
    headers: { Authorization: `Bearer ${own.token}` },
    signal: AbortSignal.timeout(20_000),
  });
  expect(stream.headers.get('content-type')).toBe('text/event-stream');
  const reader = must(stream.body, 'a body').pipeThrough(new TextDecoderStream()).getReader();
  let read = '';
  while (!/^data: .*\n\n/m.test(read)) {
    const part = await withDeadline(reader.read(), deadlineMs, 'the first event');
    if (part.done) throw new Error(`the stream ended: ${read}`);
    read += part.value;
  }
  const [, data = ''] = /^data: (.*)$/m.exec(read) ?? [];
  expect(JSON.parse(data)).toMatchObject({ isSnapshot: true, status: { host: 'browser' }, devices: [], stops: [] });

  const stopping = own.stop(); // fails after five seconds
  const drained = async (): Promise<void> => {
    while (!(await reader.read()).done);
  };
  await withDeadline(
    drained().catch(() => undefined), // a cut is an end as well
    deadlineMs,
    'the stream to end',
  );
  await stopping;
});

test('an HTTP port that is taken is named, with the way out', async () => {
  await using taken = await takePort();
  await using profile = await openTempDir('http-port');
  const failed = await ConsoleProcess.startToFail({ port: taken.port, profile: profile.path });
  expect(failed.code).toBe(2);
  expect(failed.output).toContain(
    `The console cannot listen on port ${taken.port}: another program has it. Choose another one with --port N, or any free one with --port 0.`,
  );
});
