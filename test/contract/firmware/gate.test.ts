/*
 * Sections 1.1, 1.2, 1.5 and 2.1, firmware MUST 1: what a device does on the line before it is registered, and that nothing else leaves it.
 */
import { randomUUID } from 'node:crypto';
import type { IPublishPacket, ISubscribePacket, Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers } from '../../fakes/firmware-broker';
import { actuator, command, configure, drive, pushOf, sensor } from '../../fakes/firmware-config';
import { FirmwareScene, startOfTimeS } from '../../fakes/firmware-scene';
import { jsonOf, matching, type JsonObject } from '../../fakes/message-log';
import { must } from '../../fakes/wait';

/** The white-list of 2.1, and the announcement, which is not gated. */
const allowedWhileClosed =
  /^(session\/announce|system\/heartbeat(_metrics)?|config_response|(zone|subzone)\/ack|system\/command\/response|actuator\/.+\/response|actuator\/emergency\/(error|response)|sensor\/.+\/response|system\/error)$/;

/** Path below the device's prefix, or a whole topic, and QoS: 1.0, "device subscription set". */
const subscriptions = [
  ['system/heartbeat/ack', 1],
  ['config', 2],
  ['system/command', 2],
  ['kaiser/broadcast/emergency', 2],
  ['actuator/+/command', 2],
  ['actuator/emergency', 1],
  ['zone/assign', 1],
  ['subzone/assign', 1],
  ['subzone/remove', 1],
  ['subzone/safe', 1],
  ['sensor/+/command', 2],
  ['kaiser/god/server/status', 1],
] as const;

const relayAndSensor = {
  actuators: [actuator('relay', 18)],
  sensors: [sensor('moisture', 34, { measurement_interval_seconds: 1 })],
};

const payloadOf = (packet: IPublishPacket): JsonObject => JSON.parse(packet.payload.toString()) as JsonObject;

/** What the present line carried up before the first heartbeat. */
function beforeFirstHeartbeat(scene: FirmwareScene): readonly Packet[] {
  const up = scene.tap.packets.filter(({ way }) => way === 'up').map(({ packet }) => packet);
  const first = up.findIndex((packet) => packet.cmd === 'publish' && packet.topic.endsWith('/system/heartbeat'));
  return up.slice(0, first);
}

const grantsOf = (packets: readonly Packet[]): Map<string, number> =>
  new Map(
    packets
      .filter((packet): packet is ISubscribePacket => packet.cmd === 'subscribe')
      .flatMap(({ subscriptions: asked }) => asked.map(({ topic, qos }) => [topic, qos] as const)),
  );

/** Times of the heartbeats since a mark, by the device's own uptime in seconds. */
const uptimes = (scene: FirmwareScene, from: number): readonly number[] =>
  scene.said(/^system\/heartbeat$/, from).map(({ json }) => Number(json['uptime']));

