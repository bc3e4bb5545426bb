/*
 * I5, I9 and J8, sections 2.4, 3.9, 3.10 and 7.1: the broker goes away and comes back, the device restarts, and restarts too often.
 */
import type { IPublishPacket } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers, firmwareOverOneBroker } from '../../fakes/firmware-broker';
import { actuator, command, configure, drive, fence, responseTo, sensor } from '../../fakes/firmware-config';
import { FirmwareScene } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject } from '../../fakes/message-log';

const outageMs = 60_000;
/** An open breaker (30 s, 7.1) and the longest pause behind it. */
const longestBackOffMs = 45_000;
const safeMode = 12;
const maxQueued = 8;

const plant = {
  actuators: [actuator('relay', 18), actuator('pwm', 19), actuator('relay', 23, { default_state: true })],
  sensors: [34, 35, 36, 39].map((gpio) => sensor('moisture', gpio, { measurement_interval_seconds: 1 })),
};

const stateIn = (beat: JsonObject): number => Number((beat['config_status'] as JsonObject)['state']);
const seqOf = (packet: IPublishPacket): unknown => (JSON.parse(packet.payload.toString()) as JsonObject)['seq'];

/** The sequence numbers of what was published since a mark, in the order of sending and without repetitions of the transport. */
const seqs = (scene: FirmwareScene, from: number): readonly number[] =>
  scene.tap
    .published(from)
    .filter(({ dup }) => !dup)
    .map(seqOf)
    .filter((seq): seq is number => typeof seq === 'number');

firmwareOverBothBrokers('I. outage', (broker) => {
  test(
    'I5 after 60 s without a broker the device is back as a new session and floods nobody',
    { timeout: 90_000 },
    async () => {
      await using scene = await FirmwareScene.open(broker());
      scene.node.world({ analog: { 34: 2_000, 35: 2_000, 36: 2_000, 39: 2_000 } });
      await configure(scene, plant);
      await drive(scene, 19, 'PWM', { value: 0.5 });
      scene.tap.isRefusing = true;
      scene.tap.cut();
      await scene.advance(outageMs);
      const from = scene.mark();
      const packets = scene.tap.mark();
      scene.tap.isRefusing = false;
      await scene.heartbeat(from, longestBackOffMs);

      const announced = await scene.hearsJson('session/announce', {}, { from });
      expect(announced).toMatchObject({ handover_epoch: 2, session_epoch: 2, reason: 'reconnect' });
      expect(jsonOf(await scene.heartbeat(from))).toMatchObject({ active_handover_epoch: 2 });
      const filters = scene.tap
        .subscribes(packets)
        .flatMap(({ subscriptions }) => subscriptions.map(({ topic }) => topic));
      expect(new Set(filters).size).toBe(12);
      for (const gpio of [18, 19, 23])
        await scene.hears(`actuator/${gpio}/status`, { gpio }, { from, withinMs: 5_000 });
      await scene.settle();
      const readings = scene.said(/^sensor\/\d+\/data$/, from);
      const isOld = ({ json }: { readonly json: JsonObject }): boolean =>
        Number(json['ts']) <
        Number(jsonOf(scene.controller.received.all(() => true, from)[0] ?? missing)['ts_ms']) / 1_000 - 2;
      expect(readings.filter(isOld).length).toBeLessThanOrEqual(maxQueued);
      expect(readings.length).toBeLessThanOrEqual(maxQueued + 4 * 6);
      await drive(scene, 19, 'ON');
    },
  );

  test('a short break of the line is no handover: same epoch, no output changes without a cause', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, plant);
    const from = scene.mark();
    scene.tap.cut();
    await scene.heartbeat(from, longestBackOffMs);
    expect(await scene.hearsJson('session/announce', {}, { from })).toMatchObject({ handover_epoch: 1 });
    await scene.settle();
    await drive(scene, 19, 'ON');
  });

  test('a line that is dead without a word is noticed by the keep-alive of 60 s', { timeout: 90_000 }, async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, { actuators: plant.actuators, sensors: [sensor('moisture', 34)] });
    await drive(scene, 18, 'ON');
    const from = scene.mark();
    scene.tap.freeze();
    await scene.pinBecomes(18, 0, 95_000); // without rules a lost line means the defaults
    await scene.heartbeat(from, longestBackOffMs);
    await scene.settle();
    await drive(scene, 19, 'ON');
  });

  test('the network itself goes away and comes back', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, plant);
    const from = scene.mark();
    scene.node.world({ network: 'down' });
    await scene.advance(5_000);
    scene.node.world({ network: 'up' });
    await scene.heartbeat(from, 40_000);
    await scene.settle();
    await drive(scene, 19, 'ON');
  });

  test(
    'J8 the sequence number rises over all topics, survives a reconnect, and begins at 1 after a restart',
    { timeout: 90_000 },
    async () => {
      await using scene = await FirmwareScene.open(broker());
      scene.node.world({ analog: { 34: 2_000 } });
      await configure(scene, plant);
      await drive(scene, 19, 'ON');
      await scene.send('zone/assign', {
        zone_id: 'tent_1',
        master_zone_id: '',
        zone_name: '',
        kaiser_id: 'god',
        correlation_id: 'z',
      });
      await scene.hears('zone/ack', { correlation_id: 'z' });
      await fence(scene);
      await scene.advance(5_000);
      const from = scene.mark();
      scene.tap.cut();
      await scene.heartbeat(from, longestBackOffMs);
      await scene.settle();
      await fence(scene);
      const first = seqs(scene, 0);
      expect(first.length).toBeGreaterThan(20);
      expect(first[0]).toBe(1);
      expect(first.slice(1).filter((seq, index) => seq <= (first[index] ?? 0))).toEqual([]);

      await scene.advance(61_000);
      const restarted = scene.tap.mark();
      await scene.powerCycle();
      await scene.settle();
      await fence(scene);
      const second = seqs(scene, restarted).slice();
      const start = second.indexOf(1);
      expect(start).toBeGreaterThanOrEqual(0);
      const boot = second.slice(start);
      expect(boot.slice(1).filter((seq, index) => seq <= (boot[index] ?? 0))).toEqual([]);
    },
  );
});

