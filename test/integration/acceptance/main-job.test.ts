/*
 * The console's main job, once from end to end: adopt a node, see its reading, give it a zone, switch its actuator, stop, clear, switch again.
 */
import { expect, test } from 'vitest';
import type { ErrorAnswer, OperationAccepted, StopAnswer } from '../../fakes/console-answers';
import { jsonOf, matching, type Received } from '../../fakes/message-log';
import { overBothBrokers } from '../../fakes/over-both-brokers';
import { keysWithSpaceBeforeColon } from '../../fakes/payload-budget';
import type { ScriptedDevice } from '../../fakes/scripted-device';
import type { Stage } from '../../fakes/stage';
import { until } from '../../fakes/wait';

const testDeadlineMs = 90_000;
const pin = 18;
const clearNotBeforeMs = 5_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function adopt(stage: Stage): Promise<ScriptedDevice> {
  const device = await stage.connectDevice();
  await device.announce();
  await stage.beat(device, 'pending_approval');
  expect(await stage.client.device(device.id)).toMatchObject({ id: device.id, approval: 'pending' });
  await stage.client.call('POST', `/devices/${device.id}/approve`, { name: 'Tent node' });
  await stage.beat(device, 'online');
  const online = await stage.client.deviceWhen(device.id, ({ presence }) => presence === 'online');
  expect(online).toMatchObject({ id: device.id, name: 'Tent node', approval: 'approved', presence: 'online' });
  return device;
}

async function showReading(stage: Stage, device: ScriptedDevice): Promise<void> {
  await device.sensor(4, 'ds18b20', 400, { onewire_address: '28FF4A1B2C3D4E5F' });
  const shown = await stage.client.reading(device.id, 4, 'ds18b20', ({ raw }) => raw === 400);
  expect(shown).toMatchObject({
    gpio: 4,
    type: 'ds18b20',
    raw: 400,
    value: 25,
    unit: '°C',
    quality: 'good',
    stale: false,
  });
}

async function confirmZone(stage: Stage, device: ScriptedDevice): Promise<void> {
  await stage.client.call('PUT', '/zones/tent_1', { name: 'Tent 1' });
  const { operationId } = await stage.client.call<OperationAccepted>('PUT', `/devices/${device.id}/zone`, {
    zoneId: 'tent_1',
  });
  await until(
    async () => (await stage.client.operation(operationId)).state === 'confirmed',
    3_000,
    'the zone to be confirmed',
  );
  expect((await stage.client.device(device.id)).zone).toEqual({
    desired: 'tent_1',
    confirmed: 'tent_1',
    state: 'confirmed',
  });
}

function expectWithinDeviceLimits(message: Received): void {
  const payload = jsonOf(message);
  expect(message).toMatchObject({ qos: 2, retain: false });
  expect(message.payload.length).toBeLessThan(511);
  expect(keysWithSpaceBeforeColon(message.payload)).toEqual([]);
  expect(payload['correlation_id']).toMatch(uuid);
  expect(payload['intent_id']).toBe(payload['correlation_id']);
  expect(payload['issued_by']).toMatch(/^user:.+/);
  expect(Number.isInteger(payload['duration']), String(payload['duration'])).toBe(true);
  expect(payload['value']).toBeGreaterThanOrEqual(0);
  expect(payload['value']).toBeLessThanOrEqual(1);
}

async function switchActuator(
  stage: Stage,
  device: ScriptedDevice,
  command: 'ON' | 'OFF',
  shownState: 'on' | 'off',
): Promise<void> {
  const from = device.received.mark();
  const { commandId } = await stage.client.sendCommand(device.id, pin, { command });
  const message = await device.waitFor(matching(`${device.prefix}/actuator/${pin}/command`), 1_000, from);
  expect(jsonOf(message)['command']).toBe(command);
  expectWithinDeviceLimits(message);
  await stage.client.commandWhen(commandId, ['applied']);
  await until(
    async () => (await stage.client.actuator(device.id, pin))?.state === shownState,
    2_000,
    `the actuator to be shown as ${shownState}`,
  );
}

