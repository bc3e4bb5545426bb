import { describe, expect, it } from 'vitest';
import { foreignOrigin, ownHosts } from '../../../../src/main/web/request-guard';

const hosts = ownHosts(4810);
const ask = (headers: Record<string, string>, method = 'POST', path = '/api/v1/stop') =>
  foreignOrigin({ method, path, headers }, hosts);

describe('request guard', () => {
  it.each(['127.0.0.1:4810', 'localhost:4810', 'LOCALHOST:4810', '[::1]:4810'])(
    'lets in what was sent to %s',
    (host) => {
      expect(ask({ host })).toBeNull();
      expect(ask({ host, origin: `http://${host}` })).toBeNull();
    },
  );

  it.each(['evil.example', 'evil.example:4810', '127.0.0.1', '127.0.0.1:4811', '127.0.0.1:4810.evil.example', ''])(
    'refuses what was sent to "%s" (DNS rebinding)',
    (host) => {
      expect(ask({ host })).toMatch(/host name/);
    },
  );

  it('refuses a request without a host', () => {
    expect(ask({})).toMatch(/host name/);
  });

  it.each([
    'null',
    'http://evil.example',
    'https://127.0.0.1:4810',
    'http://127.0.0.1:5173',
    'http://127.0.0.1:4810.evil',
  ])('refuses a page of %s', (origin) => {
    expect(ask({ host: '127.0.0.1:4810', origin })).toMatch(/other origins/);
  });

  it.each([
    ['cross-site', 'no-cors'],
    ['same-site', 'no-cors'],
    ['same-site', 'navigate'],
  ])('refuses a %s request in mode %s although it names no origin', (site, mode) => {
    const headers = { host: '127.0.0.1:4810', 'sec-fetch-site': site, 'sec-fetch-mode': mode };
    expect(ask(headers, 'GET', '/api/v1/status')).toMatch(/other origins/);
  });

  it('lets a link of another site lead to the page itself', () => {
    const headers = { host: '127.0.0.1:4810', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(ask(headers, 'GET', '/')).toBeNull();
    expect(ask(headers, 'POST', '/')).toMatch(/other origins/);
  });

  it('knows that browsers leave port 80 away', () => {
    expect(foreignOrigin({ method: 'GET', path: '/', headers: { host: 'localhost' } }, ownHosts(80))).toBeNull();
  });
});