const missing = { topic: '', qos: 0, retain: false, payload: Buffer.from('{}'), atMs: 0 } as const;

firmwareOverOneBroker('I. reconnecting', (broker) => {
  test(
    'while no broker is there the device tries again and again, with growing pauses and a rest',
    { timeout: 90_000 },
    async () => {
      await using scene = await FirmwareScene.open(broker());
      scene.tap.isRefusing = true;
      scene.tap.cut();
      await scene.advance(10_000, 500);
      expect(scene.tap.refused).toBeGreaterThanOrEqual(2);
      expect(scene.tap.refused).toBeLessThanOrEqual(6);
      await scene.advance(290_000);
      expect(scene.tap.refused).toBeGreaterThanOrEqual(8);
      expect(scene.tap.refused).toBeLessThanOrEqual(60);
      const from = scene.mark();
      scene.tap.isRefusing = false;
      await scene.heartbeat(from, longestBackOffMs);
    },
  );

  test(
    'a line that breaks while the state is taken over is counted, and the next one is used',
    { timeout: 90_000 },
    async () => {
      await using scene = await FirmwareScene.open(broker());
      await configure(scene, plant);
      scene.tap.isRefusing = true;
      scene.tap.cut();
      await scene.advance(40_000);
      scene.acknowledge = 'silent';
      const from = scene.mark();
      scene.tap.isRefusing = false;
      await scene.heartbeat(from, longestBackOffMs);
      const broken = scene.mark();
      scene.tap.cut();
      await scene.heartbeat(broken, longestBackOffMs);
      const announced = await scene.hearsJson('session/announce', {}, { from: broken });
      expect(Number(announced['handover_epoch'])).toBeGreaterThanOrEqual(2);
      scene.acknowledge = 'online';
      await scene.advance(70_000);
      const counters = scene
        .said(/^system\/heartbeat(_metrics)?$/, broken)
        .map(({ json }) => json['handover_abort_count'])
        .filter((count) => count !== undefined);
      expect(counters.at(-1)).toBe(1);
      await drive(scene, 19, 'ON');
    },
  );
});

firmwareOverOneBroker('I. restarts', (broker) => {
  /** Boots until this is the given boot since power came on, each 2 s after the one before. */
  async function bootUntil(scene: FirmwareScene, boots: number): Promise<void> {
    for (let boot = 2; boot <= boots; boot += 1) {
      await scene.advance(2_000);
      await scene.powerCycle();
    }
    await scene.settle();
  }

  test('I9 the fifth boot within a minute is a normal one', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, plant);
    await bootUntil(scene, 5);
    expect(stateIn(jsonOf(await scene.heartbeat(scene.mark(), 65_000)))).not.toBe(safeMode);
    await drive(scene, 19, 'ON');
  });

  test(
    'I9 the sixth boot within a minute ends in safe mode: outputs idle, commands refused, configuration and questions taken',
    { timeout: 90_000 },
    async () => {
      await using scene = await FirmwareScene.open(broker());
      await configure(scene, plant);
      await bootUntil(scene, 6);
      expect(scene.node.boots).toHaveLength(6);
      const refused = await command(scene, 19, 'ON');
      expect(await responseTo(scene, refused)).toMatchObject({ success: false });
      await scene.hears('system/intent_outcome', {
        correlation_id: refused.id,
        outcome: 'rejected',
        code: 'SAFETY_LOCKED',
      });
      expect(scene.node.duty(19) ?? 0).toBe(0);
      expect(stateIn(jsonOf(await scene.heartbeat(scene.mark(), 65_000)))).toBe(safeMode);
      expect(await fence(scene)).toMatchObject({ success: true });
    },
  );

  test(
    'I9 in safe mode a stop is still obeyed, and the next start after a stable minute is a normal one',
    { timeout: 90_000 },
    async () => {
      await using scene = await FirmwareScene.open(broker());
      await configure(scene, plant);
      await bootUntil(scene, 6);
      await scene.send('actuator/emergency', {
        command: 'emergency_stop',
        auth_token: '',
        reason: '',
        correlation_id: 's',
        intent_id: 's',
      });
      await scene.hears('actuator/emergency/ack', { correlation_id: 's' });
      await scene.advance(65_000);
      await scene.powerCycle();
      await scene.settle();
      expect(stateIn(jsonOf(await scene.heartbeat(scene.mark(), 65_000)))).not.toBe(safeMode);
    },
  );

  test('a minute of stable running makes earlier boots count no more', { timeout: 90_000 }, async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, plant);
    await bootUntil(scene, 5);
    await scene.advance(62_000);
    await bootUntil(scene, 5);
    await drive(scene, 19, 'ON');
  });

  test('what was configured is there after a power cycle, and after the program was killed', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, plant);
    await scene.advance(61_000);
    await scene.powerCycle();
    await scene.settle();
    const from = scene.mark();
    await scene.advance(61_000);
    expect(jsonOf(await scene.heartbeat(from))).toMatchObject({ sensor_count: 4, actuator_count: 3 });
    await scene.kill9();
    const again = scene.mark();
    await scene.powerOn();
    expect(jsonOf(await scene.heartbeat(again))).toMatchObject({ sensor_count: 4, actuator_count: 3 });
    await scene.settle();
    await drive(scene, 19, 'ON');
  });
});
