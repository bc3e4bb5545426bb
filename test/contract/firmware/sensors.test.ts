/*
 * Sections 1.13, 1.15, 1.16 and 8.1: readings of each kind of sensor, and measuring on request.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers, firmwareOverOneBroker, type FirmwareBroker } from '../../fakes/firmware-broker';
import { actuator, configure, outcomeOf, romOf, sensor } from '../../fakes/firmware-config';
import { FirmwareScene } from '../../fakes/firmware-scene';
import type { JsonObject } from '../../fakes/message-log';

const integer = expect.toSatisfy((value: unknown) => Number.isInteger(value), 'an integer') as number;
const rom = romOf(1);

async function openWith(
  broker: FirmwareBroker,
  world: JsonObject,
  sensors: readonly JsonObject[],
): Promise<FirmwareScene> {
  const scene = await FirmwareScene.open(broker);
  try {
    scene.node.world(world);
    await configure(scene, { sensors, actuators: [actuator('pwm', 18)] });
    return scene;
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
}

const measure = async (scene: FirmwareScene, gpio: number, changes: JsonObject = {}): Promise<string> => {
  const id = randomUUID();
  await scene.send(`sensor/${gpio}/command`, {
    command: 'measure',
    request_id: id,
    correlation_id: id,
    intent_id: id,
    ...changes,
  });
  return id;
};

const seconds = (interval: number, changes: JsonObject = {}): JsonObject => ({
  measurement_interval_seconds: interval,
  ...changes,
});

firmwareOverBothBrokers('readings', (broker) => {
  test('a DS18B20 sends counts of 1/16 degree with its ROM', async () => {
    await using scene = await openWith(broker(), { onewire: { 4: [{ rom, celsius: 22.375 }] } }, [
      sensor('ds18b20', 4, seconds(5, { onewire_address: rom, subzone_id: 'bed_a' })),
    ]);
    const reading = await scene.hearsJson('sensor/4/data', {}, { withinMs: 10_000 });
    expect(reading).toMatchObject({
      esp_id: scene.id,
      seq: integer,
      zone_id: '',
      subzone_id: 'bed_a',
      gpio: 4,
      sensor_type: 'ds18b20',
      raw: 358,
      quality: 'good',
      ts: integer,
      time_valid: true,
      raw_mode: true,
      onewire_address: rom,
      unit: '°C',
    });
    expect(Number(reading['value'])).toBeCloseTo(22.38, 1);
    expect(reading).not.toHaveProperty('i2c_address');
  });

  test('an SHT31 sends temperature and humidity, each as 16-bit counts with its address', async () => {
    await using scene = await openWith(broker(), { i2c: { '0x44': { celsius: 21.5, humidity: 60 } } }, [
      sensor('sht31', 0, seconds(5, { i2c_address: 0x44 })),
    ]);
    const temperature = await scene.hearsJson('sensor/0/data', { sensor_type: 'sht31_temp' }, { withinMs: 10_000 });
    const humidity = await scene.hearsJson('sensor/0/data', { sensor_type: 'sht31_humidity' }, { withinMs: 10_000 });
    expect(temperature).toMatchObject({ gpio: 0, i2c_address: 0x44, quality: 'good', raw: integer, raw_mode: true });
    expect(-45 + (175 * Number(temperature['raw'])) / 65_535).toBeCloseTo(21.5, 2);
    expect((100 * Number(humidity['raw'])) / 65_535).toBeCloseTo(60, 2);
    expect(Number(temperature['value'])).toBeCloseTo(21.5, 1);
    expect(Number(humidity['value'])).toBeCloseTo(60, 1);
    expect(temperature).not.toHaveProperty('onewire_address');
  });

  test('a moisture probe sends its 12-bit counts, and doubts itself at the rails', async () => {
    await using scene = await openWith(broker(), { analog: { 34: 2_140 } }, [sensor('moisture', 34, seconds(5))]);
    expect(await scene.hearsJson('sensor/34/data', {}, { withinMs: 10_000 })).toMatchObject({
      sensor_type: 'moisture',
      raw: 2_140,
      quality: 'good',
    });
    for (const raw of [0, 20, 4_050, 4_095]) {
      scene.node.world({ analog: { 34: raw } });
      await scene.hears('sensor/34/data', { raw, quality: 'suspect' }, { withinMs: 12_000 });
    }
    scene.node.world({ analog: { 34: 1_500 } });
    await scene.hears('sensor/34/data', { raw: 1_500, quality: 'good' }, { withinMs: 12_000 });
  });

  test('measure now is answered with the value, and ends as applied', async () => {
    await using scene = await openWith(broker(), { analog: { 34: 2_140 } }, [
      sensor('moisture', 34, { operating_mode: 'on_demand' }),
    ]);
    await scene.advance(40_000);
    expect(scene.said(/^sensor\/34\/data$/)).toEqual([]);
    const id = await measure(scene, 34);
    expect(await scene.hearsJson('sensor/34/response', { request_id: id }, { withinMs: 5_000 })).toMatchObject({
      gpio: 34,
      command: 'measure',
      success: true,
      measurement_ok: true,
      publish_ok: true,
      timeout: false,
      reason_code: 'NONE',
      quality: 'good',
      sensor_type: 'moisture',
      raw: 2_140,
      ts: integer,
      seq: integer,
      intent_id: id,
      correlation_id: id,
      ttl_ms: integer,
    });
    await scene.hears('sensor/34/data', { raw: 2_140 });
    await outcomeOf(scene, id, { outcome: 'accepted' });
    expect(await outcomeOf(scene, id, { outcome: 'applied' })).toMatchObject({ flow: 'command', code: 'NONE' });
  });
});

firmwareOverOneBroker('sensors in detail', (broker) => {
  test('two SHT31 on one bus stay apart', async () => {
    const world = { i2c: { '0x44': { celsius: 21.5, humidity: 60 }, '0x45': { celsius: 30, humidity: 40 } } };
    await using scene = await openWith(broker(), world, [
      sensor('sht31', 0, seconds(5, { i2c_address: 0x44 })),
      sensor('sht31', 0, seconds(5, { i2c_address: 0x45 })),
    ]);
    for (const [address, celsius] of [
      [0x44, 21.5],
      [0x45, 30],
    ] as const) {
      const fields = { sensor_type: 'sht31_temp', i2c_address: address };
      const reading = await scene.hearsJson('sensor/0/data', fields, { withinMs: 12_000 });
      expect(-45 + (175 * Number(reading['raw'])) / 65_535).toBeCloseTo(celsius, 1);
    }
  });

  test('a BME280 sends compensated values', async () => {
    const world = { i2c: { '0x76': { celsius: 24, humidity: 55, pressure_hpa: 1_013.25, chip: 'bme280' } } };
    await using scene = await openWith(broker(), world, [sensor('bme280', 0, seconds(5, { i2c_address: 0x76 }))]);
    for (const [type, value, digits] of [
      ['bme280_temp', 24, 0],
      ['bme280_humidity', 55, 0],
      ['bme280_pressure', 1_013.25, 0],
    ] as const) {
      const reading = await scene.hearsJson(
        'sensor/0/data',
        { sensor_type: type, i2c_address: 0x76 },
        { withinMs: 12_000 },
      );
      expect(Number(reading['value']), type).toBeCloseTo(value, digits);
    }
  });

  test('each measuring interval is kept', async () => {
    await using scene = await openWith(broker(), { analog: { 34: 2_000, 35: 2_100 } }, [
      sensor('moisture', 34, seconds(1)),
      sensor('moisture', 35, seconds(20)),
    ]);
    await scene.advance(5_000);
    const from = scene.mark();
    await scene.advance(60_000);
    expect(scene.said(/^sensor\/34\/data$/, from).length).toBeGreaterThanOrEqual(58);
    expect(scene.said(/^sensor\/34\/data$/, from).length).toBeLessThanOrEqual(62);
    expect(scene.said(/^sensor\/35\/data$/, from)).toHaveLength(3);
  });

  test('the measuring interval of a thermometer does not grow by the time that it converts', async () => {
    await using scene = await openWith(broker(), { onewire: { 4: [{ rom, celsius: 20 }] } }, [
      sensor('ds18b20', 4, seconds(5, { onewire_address: rom })),
    ]);
    await scene.advance(10_000);
    const from = scene.mark();
    await scene.advance(120_000);
    const count = scene.said(/^sensor\/4\/data$/, from).length;
    expect(count).toBeGreaterThanOrEqual(23);
    expect(count).toBeLessThanOrEqual(25);
  });

  test.for<[string, string, string, number]>([
    ['soil_moisture', 'moisture', '%', 34],
    ['ph_sensor', 'ph', 'pH', 34],
    ['ec_sensor', 'ec', 'µS/cm', 34],
    ['Some_Probe', 'some_probe', '', 34],
  ])('the type %s goes as %s', async ([name, type, unit, gpio]) => {
    await using scene = await openWith(broker(), { analog: { [gpio]: 2_000 } }, [sensor(name, gpio, seconds(5))]);
    const reading = await scene.hearsJson(`sensor/${gpio}/data`, {}, { withinMs: 12_000 });
    expect(reading).toMatchObject({ sensor_type: type, raw: 2_000 });
    if (unit !== '') expect(reading['unit']).toBe(unit);
  });

  test('a thermometer that says 85 degrees after power-up is doubted: error 1061', async () => {
    await using scene = await openWith(broker(), { onewire: { 4: [{ rom, celsius: 85 }] } }, [
      sensor('ds18b20', 4, seconds(5, { onewire_address: rom })),
    ]);
    await scene.hears('system/error', { error_code: 1061 }, { withinMs: 20_000 });
    expect(scene.said(/^sensor\/4\/data$/).filter(({ json }) => json['quality'] === 'good')).toEqual([]);
  });

  test('a thermometer that is gone is a fault: error 1060 or 1021, and no value of -127 degrees', async () => {
    await using scene = await openWith(broker(), { onewire: { 4: [{ rom, celsius: 22 }] } }, [
      sensor('ds18b20', 4, seconds(5, { onewire_address: rom })),
    ]);
    await scene.hears('sensor/4/data', { raw: 352 }, { withinMs: 10_000 });
    scene.node.world({ onewire: { 4: [] } });
    const from = scene.mark();
    await scene.hearsSuch(
      ({ topic, payload }) =>
        topic.endsWith('/system/error') &&
        /"error_code":(1020|1021|1022|1026|1028|1060|1063)\b/.test(payload.toString()),
      'an error of the 1-Wire bus',
      { from, withinMs: 60_000 },
    );
    const good = scene
      .said(/^sensor\/4\/data$/, from)
      .filter(({ json }) => json['quality'] === 'good' || json['raw'] === -2_032);
    expect(good.length).toBeLessThanOrEqual(1);
    scene.node.world({ onewire: { 4: [{ rom, celsius: 23 }] } });
    await scene.hears('sensor/4/data', { raw: 368, quality: 'good' }, { from, withinMs: 400_000 });
  });

  test('temperatures outside the range of the sensor are marked as suspect', async () => {
    await using scene = await openWith(broker(), { onewire: { 4: [{ rom, celsius: 126 }] } }, [
      sensor('ds18b20', 4, seconds(5, { onewire_address: rom })),
    ]);
    await scene.hears('sensor/4/data', { quality: 'suspect' }, { withinMs: 12_000 });
    await scene.hears('system/error', { error_code: 1062 }, { withinMs: 12_000 });
  });

  test('a temperature below zero is a negative count', async () => {
    await using scene = await openWith(broker(), { onewire: { 4: [{ rom, celsius: -10.125 }] } }, [
      sensor('ds18b20', 4, seconds(5, { onewire_address: rom })),
    ]);
    await scene.hears('sensor/4/data', { raw: -162, quality: 'good' }, { withinMs: 10_000 });
  });

  test('an I2C sensor that does not answer is reported, and the others go on', async () => {
    await using scene = await openWith(
      broker(),
      { i2c: { '0x44': { celsius: 21.5, humidity: 60 } }, analog: { 34: 2_000 } },
      [sensor('sht31', 0, seconds(5, { i2c_address: 0x44 })), sensor('moisture', 34, seconds(5))],
    );
    await scene.hears('sensor/0/data', {}, { withinMs: 10_000 });
    scene.node.world({ i2c: { '0x44': null } });
    const from = scene.mark();
    await scene.hearsSuch(
      ({ topic, payload }) =>
        topic.endsWith('/system/error') && /"error_code":10(07|09|1\d)\b/.test(payload.toString()),
      'an error of the I2C bus',
      { from, withinMs: 60_000 },
    );
    await scene.hears('sensor/34/data', { raw: 2_000 }, { from, withinMs: 10_000 });
  });

  test('a paused sensor does not measure, not even on request', async () => {
    await using scene = await openWith(broker(), { analog: { 34: 2_000 } }, [
      sensor('moisture', 34, { operating_mode: 'paused' }),
    ]);
    const id = await measure(scene, 34);
    const response = await scene.hearsJson('sensor/34/response', { request_id: id }, { withinMs: 6_000 });
    expect(response).toMatchObject({ success: false, reason_code: 'SENSOR_INACTIVE' });
    expect(await outcomeOf(scene, id, { outcome: 'failed' })).toMatchObject({ code: 'SENSOR_INACTIVE' });
    await scene.advance(60_000);
    expect(scene.said(/^sensor\/34\/data$/)).toEqual([]);
  });

  test('measure on a pin without a sensor fails with SENSOR_NOT_FOUND', async () => {
    await using scene = await openWith(broker(), {}, [sensor('moisture', 34)]);
    const id = await measure(scene, 35);
    expect(await scene.hearsJson('sensor/35/response', { request_id: id }, { withinMs: 6_000 })).toMatchObject({
      success: false,
      measurement_ok: false,
      reason_code: 'SENSOR_NOT_FOUND',
    });
    expect(await outcomeOf(scene, id, { outcome: 'failed' })).toMatchObject({ code: 'SENSOR_NOT_FOUND' });
  });

  test('another command than measure is rejected as UNKNOWN_COMMAND, broken JSON as INVALID_JSON', async () => {
    await using scene = await openWith(broker(), {}, [sensor('moisture', 34)]);
    for (const name of ['Measure', 'read', '', undefined]) {
      const id = await measure(scene, 34, { command: name });
      expect(await outcomeOf(scene, id), String(name)).toMatchObject({ outcome: 'rejected', code: 'UNKNOWN_COMMAND' });
    }
    const from = scene.mark();
    await scene.send('sensor/34/command', '{"command":"measure"');
    await scene.hears('system/intent_outcome', { outcome: 'rejected', code: 'INVALID_JSON' }, { from });
  });

  test('a measurement that takes longer than it may ends as expired', async () => {
    await using scene = await openWith(broker(), { onewire: { 4: [{ rom, celsius: 20 }] } }, [
      sensor('ds18b20', 4, { onewire_address: rom, operating_mode: 'on_demand' }),
    ]);
    const id = await measure(scene, 4, { timeout_ms: 100 });
    expect(await scene.hearsJson('sensor/4/response', { request_id: id }, { withinMs: 5_000 })).toMatchObject({
      success: false,
      timeout: true,
      reason_code: 'MEASURE_TIMEOUT',
    });
    expect(await outcomeOf(scene, id, { outcome: 'expired' })).toMatchObject({ code: 'MEASURE_TIMEOUT' });
    const second = await measure(scene, 4, { timeout_ms: 60_000 });
    await scene.hears('sensor/4/response', { request_id: second, success: true, raw: 320 }, { withinMs: 5_000 });
  });

  test('measure on pin 0 reads the bus', async () => {
    await using scene = await openWith(broker(), { i2c: { '0x44': { celsius: 21.5, humidity: 60 } } }, [
      sensor('sht31', 0, { i2c_address: 0x44, operating_mode: 'on_demand' }),
    ]);
    const id = await measure(scene, 0);
    await scene.hears('sensor/0/response', { request_id: id, success: true }, { withinMs: 5_000 });
    await scene.hears('sensor/0/data', { sensor_type: 'sht31_temp' });
    await scene.hears('sensor/0/data', { sensor_type: 'sht31_humidity' });
  });

  test('without a request id there is an outcome and no response', async () => {
    await using scene = await openWith(broker(), { analog: { 34: 2_000 } }, [sensor('moisture', 34)]);
    const from = scene.mark();
    const id = await measure(scene, 34, { request_id: undefined });
    await scene.hears('system/intent_outcome', { correlation_id: id, outcome: 'applied' }, { withinMs: 6_000 });
    await scene.quiet();
    expect(scene.said(/^sensor\/34\/response$/, from)).toEqual([]);
  });

  test('25 requests in a row are each answered: measured, or refused with QUEUE_FULL', async () => {
    await using scene = await openWith(broker(), { analog: { 34: 2_000 } }, [sensor('moisture', 34)]);
    const ids: string[] = [];
    for (let round = 0; round < 25; round += 1) ids.push(await measure(scene, 34));
    for (const id of ids) {
      const end = await scene.hearsSuch(
        ({ topic, payload }) =>
          topic.endsWith('/system/intent_outcome') && payload.includes(id) && !payload.includes('"outcome":"accepted"'),
        `the end of ${id}`,
        { withinMs: 20_000 },
      );
      expect(end.payload.toString()).toMatch(/"outcome":"(applied|expired)"|"QUEUE_FULL"/);
    }
  });

  test('before it knows the time a device says so in its readings', async () => {
    await using scene = await openWith(broker(), { analog: { 34: 2_000 } }, [sensor('moisture', 34, seconds(5))]);
    scene.acknowledge = () => ({ status: 'online', handover_epoch: 1 });
    await scene.advance(61_000);
    scene.node.world({ clock_offset_s: -1_000_000_000 }); // what no device takes for the time
    const from = scene.mark();
    await scene.powerCycle();
    const fields = { ts: 0, time_valid: false };
    expect(await scene.hearsJson('sensor/34/data', {}, { from, withinMs: 12_000 })).toMatchObject(fields);
  });
});