firmwareOverBothBrokers('registration gate', (broker) => {
  test('connects with a clean session, 60 s keep-alive, its id and a retained QoS 1 last will that says offline', async () => {
    await using scene = await FirmwareScene.open(broker());
    const connect = must(scene.tap.connects()[0], 'a CONNECT');
    expect(connect).toMatchObject({ protocolVersion: 4, clean: true, keepalive: 60, clientId: scene.id });
    const will = must(connect.will, 'a last will');
    expect(will).toMatchObject({ topic: `${scene.prefix}/system/will`, qos: 1, retain: true });
    const content = JSON.parse(will.payload.toString()) as JsonObject;
    expect(content).toEqual({
      status: 'offline',
      esp_id: scene.id,
      reason: 'unexpected_disconnect',
      timestamp: expect.any(Number) as number,
    });
    expect(Number.isInteger(content['timestamp'])).toBe(true);
  });

  test('a broken line leaves the last will with the broker', async () => {
    await using scene = await FirmwareScene.open(broker());
    await scene.kill9();
    const will = await scene.controller.received.waitFor(matching(`${scene.prefix}/system/will`), 5_000);
    expect(jsonOf(will)).toMatchObject({ status: 'offline', esp_id: scene.id, reason: 'unexpected_disconnect' });
    scene.controller.policies.delete(scene.id);
    await scene.controller.publish(`${scene.prefix}/system/will`, '', 1, true);
  });

  test('announces its session and has its twelve subscriptions acknowledged before the first heartbeat', async () => {
    await using scene = await FirmwareScene.open(broker());
    const before = beforeFirstHeartbeat(scene);
    const announced = before.filter((packet): packet is IPublishPacket => packet.cmd === 'publish');
    expect(announced.map(({ topic, qos }) => [topic, qos])).toEqual([[`${scene.prefix}/session/announce`, 1]]);
    expect(payloadOf(must(announced[0], 'an announcement'))).toMatchObject({
      esp_id: scene.id,
      handover_epoch: 1,
      reason: 'boot',
      ts_ms: expect.any(Number) as number,
    });
    const expected = subscriptions.map(
      ([path, qos]) => [path.startsWith('kaiser') ? path : `${scene.prefix}/${path}`, qos] as const,
    );
    expect(grantsOf(before)).toEqual(new Map(expected));
    const grants = scene.tap.packets.flatMap(({ packet }) => (packet.cmd === 'suback' ? packet.granted : []));
    expect(grants).toHaveLength(12);
    expect(grants).not.toContain(128);
  });

  test('asks every 5 s while nobody answers, and every 60 s once it is registered', async () => {
    await using scene = await FirmwareScene.open(broker(), { acknowledge: 'silent' });
    const closed = scene.mark();
    await scene.advance(31_000);
    const asked = uptimes(scene, closed);
    expect(asked.length).toBeGreaterThanOrEqual(5);
    expect(asked.slice(1).map((uptime, index) => uptime - (asked[index] ?? 0))).toEqual(asked.slice(1).map(() => 5));

    scene.acknowledge = 'online';
    await scene.advance(6_000);
    const open = scene.mark();
    await scene.advance(185_000);
    const beats = uptimes(scene, open);
    expect(beats).toHaveLength(3);
    expect(beats.slice(1).map((uptime, index) => uptime - (beats[index] ?? 0))).toEqual([60, 60]);
  });

  test(
    'lets nothing but the white-list out while the gate is closed, and answers each topic of it',
    { timeout: 90_000 },
    async () => {
      await using scene = await FirmwareScene.open(broker());
      scene.node.world({ analog: { 34: 2_100 } });
      await configure(scene, relayAndSensor);
      await scene.hears('sensor/34/data', {}, { withinMs: 5_000 });
      scene.acknowledge = 'silent';
      await scene.advance(61_000); // out of the boot loop counter's minute
      await scene.powerCycle();
      const from = scene.mark();

      const id = randomUUID();
      const ids = { correlation_id: id, intent_id: id };
      const sent = await command(scene, 18, 'ON');
      const refused = await scene.hearsJson('actuator/18/response', { correlation_id: sent.id }, { from });
      expect(refused).toMatchObject({ success: false, command: 'ON', gpio: 18 });
      expect(String(refused['message'])).toContain('REGISTRATION_PENDING');
      await scene.send('sensor/34/command', { command: 'measure', request_id: id, ...ids });
      await scene.hears('sensor/34/response', { request_id: id, success: false }, { from });
      await scene.send('system/command', { command: 'status', ...ids });
      await scene.hears('system/command/response', { command: 'status', success: false }, { from });
      await scene.send('config', pushOf(relayAndSensor, ids));
      await scene.hears('config_response', { correlation_id: id, status: 'error' }, { from });
      await scene.send('zone/assign', {
        zone_id: 'tent_1',
        master_zone_id: '',
        zone_name: '',
        kaiser_id: 'god',
        ...ids,
      });
      await scene.hears('zone/ack', { correlation_id: id }, { from });
      await scene.send('subzone/remove', { subzone_id: 'nowhere', reason: '', ...ids });
      await scene.hears('subzone/ack', { correlation_id: id, status: 'error' }, { from });
      await scene.send('actuator/emergency', { command: 'emergency_stop', auth_token: '', reason: '', ...ids });
      await scene.advance(35_000);

      const said = scene.said(/./, from).map(({ suffix }) => suffix);
      expect(new Set(said).size).toBeGreaterThan(5);
      expect(said.filter((suffix) => !allowedWhileClosed.test(suffix))).toEqual([]);
      expect(scene.node.duty(18) ?? 0).toBe(0);
    },
  );

  test('the first valid acknowledgement opens the gate: statuses, readings and outcomes begin', async () => {
    await using scene = await FirmwareScene.open(broker());
    scene.node.world({ analog: { 34: 2_100 } });
    await configure(scene, relayAndSensor);
    await drive(scene, 18, 'ON');
    await scene.hears('sensor/34/data', {}, { withinMs: 5_000 });
    expect(scene.node.duty(18)).toBe(255);
  });

  test('closes the gate again with each new connection', async () => {
    await using scene = await FirmwareScene.open(broker());
    scene.node.world({ analog: { 34: 2_100 } });
    await configure(scene, relayAndSensor);
    await scene.hears('sensor/34/data', {}, { withinMs: 5_000 });
    scene.acknowledge = 'silent';
    const from = scene.mark();
    scene.tap.cut();
    await scene.heartbeat(from, 20_000);
    await scene.advance(8_000);
    expect(
      scene.said(/./, from).filter(({ suffix }) => !allowedWhileClosed.test(suffix) && suffix !== 'system/will'),
    ).toEqual([]);
  });

  test('takes the time from the acknowledgement as long as it has no other, and only a plausible one', async () => {
    const ackWith = (serverTime: number) => (): JsonObject => ({
      status: 'online',
      handover_epoch: 1,
      server_time: serverTime,
    });
    await using scene = await FirmwareScene.open(broker(), { acknowledge: ackWith(1_600_000_000) });
    await scene.advance(61_000);
    // A time server that is decades wrong is none; the device asks it anew when it starts.
    scene.node.world({ clock_offset_s: -1_000_000_000 });
    const from = scene.mark();
    await scene.powerCycle();
    expect(jsonOf(await scene.heartbeat(from))).toMatchObject({ ts: 0, time_valid: false });
    const implausible = scene.mark();
    await scene.advance(61_000);
    expect(jsonOf(await scene.heartbeat(implausible))).toMatchObject({ ts: 0, time_valid: false });
    scene.acknowledge = 'online';
    await scene.advance(61_000);
    const plausible = scene.mark();
    await scene.advance(61_000);
    const beat = jsonOf(await scene.heartbeat(plausible));
    expect(beat['time_valid']).toBe(true);
    expect(Math.abs(Number(beat['ts']) - (startOfTimeS + scene.advancedMs / 1_000))).toBeLessThanOrEqual(62);
  });
});
