/*
 * H3 and H7, sections 5.2 to 5.5 and 8.5: which items a device takes, and what it says about the others.
 */
import { expect, test } from 'vitest';
import { firmwareOverOneBroker } from '../../fakes/firmware-broker';
import {
  actuator,
  command,
  configure,
  drive,
  errorsIn,
  push,
  responseTo,
  romOf,
  rule,
  sensor,
} from '../../fakes/firmware-config';
import { FirmwareScene } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject } from '../../fakes/message-log';
import { must } from '../../fakes/wait';

type Failure = {
  readonly gpio?: number;
  readonly error?: string;
  readonly error_code?: number;
  readonly detail?: string;
};

const failuresIn = (response: JsonObject): readonly Failure[] => (response['failures'] ?? []) as readonly Failure[];

async function nextBeat(scene: FirmwareScene): Promise<JsonObject> {
  const from = scene.mark();
  return jsonOf(await scene.heartbeat(from, 65_000));
}

/** 1002; an actuator's conflict may read UNKNOWN_ERROR, as stock firmware has it (5.5). */
const isConflict = (name: string): boolean => /^(GPIO_CONFLICT|UNKNOWN_ERROR)$/.test(name);

firmwareOverOneBroker('H. items', (broker) => {
  test.for([1, 3, 6, 12, 34, 39])('H3 an actuator on pin %d of the WROOM is refused', async (gpio) => {
    await using scene = await FirmwareScene.open(broker());
    const { responses } = await push(scene, { actuators: [actuator('relay', gpio)] });
    expect(responses).toMatchObject([{ type: 'actuator', status: 'error' }]);
    expect(errorsIn(must(responses[0], 'a response')).some(isConflict), JSON.stringify(responses)).toBe(true);
    expect(JSON.stringify(responses)).toContain(String(gpio));
    expect(await nextBeat(scene)).toMatchObject({ actuator_count: 0 });
    expect(scene.node.levels(gpio)).toEqual([]);
  });

  test('H3 an analog sensor on 34 and an I2C sensor on 0 are taken', async () => {
    await using scene = await FirmwareScene.open(broker());
    scene.node.world({ i2c: { '0x44': { celsius: 21.5, humidity: 60 } } });
    await configure(scene, { sensors: [sensor('moisture', 34), sensor('sht31', 0, { i2c_address: 0x44 })] });
    expect(Number((await nextBeat(scene))['sensor_count'])).toBeGreaterThanOrEqual(2);
  });

  test.for<[string, 'esp32c3' | 'esp32c6', readonly number[]]>([
    ['esp32c3', 'esp32c3', [2, 6, 7, 8, 9, 10, 21]],
    ['esp32c6', 'esp32c6', [18, 19]],
  ])('outputs of the %s go on its own pins only', async ([, board, pins]) => {
    await using scene = await FirmwareScene.open(broker(), { board });
    const taken = pins.slice(0, 3);
    await configure(scene, { actuators: taken.map((gpio) => actuator('relay', gpio)) });
    for (const gpio of taken) await scene.pinBecomes(gpio, 0);
    const { responses } = await push(scene, { actuators: [actuator('relay', 39), actuator('relay', 12)] });
    expect(responses).toMatchObject([{ status: 'error' }, { status: 'error' }]);
  });

  test.for([0, 1, 3, 4, 5, 18, 19, 22])('an actuator on pin %d of the ESP32-C3 is refused', async (gpio) => {
    await using scene = await FirmwareScene.open(broker(), { board: 'esp32c3' });
    const { responses } = await push(scene, { actuators: [actuator('relay', gpio)] });
    expect(responses).toMatchObject([{ type: 'actuator', status: 'error' }]);
  });

  test('one bad sensor among good ones is a partial success that names pin, number, name and reason', async () => {
    await using scene = await FirmwareScene.open(broker());
    const { responses, outcome } = await push(scene, {
      sensors: [sensor('moisture', 34), sensor('moisture', 13), sensor('moisture', 35)],
    });
    expect(responses).toMatchObject([{ type: 'sensor', status: 'partial_success', count: 2, failed_count: 1 }]);
    expect(failuresIn(responses[0] ?? {})).toMatchObject([
      { type: 'sensor', gpio: 13, error_code: 1002, error: 'GPIO_CONFLICT', detail: expect.any(String) as string },
    ]);
    expect(outcome['outcome']).toBe('persisted');
    expect(await nextBeat(scene)).toMatchObject({ sensor_count: 2 });
  });

  test('when every sensor is bad the section is an error, with at most ten failures listed', async () => {
    await using scene = await FirmwareScene.open(broker());
    const { responses } = await push(scene, { sensors: Array.from({ length: 12 }, () => sensor('moisture', 13)) });
    expect(responses).toMatchObject([{ type: 'sensor', status: 'error', count: 0, failed_count: 12 }]);
    expect(failuresIn(responses[0] ?? {})).toHaveLength(10);
  });

  test('each bad actuator has its own response, and the good ones work', async () => {
    await using scene = await FirmwareScene.open(broker());
    const { responses } = await push(scene, {
      actuators: [actuator('relay', 1), actuator('pwm', 18), actuator('relay', 39)],
    });
    expect(responses.filter(({ status }) => status === 'error')).toHaveLength(2);
    expect(responses.map(({ type }) => type)).toEqual(responses.map(() => 'actuator'));
    await drive(scene, 18, 'ON');
  });

  test.for<[string, JsonObject, readonly string[]]>([
    ['without a pin', { gpio: undefined }, ['MISSING_FIELD']],
    ['with a pin as text', { gpio: '34' }, ['TYPE_MISMATCH', 'MISSING_FIELD']],
    ['without a type', { sensor_type: undefined }, ['MISSING_FIELD']],
    ['without a name key', { sensor_name: undefined }, ['MISSING_FIELD']],
    ['with an interval of 0', { measurement_interval_seconds: 0 }, ['OUT_OF_RANGE', 'VALIDATION_FAILED']],
    ['with an interval of 301', { measurement_interval_seconds: 301 }, ['OUT_OF_RANGE', 'VALIDATION_FAILED']],
    ['with an unknown mode', { operating_mode: 'often' }, ['VALIDATION_FAILED', 'OUT_OF_RANGE']],
    ['with a pin of the flash', { gpio: 6 }, ['GPIO_CONFLICT']],
    [
      'with a pin beyond all boards',
      { gpio: 4_000_000_000 },
      ['GPIO_CONFLICT', 'OUT_OF_RANGE', 'TYPE_MISMATCH', 'VALIDATION_FAILED'],
    ],
    ['with a negative pin', { gpio: -1 }, ['GPIO_CONFLICT', 'OUT_OF_RANGE', 'TYPE_MISMATCH', 'VALIDATION_FAILED']],
    [
      'with a ROM of 15 characters',
      { sensor_type: 'ds18b20', gpio: 4, onewire_address: '28FF4A1B2C3D4E5' },
      ['VALIDATION_FAILED', 'CONFIG_FAILED'],
    ],
    [
      'with a ROM that is not hexadecimal',
      { sensor_type: 'ds18b20', gpio: 4, onewire_address: '28FF4A1B2C3D4EXX' },
      ['VALIDATION_FAILED', 'CONFIG_FAILED'],
    ],
    [
      'with an I2C address beyond 127',
      { sensor_type: 'sht31', gpio: 0, i2c_address: 300 },
      ['OUT_OF_RANGE', 'VALIDATION_FAILED', 'CONFIG_FAILED'],
    ],
  ])('a sensor %s is refused by name', async ([, changes, names]) => {
    await using scene = await FirmwareScene.open(broker());
    const { responses } = await push(scene, { sensors: [sensor('moisture', 34, changes)] });
    expect(responses).toMatchObject([{ type: 'sensor', status: 'error', count: 0 }]);
    expect(
      errorsIn(responses[0] ?? {}).some((name) => names.includes(name)),
      JSON.stringify(responses),
    ).toBe(true);
  });

  test.for<[string, JsonObject, readonly string[]]>([
    ['without a pin', { gpio: undefined }, ['MISSING_FIELD']],
    ['without a type', { actuator_type: undefined }, ['MISSING_FIELD']],
    ['without a name', { actuator_name: undefined }, ['MISSING_FIELD']],
    [
      'of an unknown type',
      { actuator_type: 'servo' },
      ['VALIDATION_FAILED', 'CONFIG_FAILED', 'UNKNOWN_ERROR', 'OUT_OF_RANGE'],
    ],
    ['with a flag as text', { inverted_logic: 'yes' }, ['TYPE_MISMATCH', 'VALIDATION_FAILED']],
    ['with a default duty of 256', { default_pwm: 256 }, ['OUT_OF_RANGE', 'VALIDATION_FAILED', 'TYPE_MISMATCH']],
    ['with a negative longest run', { max_runtime_ms: -1 }, ['OUT_OF_RANGE', 'VALIDATION_FAILED', 'TYPE_MISMATCH']],
  ])('an actuator %s is refused by name', async ([, changes, names]) => {
    await using scene = await FirmwareScene.open(broker());
    const { responses } = await push(scene, { actuators: [actuator('relay', 18, changes)] });
    expect(responses).toMatchObject([{ type: 'actuator', status: 'error' }]);
    expect(
      errorsIn(responses[0] ?? {}).some((name) => names.includes(name)),
      JSON.stringify(responses),
    ).toBe(true);
    expect(await responseTo(scene, await command(scene, 18, 'ON'))).toMatchObject({ success: false });
  });

  test('a pin is given once: not to a sensor and an actuator, not to a valve and its neighbour', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, {
      actuators: [actuator('valve', 25), actuator('relay', 18)],
      sensors: [sensor('moisture', 34)],
    });
    for (const gpio of [26, 34]) {
      const { responses } = await push(scene, { actuators: [actuator('relay', gpio)] });
      expect(responses, `pin ${gpio}`).toMatchObject([{ type: 'actuator', status: 'error' }]);
    }
    const { responses } = await push(scene, { sensors: [sensor('digital_flow', 18), sensor('moisture', 25)] });
    expect(responses).toMatchObject([{ type: 'sensor', status: 'error', failed_count: 2 }]);
  });

  test('the pins of the I2C bus belong to it', async () => {
    await using scene = await FirmwareScene.open(broker());
    scene.node.world({ i2c: { '0x44': { celsius: 21.5, humidity: 60 } } });
    await configure(scene, { sensors: [sensor('sht31', 0, { i2c_address: 0x44 })] });
    const { responses } = await push(scene, { actuators: [actuator('relay', 21), actuator('relay', 22)] });
    expect(responses).toMatchObject([{ status: 'error' }, { status: 'error' }]);
  });

  test('two thermometers share a 1-Wire pin, the same one twice does not', async () => {
    await using scene = await FirmwareScene.open(broker());
    scene.node.world({
      onewire: {
        4: [
          { rom: romOf(1), celsius: 20 },
          { rom: romOf(2), celsius: 30 },
        ],
      },
    });
    await configure(scene, {
      sensors: [
        sensor('ds18b20', 4, { onewire_address: romOf(1) }),
        sensor('ds18b20', 4, { onewire_address: romOf(2) }),
      ],
    });
    await scene.hears('sensor/4/data', { onewire_address: romOf(1) }, { withinMs: 35_000 });
    await scene.hears('sensor/4/data', { onewire_address: romOf(2) }, { withinMs: 35_000 });
    expect(await nextBeat(scene)).toMatchObject({ sensor_count: 2 });
  });

  test('H7 of 21 sensors the first 20 work and one fails, of 13 actuators the first 12', async () => {
    await using scene = await FirmwareScene.open(broker());
    const roms = Array.from({ length: 21 }, (_, index) => romOf(index + 1));
    const slim = (rom: string): JsonObject => ({
      gpio: 4,
      sensor_type: 'ds18b20',
      sensor_name: '',
      onewire_address: rom,
    });
    const first = await push(scene, { sensors: roms.map(slim) });
    expect(first.responses).toMatchObject([{ type: 'sensor', status: 'partial_success', count: 20, failed_count: 1 }]);
    const outputs = [5, 14, 15, 16, 17, 18, 19, 23, 25, 26, 27, 32, 33];
    const second = await push(scene, {
      actuators: outputs.map((gpio) => ({ gpio, actuator_type: 'relay', actuator_name: '' })),
    });
    expect(second.responses.filter(({ status }) => status === 'error')).toHaveLength(1);
    expect(await nextBeat(scene)).toMatchObject({ sensor_count: 20, actuator_count: 12 });
    for (const gpio of [5, 32]) await drive(scene, gpio, 'ON');
    expect(await responseTo(scene, await command(scene, 33, 'ON'))).toMatchObject({ success: false });
  });

  test('eight offline rules are taken and a ninth is not taken silently', async () => {
    await using scene = await FirmwareScene.open(broker());
    const pins = [5, 14, 15, 16, 17, 18, 19, 23, 25];
    await configure(scene, {
      sensors: [sensor('ds18b20', 4, { onewire_address: romOf(1) })],
      actuators: pins.map((gpio) => actuator('relay', gpio)),
    });
    const rules = pins.map((gpio) => rule(gpio, 4, 'ds18b20', { activate_below: 18, deactivate_above: 20 }));
    await configure(scene, { offline_rules: rules.slice(0, 8) });
    const { responses, outcome } = await push(scene, { offline_rules: rules });
    const isTold = responses.some(({ status }) => status !== 'success') || outcome['outcome'] !== 'persisted';
    expect(isTold, JSON.stringify({ responses, outcome })).toBe(true);
  });

  test('items that are no objects are failures, not a crash', async () => {
    await using scene = await FirmwareScene.open(broker());
    const { responses } = await push(scene, {
      sensors: [1, 'x', null, [], sensor('moisture', 34)],
      actuators: [true, actuator('pwm', 18)],
    });
    expect(responses[0]).toMatchObject({ type: 'sensor', status: 'partial_success', count: 1, failed_count: 4 });
    await drive(scene, 18, 'ON');
  });
});
