import { expect, test } from 'vitest';
import { systemClock } from '../../../src/main/clock';
import { demoDevices } from '../../../src/main/plant/demo-plan';
import { DemoPlant } from '../../../src/main/plant/demo-plant';
import { inboundMessages } from '../../../src/shared/wire/catalogue';
import { parseDeviceTopic } from '../../../src/shared/wire/topic';
import { jsonOf, matching, type Received } from '../../fakes/message-log';
import { loadTwins } from '../../fakes/twin-file';
import { until } from '../../fakes/wait';
import { memoryLog } from '../../unit/main/store/open-store';
import { answerHeartbeats, BrokerBench, deadlineMs, KAISER, publish, topicOf, type BenchClient } from './broker-bench';

/** The slowest sensor of the plan measures every five seconds. */
const everySensorMs = 12_000;

type Stage = { readonly bench: BrokerBench; readonly console: BenchClient; readonly plant: DemoPlant };

async function withPlant(run: (stage: Stage) => Promise<void>): Promise<void> {
  await using bench = await BrokerBench.start();
  const console = await bench.connectConsole();
  const plant = new DemoPlant({
    module: loadTwins(),
    brokerUrl: `mqtt://127.0.0.1:${bench.port}`,
    kaiserId: KAISER,
    loginFor: (id) => bench.accounts.addTemporary(id),
    clock: systemClock,
    seed: 1,
    log: memoryLog().log,
    flashOf: () => null,
    onFailure: () => expect.fail('the firmware of a simulated device has failed'),
  });
  plant.start();
  try {
    await run({ bench, console, plant });
  } finally {
    await plant.stop();
  }
}

/** Approved are the devices of which the plan says so. */
const approval = (deviceId: string) =>
  demoDevices.find(({ id }) => id === deviceId)?.isApproved === true ? 'online' : 'pending_approval';

const pathOf = ({ topic }: Received) => parseDeviceTopic(topic)?.path ?? topic;
const devicesOn = ({ received }: BenchClient, path: string) =>
  new Set(received.all((message) => pathOf(message) === path).map(({ topic }) => parseDeviceTopic(topic)?.deviceId));

test('every device of the demo plant announces itself and says nothing more before it is answered', async () => {
  await withPlant(async ({ console }) => {
    await until(() => devicesOn(console, 'system/heartbeat').size === demoDevices.length, deadlineMs, 'all heartbeats');
    const paths = new Set(console.received.all(({ topic }) => topic.startsWith('kaiser/')).map(pathOf));
    expect([...paths].toSorted()).toEqual(['session/announce', 'system/heartbeat']);
  });
});

test('once answered, every sensor and actuator reports as the contract says, and the broker refuses nothing', async () => {
  await withPlant(async ({ bench, console }) => {
    answerHeartbeats(console, approval);
    const expected = demoDevices.flatMap(({ id, sensors, actuators }) => [
      ...sensors.map(({ gpio, sensor_type }) => `${topicOf(id, `sensor/${gpio}/data`)} ${sensor_type}`),
      ...actuators.map(({ gpio, actuator_type }) => `${topicOf(id, `actuator/${gpio}/status`)} ${actuator_type}`),
    ]);
    const seen = () =>
      new Set(
        console.received
          .all(() => true)
          .map((message) => {
            const { sensor_type: sensor, type } = jsonOf(message);
            return `${message.topic} ${String(sensor ?? type)}`;
          }),
      );
    await until(() => expected.every((one) => seen().has(one)), everySensorMs, 'all sensors and actuators');

    const byPath = new Map<string | undefined, (typeof inboundMessages)[keyof typeof inboundMessages]>(
      Object.values(inboundMessages).map((message) => [message.path, message]),
    );
    const isFromDevice = (message: Received) =>
      pathOf(message) !== 'system/heartbeat/ack' && message.topic.startsWith('kaiser/');
    for (const message of console.received.all(isFromDevice)) {
      const result = byPath.get(pathOf(message))?.schema.safeParse(jsonOf(message));
      expect(result?.success, `${message.topic} ${message.payload.toString()}`).toBe(true);
    }
    expect(bench.broker.statistics()).toMatchObject({ refusedLogins: 0, refusedPublishes: 0, refusedSubscriptions: 0 });
  });
});

test('a pump that is switched on over MQTT wets its bed', async () => {
  await withPlant(async ({ console }) => {
    answerHeartbeats(console, approval);
    const device = 'MOCK_TOMATO_BED';
    const moisture = () =>
      Number(
        jsonOf(console.received.all(matching(topicOf(device, 'sensor/34/data'))).at(-1) ?? expect.fail('no reading'))[
          'raw'
        ],
      );
    await until(moisture, deadlineMs, 'a first reading');
    const before = moisture();
    const id = '7d1f0d6e-5d0b-4d52-8d0c-2f5b6f0f3a01';
    const command = {
      command: 'ON',
      value: 1,
      duration: 0,
      timestamp: 0,
      issued_by: 'user:test',
      correlation_id: id,
      intent_id: id,
    };

    await publish(console, topicOf(device, 'actuator/25/command'), JSON.stringify(command), { qos: 2 });

    const answers = topicOf(device, 'system/intent_outcome');
    await console.received.waitFor(matching(answers, { correlation_id: id, outcome: 'applied' }), deadlineMs);
    await console.received.waitFor(matching(topicOf(device, 'actuator/25/status'), { state: true }), deadlineMs);
    await until(() => moisture() < before - 20, 10_000, 'the raw value of the moist soil to fall'); // wet is lower (8.2)
  });
});

