import { describe, expect, it } from 'vitest';
import { metricsViewSchema } from '../../../../src/shared/api/metrics';
import { openApi } from '../api/api-bench';

const beat = { ts: 0, uptime: 1, heap_free: 1, wifi_rssi: -1 };
const topic = (id: string) => `kaiser/god/esp/${id}/system/heartbeat`;

describe('the metrics of the whole console', () => {
  it('count its devices by presence and approval, and measure its store and its process', async () => {
    const { client, receive, services, store } = openApi();
    for (const id of ['ESP_A', 'ESP_B', 'ESP_C', 'ESP_D']) receive(topic(id), beat);
    await client.devices.approve({ id: 'ESP_A' });
    await client.devices.approve({ id: 'ESP_B' });
    await client.devices.reject({ id: 'ESP_C' });
    receive('kaiser/god/esp/ESP_B/system/will', { reason: 'timeout' });
    const { gauges, counters } = await client.metrics.get();
    expect(gauges).toMatchObject({
      connected: 0,
      breaker: 0,
      queueDepth: 0,
      devicesOnline: 1,
      devicesOffline: 1,
      devicesUnknown: 0,
      devicesPending: 1,
      storeSizeBytes: store.view().sizeBytes,
    });
    expect(gauges['rssBytes']).toBeGreaterThan(1_000_000);
    expect(gauges).not.toHaveProperty('brokerClients'); // the broker is an external one
    expect(counters).toMatchObject({ received: 5, notRecorded: 0 });
    expect(services.metrics.view().messages).toMatchObject([
      { direction: 'in', message: 'heartbeat', count: 4, errors: 0 },
      { direction: 'in', message: 'last will', count: 1, errors: 0 },
    ]);
  });

  it('show who follows the state', async () => {
    const { client, services, pass } = openApi();
    const abort = new AbortController();
    const stream = await client.state.live(undefined, { signal: abort.signal });
    await stream.next();
    expect(services.metrics.view().gauges['stateStreams']).toBe(1);
    const last = stream.next();
    abort.abort();
    await pass(last);
    expect(services.metrics.view().gauges['stateStreams']).toBe(0);
  });

  it('fit the contract, and the alarm is in the status', async () => {
    const { client, services, receive, clock } = openApi();
    services.metrics.start();
    for (let count = 0; count < 20; count += 1) receive(topic('ESP_A'), {});
    clock.advance(1_000);
    expect((await client.console.status()).errorAlarm).toEqual({
      active: true,
      since: clock.iso,
      rate: 1,
      messages: 20,
    });
    expect((await client.journal.list({ kind: 'console.error_rate_high' })).items).toHaveLength(1);
    const view = await client.metrics.get();
    expect(metricsViewSchema.parse(view)).toEqual(view);
    services.metrics.stop();
  });
});
