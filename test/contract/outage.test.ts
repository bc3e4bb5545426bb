// Conformance case I6 for the console: what is asked for while a device or the broker is away.
import { expect, test } from 'vitest';
import type { OperationAccepted, OperationAnswer } from '../fakes/console-answers';
import { jsonOf, matching } from '../fakes/message-log';
import { describeWithMosquitto, overBothBrokers } from '../fakes/over-both-brokers';
import type { ScriptedDevice } from '../fakes/scripted-device';
import { Stage } from '../fakes/stage';
import { until } from '../fakes/wait';

const testDeadlineMs = 90_000;
const answerDeadlineMs = 5_000;
const reconnectDeadlineMs = 45_000;

const sensors = (name: string): object => ({ sensors: [{ gpio: 34, sensor_type: 'moisture', sensor_name: name }] });

/** Asks for two zones and two configurations: the ids of the older ones and of the newer ones. */
async function wishTwice(stage: Stage, id: string): Promise<{ older: string[]; newer: string[] }> {
  const wish = async (path: string, body: object): Promise<string> =>
    (await stage.client.call<OperationAccepted>('PUT', `/devices/${id}/${path}`, body)).operationId;
  for (const zone of ['tent_1', 'tent_2']) await stage.client.call('PUT', `/zones/${zone}`, { name: zone });
  const older = [await wish('zone', { zoneId: 'tent_1' }), await wish('config', sensors('old'))];
  const newer = [await wish('zone', { zoneId: 'tent_2' }), await wish('config', sensors('new'))];
  return { older, newer };
}

async function expectNewestKept(stage: Stage, id: string, wishes: { older: string[]; newer: string[] }): Promise<void> {
  for (const each of wishes.older) expect((await stage.client.operation(each)).state).toBe('failed');
  const outbox = await stage.client.call<readonly OperationAnswer[]>('GET', '/outbox');
  expect(outbox.filter(({ deviceId }) => deviceId === id).map((operation) => operation.id)).toEqual(wishes.newer);
  expect((await stage.client.counters()).outboxDepth).toBe(outbox.length);
}

async function expectOnlyNewest(stage: Stage, device: ScriptedDevice, newer: readonly string[]): Promise<void> {
  for (const each of newer) await stage.client.operationWhen(each, 'confirmed', answerDeadlineMs);
  await stage.settle(device);
  const zones = device.received.all(matching(`${device.prefix}/zone/assign`)).map((each) => jsonOf(each)['zone_id']);
  expect(zones).toEqual(['tent_2']);
  const pushes = device.received.all(matching(`${device.prefix}/config`));
  expect(pushes.map(({ payload }) => payload.includes('"new"'))).toEqual([true]);
  expect(device.received.all(matching(`${device.prefix}/actuator/18/command`))).toEqual([]);
  expect(stage.observer.received.all(matching(`${device.prefix}/actuator/18/command`))).toEqual([]);
}

async function expectRefused(stage: Stage, id: string): Promise<void> {
  const refusal = await stage.console.api('POST', `/devices/${id}/actuators/18/command`, { command: 'ON' });
  expect(refusal.status).toBeGreaterThanOrEqual(400);
}

overBothBrokers('I6. a device that is away', (stage) => {
  test(
    'gets the newest zone and configuration when it is back, and no command',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptWithActuator(18);
      await device.vanish();
      await stage().client.deviceWhen(device.id, ({ presence }) => presence === 'offline');

      const wishes = await wishTwice(stage(), device.id);
      await expectNewestKept(stage(), device.id, wishes);
      await expectRefused(stage(), device.id);

      await expectOnlyNewest(stage(), await stage().returnDevice(device.id), wishes.newer);
      expect((await stage().client.counters()).outboxDepth).toBe(0);
    },
  );
});

describeWithMosquitto('I6. a broker that is away', () => {
  test(
    'gets the newest zone and configuration when it is back, and no command',
    { timeout: testDeadlineMs },
    async () => {
      await using stage = await Stage.open('mosquitto');
      const device = await stage.adoptWithActuator(18);
      await stage.mosquitto?.kill9();
      await until(
        async () => (await stage.client.status()).broker.state !== 'online',
        answerDeadlineMs,
        'the loss to be told',
      );

      const wishes = await wishTwice(stage, device.id);
      await expectNewestKept(stage, device.id, wishes);
      await expectRefused(stage, device.id);
      await stage.mosquitto?.restart();
      await stage.client.connected(reconnectDeadlineMs);
      await stage.observe();

      await expectOnlyNewest(stage, await stage.returnDevice(device.id), wishes.newer);
    },
  );
});
