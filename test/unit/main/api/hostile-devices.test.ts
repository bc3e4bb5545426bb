import { describe, expect, it } from 'vitest';
import { sensorTypes } from '../../../../src/shared/domain/sensor-types';
import { readVectors, vectorFiles, type InboundFile, type Json } from '../../shared/wire/vector-files';
import { openApi } from './api-bench';

/*
 * One bad device cannot hurt the rest: whatever it sends, no handler fails, nothing breaks the recording, and every screen still gets its
 * snapshot (whose schema is checked on the way out).
 */

const hostile: readonly Json[] = [
  null,
  true,
  '',
  '7',
  'constructor',
  '__proto__',
  '\u0000\ud83d',
  'x'.repeat(5_000),
  0,
  -1,
  0.5,
  255,
  2 ** 31,
  2 ** 53 - 1,
  1.7e308,
  -1.7e308,
  [],
  [1],
  {},
  { correlation_id: 'x' },
];
const messages = vectorFiles('device-to-console').map((name) => readVectors(name) as InboundFile);

/** The vector with one field replaced, once for each field and hostile value. */
function* mutations(payload: Json | undefined): Generator<Record<string, Json>> {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return;
  const fields = payload as Readonly<Record<string, Json>>;
  yield { ...fields };
  for (const key of Object.keys(fields)) for (const value of hostile) yield { ...fields, [key]: value };
}

describe.each(messages)('a device that sends a hostile $message', ({ vectors }) => {
  it('breaks neither a handler nor the recording nor the screens', async () => {
    const { client, services, link, store, receive, lines, clock } = openApi();
    for (const id of ['ESP_0A1B2C', 'ESP_GOOD'])
      receive(`kaiser/god/esp/${id}/system/heartbeat`, { ts: 0, uptime: 1, heap_free: 1, wifi_rssi: -1 });
    await client.devices.approve({ id: 'ESP_0A1B2C' });
    const accepted = vectors.filter((vector) => vector.expected !== undefined).slice(0, 2);
    for (const { topic, payload } of accepted)
      for (const mutation of mutations(payload)) {
        receive(topic, mutation);
        clock.advance(10);
      }
    store.batch.flush();
    receive('kaiser/god/esp/ESP_GOOD/sensor/4/data', { sensor_type: 'ds18b20', raw: 400, ts: clock.now() / 1000 });
    store.batch.flush();

    expect({ errors: lines.filter(({ level }) => level >= 50), handlerErrors: link.counters.handlerErrors }).toEqual({
      errors: [],
      handlerErrors: 0,
    });
    expect(store.batch.notRecorded).toBe(0);
    const stream = await client.state.live();
    const snapshot = await stream.next();
    await stream.return?.();
    expect(snapshot.value).toMatchObject({ isSnapshot: true });
    expect(services.telemetry.ofDevice('ESP_GOOD' as never)).toMatchObject([{ value: 25 }]);
    expect((await client.journal.list({})).items.length).toBeGreaterThan(0);
  });
});

describe('a device that sends the largest numbers', () => {
  it('of every sensor type breaks no screen', async () => {
    const { client, receive, clock, store } = openApi();
    for (const raw of [Number.MAX_VALUE, -Number.MAX_VALUE])
      for (const type of [...Object.keys(sensorTypes), 'radon'])
        receive('kaiser/god/esp/ESP_A/sensor/4/data', { sensor_type: type, raw, ts: clock.now() / 1000 });
    store.batch.flush();
    expect((await client.telemetry.series({})).length).toBe(Object.keys(sensorTypes).length + 1);
    expect(store.batch.notRecorded).toBe(0);
  });
});
