/*
 * H1 and H5, sections 5.1, 5.5 and 5.6: the envelope of a push, the order and form of its answers, generations.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers, firmwareOverOneBroker } from '../../fakes/firmware-broker';
import {
  actuator,
  command,
  configure,
  drive,
  errorsIn,
  nextGeneration,
  outcomeOf,
  push,
  pushAnswer,
  pushOf,
  responseTo,
  romOf,
  rule,
  sensor,
} from '../../fakes/firmware-config';
import { FirmwareScene } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject } from '../../fakes/message-log';

const integer = expect.toSatisfy((value: unknown) => Number.isInteger(value), 'an integer') as number;
const text = expect.any(String) as string;

async function nextBeat(scene: FirmwareScene): Promise<JsonObject> {
  const from = scene.mark();
  return jsonOf(await scene.heartbeat(from, 65_000));
}

/** 1052 or the like: nothing is configured on that pin. */
async function isUnconfigured(scene: FirmwareScene, gpio: number): Promise<boolean> {
  return (await responseTo(scene, await command(scene, gpio, 'OFF')))['success'] === false;
}

firmwareOverBothBrokers('H. configuration envelope', (broker) => {
  test('one push is accepted, answered section by section, and ends as persisted', async () => {
    await using scene = await FirmwareScene.open(broker());
    const from = scene.tap.mark();
    const message = pushOf({
      sensors: [sensor('moisture', 34), sensor('moisture', 35)],
      actuators: [actuator('relay', 18), actuator('pwm', 19), actuator('relay', 23)],
      offline_rules: [rule(18, 255, '__twindow_on', {})],
    });
    const id = message.correlation_id;
    await scene.send('config', message);
    const { responses, outcome } = await pushAnswer(scene, id);
    expect(responses).toMatchObject([
      { seq: integer, status: 'success', type: 'sensor', count: 2, message: text, correlation_id: id },
      { seq: integer, status: 'success', type: 'actuator', count: 3, message: text, correlation_id: id },
    ]);
    expect(outcome).toMatchObject({
      flow: 'config',
      intent_id: id,
      outcome: 'persisted',
      code: 'NONE',
      generation: message['generation'],
      legacy_status: 'success',
      target_status: 'persisted',
    });
    expect(await outcomeOf(scene, id, { outcome: 'accepted' })).toMatchObject({
      flow: 'config',
      generation: message['generation'],
    });
    const sent = scene.tap.published(from).map(({ topic }) => scene.suffixOf(topic));
    expect(sent.indexOf('system/intent_outcome')).toBeLessThan(sent.indexOf('config_response'));
    expect(sent.lastIndexOf('system/intent_outcome')).toBeGreaterThan(sent.lastIndexOf('config_response'));
    for (const response of responses) {
      expect(response).not.toHaveProperty('esp_id');
      expect(response).not.toHaveProperty('ts');
    }
  });

  test('a section that is absent is not answered, an empty one counts nothing and removes nothing', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, { actuators: [actuator('pwm', 18)], sensors: [sensor('moisture', 34)] });
    expect((await push(scene, {})).responses).toEqual([]);
    expect((await push(scene, { sensors: [], actuators: [] })).responses).toMatchObject([
      { status: 'success', type: 'sensor', count: 0, message: 'No sensors configured' },
      { status: 'success', type: 'actuator', count: 0 },
    ]);
    await drive(scene, 18, 'ON');
    expect(await nextBeat(scene)).toMatchObject({ sensor_count: 1, actuator_count: 1 });
  });

  test('H1 a push without a correlation id is refused as such and changes nothing', async () => {
    await using scene = await FirmwareScene.open(broker());
    const from = scene.mark();
    await scene.send(
      'config',
      pushOf(
        { actuators: [actuator('pwm', 18)] },
        { correlation_id: undefined, intent_id: undefined, request_id: undefined },
      ),
    );
    const response = await scene.hearsJson('config_response', { status: 'error', type: 'system' }, { from });
    expect(errorsIn(response)).toContain('CONTRACT_MISSING_CORRELATION');
    await scene.hears(
      'system/intent_outcome',
      { flow: 'config', outcome: 'failed', code: 'CONTRACT_CORRELATION_MISSING' },
      { from },
    );
    expect(await isUnconfigured(scene, 18)).toBe(true);
  });

  test.for(['null', '""', '7'])('H1 the correlation id %s is none', async (id) => {
    await using scene = await FirmwareScene.open(broker());
    const from = scene.mark();
    await scene.send(
      'config',
      `{"actuators":[${JSON.stringify(actuator('pwm', 18))}],"generation":${nextGeneration()},"correlation_id":${id}}`,
    );
    const response = await scene.hearsJson('config_response', { status: 'error' }, { from });
    expect(errorsIn(response)).toContain('CONTRACT_MISSING_CORRELATION');
    expect(await isUnconfigured(scene, 18)).toBe(true);
  });

  test('the ids may stand under data', async () => {
    await using scene = await FirmwareScene.open(broker());
    const id = randomUUID();
    const message = pushOf(
      { actuators: [actuator('pwm', 18)] },
      { correlation_id: undefined, intent_id: undefined, request_id: undefined },
    );
    await scene.send('config', { ...message, data: { correlation_id: id, intent_id: id } });
    expect((await pushAnswer(scene, id)).outcome).toMatchObject({ outcome: 'persisted', intent_id: id });
  });

  test('H5 broken JSON is answered with JSON_PARSE_ERROR', async () => {
    await using scene = await FirmwareScene.open(broker());
    for (const payload of ['{"sensors":[', 'not json', '[]', '"x"', '7']) {
      const from = scene.mark();
      await scene.send('config', payload);
      const response = await scene.hearsJson('config_response', { status: 'error', type: 'system' }, { from });
      expect(errorsIn(response), payload).toContain('JSON_PARSE_ERROR');
    }
  });

  test.for([4_352, 5_000, 8_000])(
    'H5 a payload of %d bytes is answered with PAYLOAD_TOO_LARGE and changes nothing',
    async (size) => {
      await using scene = await FirmwareScene.open(broker());
      const message = pushOf({ actuators: [actuator('pwm', 18)] }, { reason_code: '' });
      const padding = 'p'.repeat(size - JSON.stringify({ ...message, padding: '' }).length);
      const from = scene.mark();
      await scene.send('config', { ...message, padding });
      const response = await scene.hearsJson('config_response', { status: 'error' }, { from });
      expect(errorsIn(response)).toContain('PAYLOAD_TOO_LARGE');
      expect(await isUnconfigured(scene, 18)).toBe(true);
    },
  );

  test('a push of 4351 bytes is taken', async () => {
    await using scene = await FirmwareScene.open(broker());
    const message = pushOf({ actuators: [actuator('pwm', 18)] }, { reason_code: '' });
    const padding = 'p'.repeat(4_351 - JSON.stringify({ ...message, padding: '' }).length);
    await scene.send('config', { ...message, padding });
    expect((await pushAnswer(scene, message.correlation_id)).outcome).toMatchObject({ outcome: 'persisted' });
    await drive(scene, 18, 'ON');
  });
});