test('a device measures, drills and takes a subzone when it is asked over MQTT', async () => {
  await withPlant(async ({ bench, console }) => {
    answerHeartbeats(console, approval);
    const device = 'MOCK_TOMATO_BED';
    await console.received.waitFor(matching(topicOf(device, 'actuator/25/status')), deadlineMs);
    const ask = async (path: string, answerPath: string, request: Record<string, unknown>) => {
      const id = `ask-${path}`;
      const payload = { ...request, correlation_id: id, intent_id: id };
      await publish(console, topicOf(device, path), JSON.stringify(payload), { qos: 1 });
      return jsonOf(
        await console.received.waitFor(matching(topicOf(device, answerPath), { correlation_id: id }), deadlineMs),
      );
    };
    expect(await ask('sensor/34/command', 'sensor/34/response', { command: 'measure', request_id: 'r' })).toMatchObject(
      { success: true, sensor_type: 'moisture', raw: expect.any(Number) as number },
    );
    expect(
      await ask('actuator/emergency', 'actuator/emergency/ack', { command: 'drill', auth_token: '', reason: '' }),
    ).toMatchObject({ drill: true });
    const subzone = { subzone_id: 'bed', subzone_name: '', parent_zone_id: '', assigned_gpios: [25] };
    expect(await ask('subzone/assign', 'subzone/ack', subzone)).toMatchObject({ status: 'subzone_assigned' });
    expect(await ask('system/command', 'system/command/response', { command: 'onewire/scan' })).toMatchObject({
      success: true,
      found_count: 1,
    });
    expect(devicesOn(console, 'onewire/scan_result').size).toBe(1);
    expect(bench.broker.statistics()).toMatchObject({ refusedPublishes: 0, refusedSubscriptions: 0 });
  });
});

test('a device that is told to reboot goes without a goodbye and comes back with a new boot', async () => {
  await withPlant(async ({ console }) => {
    answerHeartbeats(console, approval);
    const device = 'MOCK_FISH_HEAT';
    await console.received.waitFor(matching(topicOf(device, 'actuator/10/status')), deadlineMs);
    const bootOf = (message: Received) => jsonOf(message)['boot_sequence_id'];
    const before = bootOf(await console.received.waitFor(matching(topicOf(device, 'system/heartbeat')), deadlineMs));
    const from = console.received.mark();
    const request = { command: 'reboot', delay_ms: 0, correlation_id: 'b', intent_id: 'b' };
    await publish(console, topicOf(device, 'system/command'), JSON.stringify(request), { qos: 2 });
    await console.received.waitFor(matching(topicOf(device, 'system/command/response')), deadlineMs, from);
    await console.received.waitFor(matching(topicOf(device, 'system/will')), deadlineMs, from);
    const isNewBoot = (message: Received) =>
      message.topic === topicOf(device, 'system/heartbeat') && bootOf(message) !== before;
    expect(jsonOf(await console.received.waitFor(isNewBoot, deadlineMs, from))).toMatchObject({ reset_reason: 'SW' });
    const back = console.received.mark();
    const status = await console.received.waitFor(matching(topicOf(device, 'actuator/10/status')), deadlineMs, back);
    expect(jsonOf(status)['seq']).toBeLessThan(10); // counted anew
  });
});

test('a plant that is stopped disconnects every device and leaves no last will', async () => {
  await withPlant(async ({ bench, console, plant }) => {
    answerHeartbeats(console, approval);
    await until(() => devicesOn(console, 'system/heartbeat').size === demoDevices.length, deadlineMs, 'all heartbeats');
    await plant.stop();
    await until(() => bench.broker.statistics().clients === 1, deadlineMs, 'all devices to be gone');
    expect(devicesOn(console, 'system/will').size).toBe(0);
  });
});

test('a plant whose broker no longer answers is stopped within a second', async () => {
  await withPlant(async ({ console, plant }) => {
    answerHeartbeats(console, approval);
    await until(() => devicesOn(console, 'system/heartbeat').size === demoDevices.length, deadlineMs, 'all heartbeats');
    console.mqtt.handleMessage = () => undefined; // nothing is stored any more, so nothing is acknowledged to the devices
    const from = console.received.mark();
    await console.received.waitFor(({ qos }) => qos === 1, deadlineMs, from);
    const startedMs = performance.now();
    await plant.stop();
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});
