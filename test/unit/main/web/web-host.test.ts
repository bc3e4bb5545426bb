import { describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { StartupError } from '../../../../src/main/startup-error';
import { startWebHost } from '../../../../src/main/web/web-host';
import { takePort } from '../../../fakes/free-port';
import { ManualClock } from '../../../fakes/manual-clock';
import { openTempDir } from '../../../fakes/temp-dir';
import { smallRouter } from './small-router';
import { StartedHost } from './started-host';

const pathOf = (url: string) => new URL(url).pathname + new URL(url).search;

describe('web host', () => {
  it('refuses the API and the RPC address to whoever is not logged in', async () => {
    await using web = await StartedHost.open();
    for (const path of ['/api/v1/zones', '/api/v1/openapi.json', '/api/v1/nothing', '/api', '/rpc']) {
      const { status, body } = await web.ask(path);
      expect([path, status, JSON.parse(body)]).toMatchObject([path, 401, { error: { code: 'unauthorized' } }]);
    }
  });

  it('refuses foreign hosts and origins even with the token', async () => {
    await using web = await StartedHost.open();
    for (const foreign of [
      { host: 'evil.example' },
      { host: `evil.example:${web.port}` },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const { status, body } = await web.ask('/api/v1/zones', { headers: { ...web.bearer, ...foreign } });
      expect([foreign, status, JSON.parse(body)]).toMatchObject([foreign, 403, { error: { code: 'forbidden' } }]);
    }
  });

  it('logs a browser in by a code, once, and sends it on to the page without the code', async () => {
    await using web = await StartedHost.open();
    const address = pathOf(web.host.loginUrl());
    const first = await web.ask(address);
    expect(first).toMatchObject({ status: 303, headers: { location: '/', 'cache-control': 'no-store' } });
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(new RegExp(`^leitstand-${web.port}=.+; HttpOnly; SameSite=Strict$`));
    const headers = { cookie: cookie.split(';', 1)[0] ?? '' };
    expect(await web.ask('/', { headers })).toMatchObject({
      status: 200,
      body: expect.stringContaining('The page') as string,
    });

    const second = await web.ask(address);
    expect(second.status).toBe(401);
    expect(second.headers['set-cookie']).toBeUndefined();
    expect(second.body).toContain('This code was used before');
  });

  it('tells whoever is not logged in how to get in, in both languages, and names the token file', async () => {
    await using web = await StartedHost.open();
    const { status, headers, body } = await web.ask('/');
    expect(status).toBe(401);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; .*form-action 'self'/);
    // Under the `no-referrer` of all other answers, the form would come back with `Origin: null`.
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(body).toContain('This browser is not logged in.');
    expect(body).toContain('Dieser Browser ist nicht angemeldet.');
    expect(body).toContain(`${web.dataDirectory}/api-token`);
    expect(body).not.toContain(web.host.token);
  });

  it('logs a browser in by the token, typed into the form', async () => {
    await using web = await StartedHost.open();
    const post = (token: string) =>
      web.ask('/login', { method: 'POST', body: new URLSearchParams({ token }).toString() });
    expect(await post(` ${web.host.token} `)).toMatchObject({ status: 303, headers: { location: '/' } });
    const wrong = await post('wrong');
    expect(wrong.status).toBe(401);
    expect(wrong.headers['set-cookie']).toBeUndefined();
    expect(wrong.body).toContain('not the token');
  });

  it('puts the strict headers on every answer', async () => {
    await using web = await StartedHost.open();
    for (const path of ['/assets/app-1a2b.js', '/api/v1/zones', '/nothing']) {
      const { headers } = await web.ask(path);
      expect([path, headers]).toMatchObject([
        path,
        {
          'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self'; /) as string,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cross-origin-opener-policy': 'same-origin',
        },
      ]);
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|http/);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('serves the files of the page with type and cache time', async () => {
    await using web = await StartedHost.open();
    expect(await web.ask('/assets/app-1a2b.js')).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': expect.stringContaining('immutable') as string,
      },
      body: 'export {};',
    });
    expect(await web.ask('/assets/app-1a2b.js', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    '/../secret.html',
    '/assets/../../secret.html',
    '/..%2fsecret.html',
    '/%2e%2e/secret.html',
    '/assets/',
    '//secret.html',
    '/index.html%00',
  ])('finds nothing at %s', async (path) => {
    await using web = await StartedHost.open();
    const { status, body } = await web.ask(path);
    expect(status).toBe(404);
    expect(body).not.toContain('not for anybody');
  });

  it('survives addresses that cannot be read', async () => {
    await using web = await StartedHost.open();
    expect((await web.ask('http://evil.example/api/v1/zones')).status).toBe(400);
    expect((await web.ask('/%')).status).toBe(404);
    expect((await web.ask('/api/v1/devices/%E0%A4%A', { headers: web.bearer })).status).toBe(404);
  });

  it('ends event streams and answers when it stops, and the port is free again', async () => {
    const web = await StartedHost.open();
    const stream = await fetch(`${web.host.url}/api/v1/streams/state`, { headers: web.bearer });
    const reader = stream.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value as Uint8Array)).toContain(':');
    const rest = (async () => {
      while (!(await reader?.read())?.done);
    })().catch(() => 'cut');

    const startedMs = performance.now();
    await web[Symbol.asyncDispose]();
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    await rest;
    expect(web.streams.ended).toBe(1);
    await expect(fetch(web.host.url)).rejects.toThrow();
  });

  it('names the port that another program has, and what to do', async () => {
    await using taken = await takePort();
    await using folder = await openTempDir('taken');
    const start = startWebHost({
      router: smallRouter(),
      version: '1.2.3',
      port: taken.port,
      dataDirectory: folder.path,
      pageDirectory: folder.path,
      clock: new ManualClock(),
      log: pino({ level: 'silent' }),
    });
    await expect(start).rejects.toThrow(StartupError);
    await expect(start).rejects.toThrow(new RegExp(`port ${taken.port}: another program has it.*--port`));
  });
});