firmwareOverOneBroker('H. generations and sections', (broker) => {
  test('a push that is not newer than the last is stale as a whole and changes nothing', async () => {
    await using scene = await FirmwareScene.open(broker());
    const generation = nextGeneration();
    await push(scene, { actuators: [actuator('pwm', 18)], sensors: [sensor('moisture', 34)] }, { generation });
    for (const older of [generation, generation - 1, 1]) {
      const { responses, outcome } = await push(scene, { actuators: [actuator('pwm', 19)] }, { generation: older });
      expect(
        responses.flatMap(errorsIn).some((name) => /^STALE_(SCOPE|ACTUATOR_SCOPE)$/.test(name)),
        JSON.stringify(responses),
      ).toBe(true);
      expect(outcome['outcome'], JSON.stringify(outcome)).toMatch(/^(rejected|failed)$/);
    }
    expect(await isUnconfigured(scene, 19)).toBe(true);
    expect(
      (await push(scene, { actuators: [actuator('pwm', 19)] }, { generation: generation + 1 })).outcome,
    ).toMatchObject({ outcome: 'persisted' });
  });

  test('generations survive a power cycle', async () => {
    await using scene = await FirmwareScene.open(broker());
    const generation = nextGeneration();
    await push(scene, { actuators: [actuator('pwm', 18)], sensors: [sensor('moisture', 34)] }, { generation });
    await scene.advance(61_000);
    await scene.powerCycle();
    await scene.quiet(500);
    const { responses } = await push(scene, { actuators: [actuator('pwm', 19)] }, { generation });
    expect(responses.flatMap(errorsIn).some((name) => name.startsWith('STALE_'))).toBe(true);
    expect(await isUnconfigured(scene, 19)).toBe(true);
  });

  test('sections of one device in separate messages with rising generations are all taken', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, { sensors: [sensor('moisture', 34)] });
    await configure(scene, { actuators: [actuator('pwm', 18)] });
    await configure(scene, { offline_rules: [rule(18, 255, '__twindow_on', {})] });
    expect(await nextBeat(scene)).toMatchObject({ sensor_count: 1, actuator_count: 1 });
  });

  test('a push without a generation is taken', async () => {
    await using scene = await FirmwareScene.open(broker());
    const { outcome } = await push(scene, { actuators: [actuator('pwm', 18)] }, { generation: undefined });
    expect(outcome).toMatchObject({ outcome: 'persisted' });
  });

  test('sensors that are no list are answered with an error for that section only', async () => {
    await using scene = await FirmwareScene.open(broker());
    const { responses } = await push(scene, { sensors: { gpio: 34 }, actuators: [actuator('pwm', 18)] });
    const [sensors, actuators] = responses;
    expect(sensors).toMatchObject({ type: 'sensor', status: 'error' });
    expect(errorsIn(sensors ?? {}).some((name) => /^(MISSING_FIELD|TYPE_MISMATCH)$/.test(name))).toBe(true);
    expect(actuators).toMatchObject({ type: 'actuator', status: 'success', count: 1 });
    await drive(scene, 18, 'ON');
  });

  test('an item that is set inactive is removed, and its pin is free again', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, {
      actuators: [actuator('relay', 18, { inverted_logic: true }), actuator('pwm', 19)],
      sensors: [sensor('moisture', 34), sensor('moisture', 35)],
    });
    await drive(scene, 18, 'ON');
    await configure(scene, {
      actuators: [actuator('relay', 18, { active: false, inverted_logic: true })],
      sensors: [sensor('moisture', 35, { active: false })],
    });
    expect(scene.node.duty(18), 'a removed output is at its idle level').toBe(255);
    expect(await isUnconfigured(scene, 18)).toBe(true);
    expect(await nextBeat(scene)).toMatchObject({ sensor_count: 1, actuator_count: 1 });
    await configure(scene, { sensors: [sensor('ds18b20', 18, { onewire_address: romOf(7) })] });
  });

  test('a push that comes again unchanged disturbs nothing that runs, and a changed item is changed', async () => {
    await using scene = await FirmwareScene.open(broker());
    const sections = { actuators: [actuator('pwm', 18)], sensors: [sensor('moisture', 34)] };
    await configure(scene, sections);
    await drive(scene, 18, 'ON');
    const from = scene.node.events.length;
    await configure(scene, sections);
    await scene.quiet();
    expect(scene.node.levels(18, from)).toEqual([]);
    await configure(scene, { actuators: [actuator('pwm', 18, { actuator_name: 'Fan', max_runtime_ms: 20_000 })] });
    await drive(scene, 18, 'ON');
    expect(await nextBeat(scene)).toMatchObject({ actuator_count: 1 });
    expect(scene.node.duty(18), 'the new longest run holds').toBe(0);
  });

  test('aliases of keys and defaults of optional ones are understood', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, {
      actuators: [{ gpio: 18, type: 'relay', name: 'Light', inverted: true }],
      sensors: [{ gpio: 34, sensor_type: 'moisture', sensor_name: '' }],
    });
    await scene.pinBecomes(18, 255);
    await drive(scene, 18, 'ON');
    expect(scene.node.duty(18)).toBe(0);
    scene.node.world({ analog: { 34: 2_000 } });
    await scene.hears('sensor/34/data', { sensor_type: 'moisture', raw: 2_000 }, { withinMs: 65_000 });
  });

  test('without an offline_rules key rules stay, and an empty list clears them', { timeout: 90_000 }, async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, {
      actuators: [actuator('relay', 18)],
      sensors: [sensor('moisture', 34)],
      offline_rules: [
        rule(18, 255, '__twindow_on', {
          time_filter: {
            enabled: true,
            start_hour: 0,
            start_minute: 0,
            end_hour: 23,
            end_minute: 59,
            days_of_week_mask: 127,
            timezone: 'UTC',
          },
        }),
      ],
    });
    await configure(scene, { sensors: [sensor('moisture', 35)] });
    const outage = async (): Promise<void> => {
      const from = scene.mark();
      scene.tap.isRefusing = true;
      scene.tap.cut();
      await scene.advance(60_000);
      outputs.push(scene.node.duty(18) ?? 0);
      scene.tap.isRefusing = false;
      await scene.heartbeat(from, 30_000);
      await scene.quiet(5_000);
    };
    const outputs: number[] = [];
    await outage();
    await configure(scene, { offline_rules: [] });
    await scene.advance(35_000);
    await outage();
    expect(outputs).toEqual([255, 0]);
  });
});
