// Conformance cases G for subzones: assigned, removed and put into safe mode; confirmed only by the answer with the right id.
import { expect, test } from 'vitest';
import type { OperationAccepted, SubzoneAnswer } from '../fakes/console-answers';
import { unixSeconds } from '../fakes/device-payloads';
import { jsonOf, matching, type JsonObject, type Received } from '../fakes/message-log';
import { overBothBrokers } from '../fakes/over-both-brokers';
import type { ScriptedDevice } from '../fakes/scripted-device';
import type { Stage } from '../fakes/stage';

const testDeadlineMs = 40_000;
const answerDeadlineMs = 3_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

type Sent = { readonly operationId: string; readonly message: Received };

/** An approved device in the zone tent_1; a device without a zone has no subzones. */
async function deviceInZone(stage: Stage): Promise<ScriptedDevice> {
  const device = await stage.adoptDevice();
  await stage.client.call('PUT', '/zones/tent_1', { name: 'Tent 1' });
  const { operationId } = await stage.client.call<OperationAccepted>('PUT', `/devices/${device.id}/zone`, {
    zoneId: 'tent_1',
  });
  await stage.client.operationWhen(operationId, 'confirmed');
  return device;
}

async function asked(stage: Stage, device: ScriptedDevice, path: string, body?: JsonObject): Promise<Sent> {
  const [method, topic] = { bed_a: ['PUT', 'assign'], 'bed_a/safe': ['POST', 'safe'] }[path] ?? ['DELETE', 'remove'];
  const from = device.received.mark();
  const url = `/devices/${device.id}/subzones/${path.replace('!', '')}`;
  const { operationId } = await stage.client.call<OperationAccepted>(method ?? '', url, body);
  const message = await device.waitFor(matching(`${device.prefix}/subzone/${topic}`), answerDeadlineMs, from);
  return { operationId, message };
}

const assign = (stage: Stage, device: ScriptedDevice): Promise<Sent> =>
  asked(stage, device, 'bed_a', { name: 'Bed A', gpios: [4, 25] });

function ack(device: ScriptedDevice, { message }: Sent, status: string, changes: JsonObject = {}): Promise<void> {
  const { subzone_id, correlation_id } = jsonOf(message);
  return device.publish('subzone/ack', {
    esp_id: device.id,
    status,
    subzone_id,
    timestamp: unixSeconds(),
    seq: device.facts.seq,
    correlation_id,
    ...changes,
  });
}

const subzone = async (stage: Stage, device: ScriptedDevice): Promise<SubzoneAnswer | undefined> =>
  (await stage.client.device(device.id)).subzones.find(({ id }) => id === 'bed_a');

overBothBrokers('G. subzones', (stage) => {
  test(
    'an assignment carries every key of the contract and is confirmed by the answer with its id',
    { timeout: testDeadlineMs },
    async () => {
      const device = await deviceInZone(stage());

      const sent = await assign(stage(), device);

      expect(sent.message).toMatchObject({ qos: 1, retain: false });
      expect(jsonOf(sent.message)).toEqual({
        subzone_id: 'bed_a',
        subzone_name: 'Bed A',
        parent_zone_id: expect.stringMatching(/^(tent_1)?$/) as string,
        assigned_gpios: [4, 25],
        safe_mode_active: expect.any(Boolean) as boolean,
        timestamp: expect.any(Number) as number,
        correlation_id: expect.stringMatching(uuid) as string,
      });
      expect(await subzone(stage(), device)).toMatchObject({ gpios: [4, 25], state: 'pending' });

      await ack(device, sent, 'subzone_assigned');

      await stage().client.operationWhen(sent.operationId, 'confirmed');
      expect(await subzone(stage(), device)).toMatchObject({ gpios: [4, 25], state: 'confirmed' });
    },
  );

  test.for([
    ['corr_id', (id: unknown) => ({ corr_id: id })],
    ['corrId', (id: unknown) => ({ corrId: id })],
    ['data.correlation_id', (id: unknown) => ({ data: { correlation_id: id } })],
  ] as const)('an answer may carry its id as %s', { timeout: testDeadlineMs }, async ([, spelled]) => {
    const device = await deviceInZone(stage());
    const sent = await assign(stage(), device);
    const id = jsonOf(sent.message)['correlation_id'];

    await ack(device, sent, 'subzone_assigned', { correlation_id: undefined, ...spelled(id) });

    await stage().client.operationWhen(sent.operationId, 'confirmed');
  });

  test(
    'answers of two devices that arrive swapped confirm each its own, and a foreign id confirms nothing',
    { timeout: testDeadlineMs },
    async () => {
      const [first, second] = [await deviceInZone(stage()), await deviceInZone(stage())];
      const [ofFirst, ofSecond] = [await assign(stage(), first), await assign(stage(), second)];

      await ack(second, ofSecond, 'subzone_assigned');
      await ack(first, ofFirst, 'subzone_assigned', { correlation_id: '00000000-0000-4000-8000-000000000000' });
      await stage().client.operationWhen(ofSecond.operationId, 'confirmed');
      await stage().settle(first);
      expect(await stage().client.operation(ofFirst.operationId)).toMatchObject({
        deviceId: first.id,
        state: 'pending',
      });

      await ack(first, ofFirst, 'subzone_assigned');
      await stage().client.operationWhen(ofFirst.operationId, 'confirmed');
    },
  );

  test('an assignment that the device refuses fails with its reason', { timeout: testDeadlineMs }, async () => {
    const device = await deviceInZone(stage());
    const sent = await assign(stage(), device);

    await ack(device, sent, 'error', { error_code: 2506, message: 'GPIO assignment failed' });

    const failed = await stage().client.operationWhen(sent.operationId, 'failed');
    expect(JSON.stringify(failed)).toContain('GPIO assignment failed');
    expect((await subzone(stage(), device))?.state).toBe('failed');
  });

  test('a removal takes the subzone away once the device has confirmed it', { timeout: testDeadlineMs }, async () => {
    const device = await deviceInZone(stage());
    const sent = await assign(stage(), device);
    await ack(device, sent, 'subzone_assigned');
    await stage().client.operationWhen(sent.operationId, 'confirmed');

    const removal = await asked(stage(), device, '!bed_a');

    expect(removal.message).toMatchObject({ qos: 1, retain: false });
    expect(jsonOf(removal.message)).toMatchObject({ subzone_id: 'bed_a' });
    expect(await subzone(stage(), device)).toMatchObject({ isRemoving: true });
    await ack(device, removal, 'subzone_removed');
    await stage().client.operationWhen(removal.operationId, 'confirmed');
    expect(await subzone(stage(), device)).toBeUndefined();
  });

  test(
    'safe mode is sent with a matching action and is never shown as more than sent',
    { timeout: testDeadlineMs },
    async () => {
      const device = await deviceInZone(stage());
      const sent = await assign(stage(), device);
      await ack(device, sent, 'subzone_assigned');
      await stage().client.operationWhen(sent.operationId, 'confirmed');

      const safe = await asked(stage(), device, 'bed_a/safe', { enabled: true });

      expect(jsonOf(safe.message)).toMatchObject({ subzone_id: 'bed_a', action: 'enable' });
      await stage().settle(device);
      const shown = await subzone(stage(), device);
      expect(shown?.safeMode.desired).toBe(true);
      expect(['pending', 'sent']).toContain(shown?.safeMode.state);
    },
  );
});