/** Engages a global stop: when the device heard of it, on a monotonic clock, and the stop's id. */
async function stopEverything(
  stage: Stage,
  device: ScriptedDevice,
): Promise<{ readonly id: string; readonly heardAtMs: number }> {
  const from = device.received.mark();
  const pressedAtMs = performance.now();
  const { id } = await stage.client.call<StopAnswer>('POST', '/stop', {
    scope: { kind: 'all' },
    reason: 'water on the floor',
  });
  const broadcast = await device.waitFor(
    matching('kaiser/broadcast/emergency', { command: 'emergency_stop' }),
    1_000,
    from,
  );
  const own = await device.waitFor(
    matching(`${device.prefix}/actuator/emergency`, { command: 'emergency_stop' }),
    1_000,
    from,
  );
  expect(Math.max(broadcast.atMs, own.atMs) - pressedAtMs).toBeLessThan(1_000);
  await until(
    async () =>
      (await stage.client.stop(id)).devices.some(
        (entry) => entry.deviceId === device.id && entry.state === 'confirmed',
      ),
    3_000,
    'the device to be shown as stopped',
  );
  return { id, heardAtMs: own.atMs };
}

async function expectOnBlockedAndOffPossible(stage: Stage, device: ScriptedDevice): Promise<void> {
  const from = device.received.mark();
  const refusal = await stage.console.api<ErrorAnswer>('POST', `/devices/${device.id}/actuators/${pin}/command`, {
    command: 'ON',
  });
  expect(refusal).toMatchObject({
    status: 409,
    body: {
      error: { code: 'blocked', message: expect.any(String) as string, retryable: expect.any(Boolean) as boolean },
    },
  });
  await stage.client.sendCommand(device.id, pin, { command: 'OFF' });
  await device.waitFor(matching(`${device.prefix}/actuator/${pin}/command`), 1_000, from);
  const sent = device.received.all(matching(`${device.prefix}/actuator/${pin}/command`), from);
  expect(sent.map((message) => jsonOf(message)['command'])).toEqual(['OFF']);
}

/** Whether the console refuses an early clear or holds it back is its own affair; the device must not hear of it before its time. */
async function clearStop(
  stage: Stage,
  device: ScriptedDevice,
  stop: { readonly id: string; readonly heardAtMs: number },
): Promise<void> {
  const from = device.received.mark();
  await until(
    async () => (await stage.console.api('POST', `/stop/${stop.id}/clear`, {})).status < 300,
    clearNotBeforeMs + 5_000,
    'the clear to be accepted',
  );
  const clear = await device.waitFor(
    matching(`${device.prefix}/actuator/emergency`, { command: 'clear_emergency' }),
    clearNotBeforeMs + 5_000,
    from,
  );
  expect(clear.atMs - stop.heardAtMs).toBeGreaterThanOrEqual(clearNotBeforeMs);
  await until(async () => (await stage.client.stop(stop.id)).clearedAt, 5_000, 'the stop to be cleared');
}

overBothBrokers('The main job', (stage) => {
  test(
    'a node is adopted, read, placed, switched, stopped and switched again',
    { timeout: testDeadlineMs },
    async () => {
      const device = await adopt(stage());
      await showReading(stage(), device);
      await confirmZone(stage(), device);
      await device.actuator(pin);
      await stage().actuatorWhenKnown(device, pin);
      await switchActuator(stage(), device, 'ON', 'on');

      const stop = await stopEverything(stage(), device);
      await until(
        async () => (await stage().client.actuator(device.id, pin))?.state === 'off',
        2_000,
        'the actuator to be shown as off',
      );
      await expectOnBlockedAndOffPossible(stage(), device);

      await clearStop(stage(), device, stop);
      await stage().settle(device);
      expect((await stage().client.actuator(device.id, pin))?.state).toBe('off');
      await switchActuator(stage(), device, 'ON', 'on');
      await switchActuator(stage(), device, 'OFF', 'off');
    },
  );
});
