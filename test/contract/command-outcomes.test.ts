// Conformance cases E10, H9 and I8 for the console, measuring now, and what it makes of answers that contradict or only half agree.
import { expect, test } from 'vitest';
import type { CommandAccepted, ErrorAnswer, OperationAccepted } from '../fakes/console-answers';
import { unixSeconds } from '../fakes/device-payloads';
import { jsonOf, matching, type Received } from '../fakes/message-log';
import { overBothBrokers } from '../fakes/over-both-brokers';
import type { ScriptedDevice } from '../fakes/scripted-device';
import type { Stage } from '../fakes/stage';

const testDeadlineMs = 40_000;
const answerDeadlineMs = 3_000;
const configLimitBytes = 4_000;

async function sentCommand(
  stage: Stage,
  device: ScriptedDevice,
): Promise<{ readonly commandId: string; readonly message: Received }> {
  device.actuatorReplies = [];
  const from = device.received.mark();
  const { commandId } = await stage.client.sendCommand(device.id, 18, { command: 'ON' });
  const message = await device.waitFor(matching(`${device.prefix}/actuator/18/command`), answerDeadlineMs, from);
  return { commandId, message };
}

async function measure(stage: Stage, device: ScriptedDevice, gpio: number): Promise<CommandAccepted> {
  return stage.client.call('POST', `/devices/${device.id}/sensors/${gpio}/measure`, {});
}

/** What a device says after a measurement (wire contract 1.16). */
function measured(device: ScriptedDevice, command: Received, isSuccess: boolean): Promise<void> {
  const { request_id, correlation_id, intent_id } = jsonOf(command);
  return device.publish('sensor/34/response', {
    request_id,
    correlation_id,
    intent_id,
    gpio: 34,
    command: 'measure',
    success: isSuccess,
    measurement_ok: isSuccess,
    publish_ok: isSuccess,
    timeout: false,
    reason_code: isSuccess ? 'NONE' : 'SENSOR_NOT_FOUND',
    quality: 'good',
    sensor_type: 'moisture',
    raw: 2_140,
    ts: unixSeconds(),
    seq: 131,
    ttl_ms: 0,
  });
}

const sensor = (gpio: number, name = 'Bed'): object => ({ gpio, sensor_type: 'moisture', sensor_name: name });

overBothBrokers('E. answers that are not plain', (stage) => {
  test(
    'E10 an unknown outcome counts as failed, is flagged, and keeps its own code',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptWithActuator(18);
      const { commandId, message } = await sentCommand(stage(), device);

      await device.outcome(message, 'mystery', 'MY_OWN_CODE');

      expect(await stage().client.commandWhen(commandId, ['failed'])).toMatchObject({ code: 'MY_OWN_CODE' });
      await stage().client.deviceWhen(device.id, ({ warnings }) => JSON.stringify(warnings).includes('mystery'));
    },
  );

  test(
    'a second final answer that disagrees changes nothing and is marked as a conflict',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptWithActuator(18);
      const { commandId, message } = await sentCommand(stage(), device);

      await device.respond(message);
      const { history } = await stage().client.commandWhen(commandId, ['applied']);
      await device.outcome(message, 'failed', 'EXECUTE_FAIL');
      await stage().settle(device);

      const command = await stage().client.command(commandId);
      expect(command).toMatchObject({ state: 'applied', conflict: true });
      expect(command.history.length).toBeGreaterThan(history.length);
    },
  );

  test(
    'measuring now asks the device once and ends with its answer, success or not',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const other = await stage().adoptDevice();
      for (const [each, isSuccess] of [
        [device, true],
        [other, false],
      ] as const) {
        const { commandId } = await measure(stage(), each, 34);
        const command = await each.waitFor(matching(`${each.prefix}/sensor/34/command`), answerDeadlineMs);
        expect(command).toMatchObject({ qos: 2, retain: false });
        const { request_id, correlation_id, intent_id, command: name } = jsonOf(command);
        expect([name, typeof request_id]).toEqual(['measure', 'string']);
        expect(correlation_id).toBe(intent_id);

        await measured(each, command, isSuccess);

        const ended = await stage().client.commandWhen(commandId, [isSuccess ? 'applied' : 'failed']);
        expect(ended).toMatchObject({ kind: 'sensor', gpio: 34, ...(isSuccess ? {} : { code: 'SENSOR_NOT_FOUND' }) });
        expect(each.received.all(matching(`${each.prefix}/sensor/34/command`))).toHaveLength(1);
      }
    },
  );

  test(
    'I8 under queue pressure nothing is measured until the device has recovered',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const pressure = {
        fill_level: 6,
        high_watermark: 6,
        shed_count: 0,
        drop_count: 0,
        threshold: 6,
        ts: unixSeconds(),
      };

      await device.publish('system/queue_pressure', { event: 'entered_pressure', ...pressure }, 0);
      await stage().settle(device);
      const refusal = await stage().console.api<ErrorAnswer>('POST', `/devices/${device.id}/sensors/34/measure`, {});
      expect(refusal.status).toBe(409);
      expect(refusal.body.error.message).toMatch(/\S/);
      expect(device.received.all(matching(`${device.prefix}/sensor/34/command`))).toEqual([]);

      await device.publish('system/queue_pressure', { event: 'recovered', ...pressure, fill_level: 3 }, 0);
      await stage().settle(device);
      await measure(stage(), device, 34);
      await device.waitFor(matching(`${device.prefix}/sensor/34/command`), answerDeadlineMs);
    },
  );
});

