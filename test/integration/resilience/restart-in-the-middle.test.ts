/*
 * The console ends, by kill -9 and by SIGTERM, in the middle of a command, a stop, a zone change or a configuration push, and while readings
 * come in. After the start nothing is repeated that switches, and nothing is forgotten that was promised.
 */
import { expect, test } from 'vitest';
import { fateOf } from '../../fakes/acknowledged-readings';
import type { OperationAccepted, StopAnswer } from '../../fakes/console-answers';
import { jsonOf, matching, type Received } from '../../fakes/message-log';
import { describeWithMosquitto, overBothBrokers } from '../../fakes/over-both-brokers';
import { ReadingStream } from '../../fakes/reading-stream';
import type { ScriptedDevice } from '../../fakes/scripted-device';
import { Stage } from '../../fakes/stage';
import { until } from '../../fakes/wait';

const testDeadlineMs = 90_000;
const answerDeadlineMs = 5_000;
const drainDeadlineMs = 30_000;
const gpio = 34;
const endings = ['kill9', 'stop'] as const;

/** Over the embedded broker the devices lose their connection with the console; over Mosquitto they stay. */
async function deviceAfterRestart(stage: Stage, device: ScriptedDevice): Promise<ScriptedDevice> {
  if (stage.kind === 'mosquitto') {
    await stage.bringOnline(device);
    return device;
  }
  await device[Symbol.asyncDispose]();
  const returned = await stage.returnDevice(device.id);
  returned.actuatorReplies = device.actuatorReplies;
  return returned;
}

const commandTopic = (device: ScriptedDevice): string => `${device.prefix}/actuator/18/command`;

overBothBrokers('Restart in the middle', (stage) => {
  test.for(endings)(
    'a command without an answer is unconfirmed after %s, is not sent again, and a late answer enters its history',
    { timeout: testDeadlineMs },
    async (ending) => {
      const device = await stage().adoptWithActuator(18);
      device.actuatorReplies = [];
      const { commandId } = await stage().client.sendCommand(device.id, 18, { command: 'ON' });
      const message = await device.waitFor(matching(commandTopic(device)), answerDeadlineMs);

      await stage().restartConsole(ending);
      const restarted = await stage().client.commandWhen(commandId, ['unconfirmed'], answerDeadlineMs);
      const after = await deviceAfterRestart(stage(), device);
      await after.respond(message);
      await stage().settle(after);

      expect((await stage().client.command(commandId)).history.length).toBeGreaterThan(restarted.history.length);
      const heard = new Set([device, after]);
      const all = [...heard].flatMap((each) => each.received.all(matching(commandTopic(each))));
      expect(all.map((each) => jsonOf(each)['correlation_id'])).toEqual([commandId]);
    },
  );

  test.for(endings)(
    'an engaged stop still blocks after %s and is asked of the device that had not confirmed it',
    { timeout: testDeadlineMs },
    async (ending) => {
      const device = await stage().adoptWithActuator(18);
      device.confirmsStop = false;
      const scope = { kind: 'device', deviceId: device.id };
      const { id } = await stage().client.call<StopAnswer>('POST', '/stop', { scope, reason: 'before the restart' });
      const isStop = matching(`${device.prefix}/actuator/emergency`, { command: 'emergency_stop', correlation_id: id });
      await device.waitFor(isStop, answerDeadlineMs);
      const from = device.received.mark();

      await stage().restartConsole(ending);
      const after = await deviceAfterRestart(stage(), device);

      await after.waitFor(isStop, answerDeadlineMs, after === device ? from : 0);
      expect((await stage().client.stop(id)).clearedAt ?? null).toBeNull();
      const refusal = await stage().console.api('POST', `/devices/${device.id}/actuators/18/command`, {
        command: 'ON',
      });
      expect(refusal).toMatchObject({ status: 409, body: { error: { code: 'blocked' } } });
    },
  );

  test.for(endings)(
    'a zone change that waits for its device survives %s, is sent when the device is back, and ends with its answer',
    { timeout: testDeadlineMs },
    async (ending) => {
      const device = await stage().adoptDevice();
      await device.vanish();
      await stage().client.deviceWhen(device.id, ({ presence }) => presence === 'offline');
      await stage().client.call('PUT', '/zones/tent_9', { name: 'Tent 9' });
      const { operationId } = await stage().client.call<OperationAccepted>('PUT', `/devices/${device.id}/zone`, {
        zoneId: 'tent_9',
      });

      await stage().restartConsole(ending);
      expect(await stage().client.operation(operationId)).toMatchObject({ state: 'pending', waitingFor: 'device' });
      const returned = await stage().connectDevice({ id: device.id });
      returned.zoneReply = 'silent';
      await returned.announce(2);
      await stage().bringOnline(returned);
      const assign = await returned.waitFor(
        matching(`${returned.prefix}/zone/assign`, { zone_id: 'tent_9', correlation_id: operationId }),
        answerDeadlineMs,
      );
      expect(await stage().client.operation(operationId)).toMatchObject({ state: 'pending' });
      await returned.zoneAck(assign);

      await operationEnds(stage(), operationId);
      expect((await stage().client.device(device.id)).zone).toMatchObject({ confirmed: 'tent_9', state: 'confirmed' });
      expect(returned.received.all(matching(`${returned.prefix}/zone/assign`))).toHaveLength(1);
    },
  );

  test.for(endings)(
    'a configuration that was sent and not answered before %s is sent again under its id and confirmed',
    { timeout: testDeadlineMs },
    async (ending) => {
      const device = await stage().adoptDevice();
      device.configReply = 'silent';
      const sensors = [{ gpio: 34, sensor_type: 'moisture', sensor_name: 'Bed', active: true }];
      const { operationId } = await stage().client.call<OperationAccepted>('PUT', `/devices/${device.id}/config`, {
        sensors,
      });
      const isPush = matching(`${device.prefix}/config`, { correlation_id: operationId });
      await device.waitFor(isPush, answerDeadlineMs);
      const from = device.received.mark();

      await stage().restartConsole(ending);
      device.configReply = 'persist';
      const after = await deviceAfterRestart(stage(), device);

      const repeated: Received = await after.waitFor(isPush, answerDeadlineMs, after === device ? from : 0);
      expect(repeated).toMatchObject({ qos: 2 });
      await operationEnds(stage(), operationId);
    },
  );
});

