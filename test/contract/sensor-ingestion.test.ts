import { expect, test } from 'vitest';
import type { Sample, SensorAnswer } from '../fakes/console-answers';
import { unixSeconds } from '../fakes/device-payloads';
import { overBothBrokers } from '../fakes/over-both-brokers';
import type { ScriptedDevice } from '../fakes/scripted-device';
import type { Stage } from '../fakes/stage';
import { until } from '../fakes/wait';

const testDeadlineMs = 30_000;
const hourMs = 3_600_000;
const goodQualities = ['excellent', 'good', 'fair'];

/** Everything stored of a sensor, old and from the future too. */
async function storedSamples(
  stage: Stage,
  device: ScriptedDevice,
  gpio: number,
  type: string,
): Promise<readonly Sample[]> {
  const sensor = await stage.client.reading(device.id, gpio, type, () => true);
  return stage.client.samples(sensor.seriesId, Date.now() - 48 * hourMs, Date.now() + hourMs);
}

/** Waits until a value is in the store. */
function storedSample(stage: Stage, device: ScriptedDevice, gpio: number, value: number): Promise<Sample> {
  return until(
    async () => (await storedSamples(stage, device, gpio, 'light')).find((sample) => sample.value === value),
    3_000,
    `the value ${value} to be stored`,
  );
}

const isNow = (at: string): boolean => Math.abs(Date.parse(at) - Date.now()) < 20_000;

overBothBrokers('D. sensor ingestion', (stage) => {
  const reading = (device: ScriptedDevice, gpio: number, type: string, raw: number): Promise<SensorAnswer> =>
    stage().client.reading(device.id, gpio, type, (sensor) => sensor.raw === raw);

  test(
    'D1 the older names timestamp and raw_value are understood, and without raw_mode the value is raw',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();

      await device.sensor(4, 'ds18b20', 0, {
        raw: undefined,
        ts: undefined,
        raw_mode: undefined,
        raw_value: 400,
        timestamp: unixSeconds(),
      });

      expect(await reading(device, 4, 'ds18b20', 400)).toMatchObject({ raw: 400, value: 25, unit: '°C' });
    },
  );

  test(
    'D3 raw counts become temperature and humidity by the formulas of their sensors',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();

      await device.sensor(4, 'ds18b20', 400);
      await device.sensor(0, 'sht31_temp', 26_214, { i2c_address: 0x44 });
      await device.sensor(0, 'sht31_humidity', 32_768, { i2c_address: 0x44 });

      const temperature = await reading(device, 4, 'ds18b20', 400);
      expect(temperature).toMatchObject({ value: 25, unit: '°C' });
      expect(goodQualities).toContain(temperature.quality);
      const sht31 = await reading(device, 0, 'sht31_temp', 26_214);
      expect(Math.abs((sht31.value ?? NaN) - 25)).toBeLessThanOrEqual(0.01);
      const humidity = await reading(device, 0, 'sht31_humidity', 32_768);
      expect(Math.abs((humidity.value ?? NaN) - 50)).toBeLessThanOrEqual(0.01);
    },
  );

  test(
    'D3 the fault marker of a DS18B20 shows as a fault and never as -127 °C',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      await device.sensor(4, 'ds18b20', 400);
      await reading(device, 4, 'ds18b20', 400);

      await device.sensor(4, 'ds18b20', -2_032);

      const faulty = await stage().client.reading(
        device.id,
        4,
        'ds18b20',
        ({ quality }) => !goodQualities.includes(quality),
      );
      expect(faulty.value).not.toBe(-127);
      expect((await storedSamples(stage(), device, 4, 'ds18b20')).map(({ value }) => value)).not.toContain(-127);
    },
  );

  test('D4 an implausible temperature is stored and marked', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();

    await device.sensor(4, 'ds18b20', 3_200);

    expect((await reading(device, 4, 'ds18b20', 3_200)).quality).toMatch(/^(critical|implausible)$/);
    const stored = await until(
      async () => (await storedSamples(stage(), device, 4, 'ds18b20')).find(({ value }) => value === 200),
      3_000,
      'the implausible value to be stored',
    );
    expect(stored.quality).toMatch(/^(critical|implausible)$/);
  });

  test('D6 a reading that is 25 h old is dropped', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();
    await device.sensor(34, 'light', 100);
    await storedSample(stage(), device, 34, 100);

    await device.sensor(34, 'light', 777, { ts: unixSeconds() - 25 * 3_600 });
    await device.sensor(34, 'light', 101);
    await storedSample(stage(), device, 34, 101);

    const values = (await storedSamples(stage(), device, 34, 'light')).map(({ value }) => value);
    expect(values).toEqual([100, 101]);
  });

  test('D6 readings of 5 min ago and of 60 s ahead are stored', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();

    await device.sensor(34, 'light', 305, { ts: unixSeconds() - 300 });
    await storedSample(stage(), device, 34, 305);
    await device.sensor(35, 'light', 360, { ts: unixSeconds() + 60 });
    await storedSample(stage(), device, 35, 360);
  });

  test('D6 without a valid device time the receive time is stored', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();

    await device.sensor(34, 'light', 401, { ts: 0 });
    const withoutTime = await storedSample(stage(), device, 34, 401);
    await device.sensor(35, 'light', 402, { ts: 1_700_000_000, time_valid: false });
    const withInvalidTime = await storedSample(stage(), device, 35, 402);

    expect(isNow(withoutTime.at), withoutTime.at).toBe(true);
    expect(isNow(withInvalidTime.at), withInvalidTime.at).toBe(true);
  });
});
