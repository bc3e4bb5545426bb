import { expect, test } from 'vitest';
import { heartbeatPayload, unixSeconds } from '../fakes/device-payloads';
import { overBothBrokers } from '../fakes/over-both-brokers';
import { until } from '../fakes/wait';

const testDeadlineMs = 30_000;

type Warnings = readonly { readonly code: string; readonly raw?: string }[];
const rawOf = (warnings: unknown, code: string) => (warnings as Warnings).find((warning) => warning.code === code)?.raw;

overBothBrokers('Inbound completeness', (stage) => {
  test(
    'D8 an SHT31 gives its vapour pressure deficit; a humidity 90 s old gives none',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const ts = unixSeconds();
      const address = { i2c_address: 0x44 };

      await device.sensor(0, 'sht31_humidity', 39_321, { ts: ts - 90, ...address });
      await device.sensor(0, 'sht31_temp', 26_214, { ts, ...address });
      await device.sensor(4, 'light', 1, { ts });
      await stage().client.reading(device.id, 4, 'light', ({ raw }) => raw === 1);
      expect(await stage().client.sensor(device.id, 0, 'vpd')).toBeUndefined();

      await device.sensor(0, 'sht31_temp', 26_214, { ts: ts + 1, ...address });
      await device.sensor(0, 'sht31_humidity', 39_321, { ts: ts + 1, ...address });
      const vpd = await stage().client.reading(device.id, 0, 'vpd', ({ value }) => value !== null);
      expect(vpd).toMatchObject({ unit: 'kPa', quality: 'good' });
      expect(vpd.value).toBeCloseTo(1.27, 2);
    },
  );

  test(
    'a payload that names another device is attributed to its topic and flagged',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const other = stage().newDeviceId();
      await device.publish('system/heartbeat', heartbeatPayload(other, ''), 0);
      const { warnings } = await stage().client.deviceWhen(
        device.id,
        (one) => rawOf(one.warnings, 'foreign_id') === other,
      );
      expect(rawOf(warnings, 'foreign_id')).toBe(other);
      expect((await stage().client.devices()).map(({ id }) => id)).not.toContain(other);
    },
  );

  test(
    'J2 unknown words of diagnostics read UNKNOWN and are flagged as they came',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      await device.publish('system/diagnostics', { wifi_rssi: -60 });
      await device.publish('system/diagnostics', { heap_free: 1, wifi_rssi: -60, metrics_schema_version: 2 });
      await device.publish('system/diagnostics', { heap_free: 7, wifi_rssi: -60, mqtt_cb_state: 'AJAR' });
      const shown = await stage().client.deviceWhen(
        device.id,
        (one) => rawOf(one.warnings, 'unknown_mqtt_cb_state') === 'AJAR',
      );
      expect(shown).toMatchObject({
        diagnostics: { values: { heap_free: 7, wifi_rssi: -60, mqtt_cb_state: 'UNKNOWN' } },
        counters: { malformed: 2 },
      });
    },
  );

  test('a heartbeat without system/ in its topic is one', { timeout: testDeadlineMs }, async () => {
    const id = stage().newDeviceId();
    await stage().observer.publish(`kaiser/god/esp/${id}/heartbeat`, heartbeatPayload(id, ''), 0);
    const devices = async () => (await stage().client.devices()).map((one) => one.id);
    await until(async () => (await devices()).includes(id), 3_000, 'the device to be listed');
  });

  test(
    'a device of another controller is listed and neither answered nor stored',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const id = stage().newDeviceId();
      await stage().observer.publish(`kaiser/south/esp/${id}/system/heartbeat`, heartbeatPayload(id, ''), 0);
      const foreign = await until(
        async () => {
          const list = await stage().client.call<{ kaiserId: string; deviceId: string }[]>('GET', '/foreign-devices');
          return list.find(({ deviceId }) => deviceId === id);
        },
        3_000,
        'the foreign device to be listed',
      );
      expect(foreign).toMatchObject({ kaiserId: 'south', deviceId: id });
      await stage().settle(device);
      expect((await stage().client.devices()).map((one) => one.id)).not.toContain(id);
      expect(stage().observer.received.all(({ topic }) => topic.includes(`/${id}/`) && topic.endsWith('/ack'))).toEqual(
        [],
      );
    },
  );

  test('gaps in the message counter are shown', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();
    const seq = 1_000_000;
    for (const step of [0, 1, 5, 6]) await device.sensor(4, 'light', step, { seq: seq + step });
    await stage().client.deviceWhen(
      device.id,
      (one) => (one as { sequence?: { last: number } }).sequence?.last === seq + 6,
    );
    const { sequence } = (await stage().client.device(device.id)) as { sequence?: { missed: number } };
    expect(sequence?.missed).toBe(3);
  });

  test(
    'a flood of reports from one device is bounded and counted; another one is served',
    { timeout: testDeadlineMs },
    async () => {
      const [bad, good] = [await stage().adoptDevice(), await stage().adoptDevice()];
      const before = await stage().client.counters();
      const count = 3_000;
      await Promise.all(
        Array.from({ length: count }, () => bad.publish('system/error', { error_code: 1011, severity: 2 }, 0)),
      );
      await stage().beat(good, 'online');
      await good.sensor(4, 'light', 321);
      await stage().client.reading(good.id, 4, 'light', ({ raw }) => raw === 321);
      await bad.sensor(4, 'light', 322);
      await stage().client.reading(bad.id, 4, 'light', ({ raw }) => raw === 322);
      const flooding = await stage().client.deviceWhen(bad.id, (one) => rawOf(one.warnings, 'flooding') !== undefined);
      const { limited } = (await stage().client.counters()) as unknown as { limited: number };
      expect(limited - (before as unknown as { limited: number }).limited).toBeGreaterThan(count / 2);
      expect(flooding).toMatchObject({ presence: 'online' });
      const { items } = await stage().client.call<{ items: unknown[] }>(
        'GET',
        `/events?kind=device.error&deviceId=${bad.id}&limit=1000`,
      );
      expect(items.length).toBeLessThanOrEqual(60);
      expect((await stage().client.device(good.id)).warnings).toEqual([]);
    },
  );
});