async function operationEnds(stage: Stage, operationId: string): Promise<void> {
  await until(
    async () => {
      const operation = await stage.client.operation(operationId);
      if (operation.state !== 'confirmed') throw new Error(JSON.stringify(operation));
      return true;
    },
    answerDeadlineMs,
    'the operation to be confirmed',
  );
}

describeWithMosquitto('Readings while the console is away', () => {
  test.for(endings)(
    'are stored after the start that follows %s, none twice',
    { timeout: testDeadlineMs },
    async (ending) => {
      await using stage = await Stage.open('mosquitto');
      const { id: deviceId } = await stage.adoptDevice();
      await using stream = await ReadingStream.start({
        url: stage.brokerUrl,
        deviceIds: [deviceId],
        gpio,
        ratePerSecond: 200,
      });
      await until(() => stream.acknowledged > 100, answerDeadlineMs, 'the stream to run');

      await stage.console[ending]();
      const atEnd = stream.acknowledged;
      await until(() => stream.acknowledged > atEnd + 400, 10_000, 'readings to queue up at the broker');
      await stage.console.restart();
      const sent = (await stream.finish(10_000)).get(deviceId) ?? 0;

      const acknowledged = new Set(Array.from({ length: sent }, (_unused, index) => index + 1));
      const fate = await fateOf(stage.client, { deviceId, gpio, sent, acknowledged }, drainDeadlineMs);
      process.stdout.write(`readings over ${ending}: ${JSON.stringify(fate)}\n`);
      expect(fate).toEqual({ sent, acknowledged: sent, stored: sent, lost: 0, duplicated: 0, foreign: 0, altered: 0 });
    },
  );
});
