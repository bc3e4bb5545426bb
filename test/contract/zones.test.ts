// Conformance cases G for the console: a scripted device talks to it through a real broker, and its HTTP interface shows the effect.
import { expect, test } from 'vitest';
import type { OperationAccepted } from '../fakes/console-answers';
import { jsonOf, matching, type Received } from '../fakes/message-log';
import { overBothBrokers } from '../fakes/over-both-brokers';
import type { ScriptedDevice } from '../fakes/scripted-device';
import type { Stage } from '../fakes/stage';
import { until } from '../fakes/wait';

const testDeadlineMs = 40_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const zones = { tent_1: 'Tent 1', tent_2: 'Tent 2' } as const;
type ZoneName = keyof typeof zones;

async function assign(
  stage: Stage,
  device: ScriptedDevice,
  zoneId: ZoneName,
): Promise<{ operationId: string; message: Received }> {
  const from = device.received.mark();
  await stage.client.call('PUT', `/zones/${zoneId}`, { name: zones[zoneId] });
  const accepted = await stage.client.call<OperationAccepted>('PUT', `/devices/${device.id}/zone`, {
    zoneId,
    zoneName: zones[zoneId],
  });
  expect(accepted).toMatchObject({ state: 'pending' });
  const message = await device.waitFor(matching(`${device.prefix}/zone/assign`, { zone_id: zoneId }), 2_000, from);
  return { operationId: accepted.operationId, message };
}

function operationEnds(stage: Stage, operationId: string, state: 'confirmed' | 'failed'): Promise<boolean> {
  return until(
    async () => (await stage.client.operation(operationId)).state === state,
    3_000,
    `the operation to be ${state}`,
  );
}

async function silentDevice(stage: Stage): Promise<ScriptedDevice> {
  const device = await stage.adoptDevice();
  device.zoneReply = 'silent';
  return device;
}

overBothBrokers('G. zones', (stage) => {
  test(
    'G1 an assignment carries every string key and is confirmed only by the acknowledgement with its id',
    { timeout: testDeadlineMs },
    async () => {
      const device = await silentDevice(stage());

      const { operationId, message } = await assign(stage(), device, 'tent_1');

      expect(message).toMatchObject({ qos: 1, retain: false });
      const { timestamp, ...strings } = jsonOf(message);
      expect(strings).toEqual({
        zone_id: 'tent_1',
        master_zone_id: '',
        zone_name: 'Tent 1',
        kaiser_id: 'god',
        correlation_id: expect.stringMatching(uuid) as string,
      });
      expect(timestamp === undefined || Number.isInteger(timestamp), String(timestamp)).toBe(true);
      expect((await stage().client.device(device.id)).zone).toEqual({
        desired: 'tent_1',
        confirmed: null,
        state: 'pending',
      });
      expect(await stage().client.operation(operationId)).toMatchObject({
        id: operationId,
        deviceId: device.id,
        state: 'pending',
      });

      await device.zoneAck(message);

      await operationEnds(stage(), operationId, 'confirmed');
      expect((await stage().client.device(device.id)).zone).toEqual({
        desired: 'tent_1',
        confirmed: 'tent_1',
        state: 'confirmed',
      });
    },
  );

  test('an assignment that the device refuses fails and confirms nothing', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();
    device.zoneReply = 'refuse';

    const { operationId } = await assign(stage(), device, 'tent_1');

    await operationEnds(stage(), operationId, 'failed');
    expect((await stage().client.device(device.id)).zone).toMatchObject({ confirmed: null, state: 'failed' });
  });

  test(
    'G3 acknowledgements of two devices that arrive swapped confirm each its own',
    { timeout: testDeadlineMs },
    async () => {
      const first = await silentDevice(stage());
      const second = await silentDevice(stage());
      const [ofFirst, ofSecond] = await Promise.all([
        assign(stage(), first, 'tent_1'),
        assign(stage(), second, 'tent_2'),
      ]);

      await second.zoneAck(ofSecond.message);
      await operationEnds(stage(), ofSecond.operationId, 'confirmed');
      expect(await stage().client.operation(ofFirst.operationId)).toMatchObject({
        deviceId: first.id,
        state: 'pending',
      });
      expect((await stage().client.device(first.id)).zone).toEqual({
        desired: 'tent_1',
        confirmed: null,
        state: 'pending',
      });

      await first.zoneAck(ofFirst.message);
      await operationEnds(stage(), ofFirst.operationId, 'confirmed');
      expect((await stage().client.device(first.id)).zone).toEqual({
        desired: 'tent_1',
        confirmed: 'tent_1',
        state: 'confirmed',
      });
      expect((await stage().client.device(second.id)).zone).toEqual({
        desired: 'tent_2',
        confirmed: 'tent_2',
        state: 'confirmed',
      });
    },
  );

  test(
    'G5 an acknowledgement may carry its id as corr_id, corrId or data.correlation_id',
    { timeout: testDeadlineMs },
    async () => {
      const device = await silentDevice(stage());
      const spellings = [
        { zoneId: 'tent_1', spelled: (id: unknown) => ({ corr_id: id }) },
        { zoneId: 'tent_2', spelled: (id: unknown) => ({ corrId: id }) },
        { zoneId: 'tent_1', spelled: (id: unknown) => ({ data: { correlation_id: id } }) },
      ] as const;

      for (const { zoneId, spelled } of spellings) {
        const { operationId, message } = await assign(stage(), device, zoneId);
        await device.zoneAck(message, { correlation_id: undefined, ...spelled(jsonOf(message)['correlation_id']) });
        await operationEnds(stage(), operationId, 'confirmed');
        expect((await stage().client.device(device.id)).zone).toEqual({
          desired: zoneId,
          confirmed: zoneId,
          state: 'confirmed',
        });
      }
    },
  );

  test(
    'an acknowledgement with an id that nobody waits for confirms nothing',
    { timeout: testDeadlineMs },
    async () => {
      const device = await silentDevice(stage());
      const { operationId, message } = await assign(stage(), device, 'tent_1');

      await device.zoneAck(message, { correlation_id: '00000000-0000-4000-8000-000000000000' });
      await stage().settle(device);

      expect(await stage().client.operation(operationId)).toMatchObject({ state: 'pending' });
    },
  );
});
