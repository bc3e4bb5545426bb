import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { createRouter } from '../../../../src/main/api/router';
import type { Rooms } from '../../../../src/main/api/rooms';
import { wantsMetricsText } from '../../../../src/main/web/metrics-text';
import type { MetricsView } from '../../../../src/shared/api/metrics';
import { parsePrometheus } from '../metrics/prometheus-parser';
import { StartedHost } from './started-host';

const view: MetricsView = { uptimeS: 7, counters: { received: 12 }, gauges: { queueDepth: 3 }, messages: [] };
const scraper =
  'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

describe('GET /metrics', () => {
  let web: StartedHost;
  let isBroken = false;
  beforeAll(async () => {
    const metrics = {
      view: () => {
        if (isBroken) throw new Error('the secret of the process');
        return view;
      },
    };
    web = await StartedHost.open(createRouter({ metrics } as unknown as Rooms));
  });
  afterAll(() => web[Symbol.asyncDispose]());
  const ask = (headers: Record<string, string>, path = '/api/v1/metrics') =>
    web.ask(path, { headers: { ...web.bearer, ...headers } });

  it('is JSON for scripts', async () => {
    for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }] as Record<string, string>[]) {
      const { status, headers: answered, body } = await ask(headers);
      expect([status, answered['content-type'], JSON.parse(body)]).toEqual([200, 'application/json', view]);
    }
  });

  it.each([['text/plain'], ['application/openmetrics-text'], [scraper]])(
    'is text for a scraper with %s',
    async (accept) => {
      const { status, headers, body } = await ask({ accept, 'x-trace-id': 'scrape-1' });
      expect([status, headers['content-type'], headers['x-trace-id']]).toEqual([
        200,
        'text/plain; version=0.0.4; charset=utf-8',
        'scrape-1',
      ]);
      const families = parsePrometheus(body);
      expect([...families.keys()]).toEqual([
        'leitstand_uptime_seconds',
        'leitstand_messages_received_total',
        'leitstand_queue_depth',
      ]);
      expect(families.get('leitstand_queue_depth')?.samples).toMatchObject([{ value: 3 }]);
    },
  );

  it('is nobody’s without the token, in either form', async () => {
    for (const accept of ['text/plain', 'application/json']) {
      const { status, body } = await web.ask('/api/v1/metrics', { headers: { accept } });
      expect([status, JSON.parse(body)]).toMatchObject([401, { error: { code: 'unauthorized' } }]);
      const wrong = await web.ask('/api/v1/metrics', { headers: { accept, authorization: 'Bearer nonsense' } });
      expect(wrong.status).toBe(401);
    }
  });

  it('refuses an unknown field in either form', async () => {
    for (const accept of ['text/plain', 'application/json'])
      expect((await ask({ accept }, '/api/v1/metrics?size=1')).status).toBe(400);
  });

  it('shows nothing of a bug and logs it under its trace', async () => {
    isBroken = true;
    web.logLines.length = 0;
    const { status, body } = await ask({ accept: 'text/plain', 'x-trace-id': 'scrape-2' });
    isBroken = false;
    expect([status, JSON.parse(body)]).toMatchObject([500, { error: { code: 'internal' } }]);
    expect(body).not.toContain('secret');
    expect(web.logLines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { traceId: 'scrape-2', err: { message: 'the secret of the process' } },
    ]);
  });
});

describe('the form of the metrics', () => {
  const wants = (accept: string | undefined, method = 'GET', url = '/api/v1/metrics') =>
    wantsMetricsText({ method, url, headers: accept === undefined ? {} : { accept } });

  it.each([
    ['text/plain', true],
    ['Text/Plain; charset=utf-8', true],
    ['text/plain;q=0.3, */*;q=0.2', true],
    ['application/json, text/plain;q=0.5', false],
    ['text/plain, application/json', false],
    ['application/json;q=0.1, text/plain', true],
    ['text/plain;q=0', false],
    ['text/html', false],
    ['*/*', false],
    ['', false],
    [undefined, false],
  ])('with Accept %j is text: %s', (accept, isText) => {
    expect(wants(accept)).toBe(isText);
  });

  it('is left to the API for another method or a query', () => {
    expect([wants('text/plain', 'POST'), wants('text/plain', 'GET', '/api/v1/metrics?x=1')]).toEqual([false, false]);
  });
});
