import { describe, expect, it, beforeAll, afterAll } from 'vitest';
import { StartedHost } from './started-host';

let web: StartedHost;
beforeAll(async () => {
  web = await StartedHost.open();
});
afterAll(() => web[Symbol.asyncDispose]());

const refusal = (code: string, message: unknown, rest: object = {}) => ({
  error: { code, message, retryable: false, ...rest },
});
const fields = (...names: string[]) => ({
  details: { fields: names.map((field) => ({ field, message: 'Unknown field' })) },
});

describe('HTTP API', () => {
  it('merges the fields of path and body', async () => {
    expect(await web.api('PUT', '/zones/tent_1', { name: ' Tent ', order: 2 })).toEqual({
      status: 200,
      body: { id: 'tent_1', name: 'Tent', order: 2, masterZoneId: null, demo: false },
    });
  });

  it('answers a request without body, and with an empty object, where nothing is expected', async () => {
    expect(await web.api('POST', '/demo')).toEqual({ status: 200, body: { running: true } });
    expect(await web.api('POST', '/demo', {})).toEqual({ status: 200, body: { running: true } });
  });

  it('lets the path win over the body', async () => {
    expect(await web.api('PUT', '/zones/a', { id: 'b', name: 'A' })).toMatchObject({ status: 200, body: { id: 'a' } });
  });

  it.each([
    { where: 'body', request: ['PUT', '/zones/a', { name: 'A', colour: 1 }], names: ['colour'] },
    { where: 'query of a GET', request: ['GET', '/series?deviceId=ESP_A&page=1'], names: ['page'] },
    { where: 'query of another method', request: ['PUT', '/zones/a?force=1', { name: 'A' }], names: ['force'] },
    { where: 'query where nothing is expected', request: ['GET', '/zones?x=1&y=2'], names: ['x', 'y'] },
    { where: 'body where nothing is expected', request: ['POST', '/demo', { size: 3 }], names: ['size'] },
    { where: 'nested object', request: ['POST', '/stop', { scope: { kind: 'all', zone: 1 } }], names: ['scope.zone'] },
  ] as const)('refuses an unknown field in the $where and names it', async ({ request, names }) => {
    const [method, path, body] = request;
    const sentence = `The request is refused: ${names.map((name) => `${name}: Unknown field`).join('; ')}.`;
    expect(await web.api(method, path, body)).toEqual({
      status: 400,
      body: refusal('invalid', sentence, fields(...names)),
    });
  });

  it('names each field that is wrong', async () => {
    const answer = await web.api('PUT', '/zones/not%20valid', { order: -1 });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid', retryable: false } } });
    const { error } = answer.body as { error: { details: { fields: { field: string }[] } } };
    expect(error.details.fields.map(({ field }) => field)).toEqual(['id', 'name', 'order']);
  });

  it('refuses a query field that is given twice', async () => {
    expect(await web.api('GET', '/series?deviceId=ESP_A&deviceId=ESP_B')).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid' } },
    });
  });

  it.each([
    ['cut JSON', '{"name":', /not valid JSON/],
    ['an array', '[]', /must be a JSON object/],
    ['a number', '1', /must be a JSON object/],
    ['null', 'null', /must be a JSON object/],
  ])('refuses %s as body', async (_what, body, message) => {
    expect(await web.api('PUT', '/zones/a', body)).toEqual({
      status: 400,
      body: refusal('invalid', expect.stringMatching(message)),
    });
  });

  it('refuses a body that is not announced as JSON, or is no text', async () => {
    const ask = (contentType: string, body: Uint8Array<ArrayBuffer> | string) =>
      fetch(`${web.host.url}/api/v1/zones/a`, {
        method: 'PUT',
        headers: { ...web.bearer, 'content-type': contentType },
        body,
      });
    const form = await ask('application/x-www-form-urlencoded', 'name=A');
    expect([form.status, await form.json()]).toEqual([400, refusal('invalid', expect.stringMatching(/Content-Type/))]);
    const bytes = await ask('application/json', Uint8Array.of(0x22, 0xff, 0xfe, 0x22));
    expect([bytes.status, await bytes.json()]).toEqual([400, refusal('invalid', 'The body is not UTF-8 text.')]);
  });

  it('refuses a body above one MiB, announced or not, and takes one of exactly that', async () => {
    const limit = 1024 * 1024;
    const tooLarge = refusal('too_large', expect.stringMatching(/1048576/), { details: { limitBytes: limit } });
    expect(await web.api('PUT', '/zones/a', 'x'.repeat(limit + 1))).toEqual({ status: 413, body: tooLarge });
    const chunked = await web.ask('/api/v1/zones/a', {
      method: 'PUT',
      headers: { ...web.bearer, 'transfer-encoding': 'chunked' },
      body: 'x'.repeat(limit + 1),
    });
    expect([chunked.status, JSON.parse(chunked.body)]).toEqual([413, tooLarge]);
    const name = '{"name":"A"}';
    expect(await web.api('PUT', '/zones/a', name + ' '.repeat(limit - name.length))).toMatchObject({ status: 200 });
  });

  it.each([
    ['GET', '/nothing'],
    ['POST', '/zones'],
    ['GET', '/'],
  ])('says that there is no %s %s', async (method, path) => {
    expect(await web.api(method, path)).toEqual({
      status: 404,
      body: refusal('not_found', expect.stringContaining(`There is no ${method} /api/v1${path}`)),
    });
  });

  it('passes a refusal on with its code, sentence and details', async () => {
    expect(await web.api('POST', '/stop', { scope: { kind: 'all' } })).toEqual({
      status: 409,
      body: {
        error: { code: 'offline', message: 'The device is offline.', retryable: true, details: { lastSeenAt: null } },
      },
    });
  });

  it('shows nothing of a bug and logs it', async () => {
    web.logLines.length = 0;
    const answer = await web.api('GET', '/zones');
    expect(answer).toEqual({ status: 500, body: refusal('internal', expect.stringMatching(/log/)) });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(web.logLines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        where: 'zones.list',
        err: expect.objectContaining({ message: 'the secret of the database' }),
      }),
    ]);
  });

  it('hands scripts and the operator to the procedures under different names', async () => {
    const account = { role: 'client', name: 'x' };
    expect(await web.api('POST', '/broker/accounts', account)).toMatchObject({ body: { username: 'user:script' } });
    const login = await web.ask(new URL(web.host.loginUrl()).pathname + new URL(web.host.loginUrl()).search);
    const cookie = login.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    const answer = await web.ask('/api/v1/broker/accounts', {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify(account),
    });
    expect(JSON.parse(answer.body)).toMatchObject({ username: 'user:operator' });
  });

  it('describes itself: every operation with its parameters and refusals', async () => {
    const { status, body } = await web.api('GET', '/openapi.json');
    expect(status).toBe(200);
    const document = body as {
      openapi: string;
      info: object;
      paths: Record<
        string,
        Record<string, { operationId: string; parameters?: { name: string; in: string }[]; responses: object }>
      >;
    };
    expect(document).toMatchObject({ openapi: '3.1.1', info: { version: '1.2.3' }, servers: [{ url: '/api/v1' }] });
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    expect(operations.length).toBeGreaterThan(30);
    expect(document.paths['/series/{id}/samples']?.['get']?.parameters?.map((each) => [each.name, each.in])).toEqual([
      ['id', 'path'],
      ['from', 'query'],
      ['to', 'query'],
      ['maxPoints', 'query'],
      ['limit', 'query'],
      ['cursor', 'query'],
    ]);
    for (const { responses } of operations) {
      expect(responses).toMatchObject({
        400: { content: { 'application/json': { schema: { required: ['error'] } } } },
      });
    }
  });
});