overBothBrokers('H. configuration', (stage) => {
  test(
    'H9 a configuration above 4000 bytes is split or refused with its size, and never cut off',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      const pins = [4, 5, 13, 14, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 32, 33, 34, 35, 36, 39];
      const sensors = pins.map((gpio) => sensor(gpio, `Sensor with a long name on pin ${gpio}`.slice(0, 32)));
      const from = device.received.mark();

      const answer = await stage().console.api<ErrorAnswer | OperationAccepted>('PUT', `/devices/${device.id}/config`, {
        sensors,
      });
      await stage().settle(device);

      const pushes = device.received.all(matching(`${device.prefix}/config`), from);
      if (answer.status === 200) {
        expect(pushes.length).toBeGreaterThan(0);
        const sent = pushes.flatMap((push) => jsonOf(push)['sensors'] as { gpio: number }[]);
        expect(sent.map(({ gpio }) => gpio).sort((a, b) => a - b)).toEqual([...pins].sort((a, b) => a - b));
      } else {
        expect(answer).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } });
        expect(JSON.stringify(answer.body)).toMatch(/\d{4}/);
        expect(pushes).toEqual([]);
      }
      for (const push of pushes) expect(push.payload.length).toBeLessThanOrEqual(configLimitBytes);
    },
  );

  test(
    'a configuration that the device takes only in part fails and names the pin that it refused',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptDevice();
      device.configReply = 'silent';
      const { operationId } = await stage().client.call<OperationAccepted>('PUT', `/devices/${device.id}/config`, {
        sensors: [sensor(34), sensor(35)],
      });
      const push = await device.waitFor(matching(`${device.prefix}/config`), answerDeadlineMs);

      const failure = {
        type: 'sensor',
        gpio: 35,
        error_code: 1002,
        error: 'GPIO_CONFLICT',
        detail: 'GPIO 35 not usable',
      };
      await device.publish('config_response', {
        seq: 201,
        status: 'partial_success',
        type: 'sensor',
        count: 1,
        failed_count: 1,
        message: '1 configured, 1 failed',
        failures: [failure],
        correlation_id: jsonOf(push)['correlation_id'],
      });
      await device.outcome(push, 'persisted', 'NONE', 'config');

      await stage().client.operationWhen(operationId, 'failed');
      const { config } = await stage().client.device(device.id);
      expect(config.state.sensors).toBe('failed');
      expect(config.failures).toMatchObject([{ section: 'sensors', gpio: 35, error: 'GPIO_CONFLICT' }]);
    },
  );
});
