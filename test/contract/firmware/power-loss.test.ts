/*
 * Issue 5 and section 9.2: settings in two slots. Power lost at any moment keeps the old or the new ones, and flash that has rotted is noticed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { firmwareOverOneBroker } from '../../fakes/firmware-broker';
import {
  actuator,
  configure,
  drive,
  nextGeneration,
  push,
  pushOf,
  romOf,
  rule,
  sensor,
} from '../../fakes/firmware-config';
import { FirmwareScene } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject } from '../../fakes/message-log';
import { soon } from '../../fakes/mqtt-tap';
import { seededRandom, seedOfRun } from '../../fakes/random';

const killDeadlineMs = 300;

/** Adds the second pair, or takes it away. */
const sections = (hasSecond: boolean) => ({
  actuators: [actuator('pwm', 18), actuator('pwm', 19, { active: hasSecond })],
  sensors: [sensor('moisture', 34), sensor('moisture', 35, { active: hasSecond })],
});

const countsOf = (beat: JsonObject): readonly unknown[] => [beat['sensor_count'], beat['actuator_count']];

/** Power fails and comes again: the first heartbeat after it. */
async function restart(scene: FirmwareScene): Promise<JsonObject> {
  await scene.kill9();
  const from = scene.mark();
  await scene.powerOn();
  return jsonOf(await scene.heartbeat(from));
}

firmwareOverOneBroker('power loss', (broker) => {
  test(
    'in the middle of a push leaves the old or the new configuration, never neither or half of it',
    { timeout: 90_000 },
    async () => {
      await using scene = await FirmwareScene.open(broker());
      await configure(scene, sections(false));
      for (let round = 0; round < 12; round += 1) {
        const from = scene.tap.mark();
        const sending = scene.send('config', pushOf(sections(round % 2 === 0)));
        // The power fails before its first answer, then before its second one, and so on.
        await soon(() => scene.tap.published(from).length >= round / 2, killDeadlineMs);
        const beat = await restart(scene);
        await sending;
        expect(JSON.stringify(countsOf(beat)), `round ${round}`).toMatch(/^\[(1,1|2,2)\]$/);
        expect(beat).toMatchObject({ persistence_degraded: false });
        await scene.advance(61_000);
      }
      await configure(scene, sections(true));
      await drive(scene, 19, 'ON');
    },
  );

  test('right after a push that was called persisted keeps what it said', async () => {
    await using scene = await FirmwareScene.open(broker());
    for (const hasSecond of [true, false, true]) {
      await configure(scene, sections(hasSecond));
      expect(countsOf(await restart(scene))).toEqual(hasSecond ? [2, 2] : [1, 1]);
      await scene.advance(61_000);
    }
  });

  test('right after a zone acknowledgement keeps the zone', async () => {
    await using scene = await FirmwareScene.open(broker());
    for (const zone of ['tent_1', 'tent_2', '']) {
      await scene.send('zone/assign', {
        zone_id: zone,
        master_zone_id: '',
        zone_name: '',
        kaiser_id: 'god',
        correlation_id: `to-${zone}`,
      });
      await scene.hears('zone/ack', { correlation_id: `to-${zone}` });
      expect(await restart(scene)).toMatchObject({ zone_id: zone, zone_assigned: zone !== '' });
      await scene.advance(61_000);
    }
  });

  test(
    'flash with turned bits keeps no device from starting, connecting and being configured anew',
    { timeout: 90_000 },
    async () => {
      const random = seededRandom(seedOfRun());
      await using scene = await FirmwareScene.open(broker());
      await configure(scene, sections(true));
      const good = await readFile(scene.flashPath);
      const written = [...good.keys()].filter((at) => good[at] !== 0xff && good[at] !== 0);
      for (let round = 0; round < 12; round += 1) {
        await scene.advance(61_000);
        await scene.kill9();
        const bad = Buffer.from(good);
        for (let flips = 0; flips <= round * 4; flips += 1) {
          const at = written[Math.floor(random() * written.length)] ?? 0;
          bad[at] = (bad[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        }
        await writeFile(scene.flashPath, bad);
        await scene.powerOn();
        // Settings may be lost with their generation; what comes now is newer than anything before.
        const { outcome } = await push(scene, sections(true), { generation: nextGeneration() });
        expect(outcome, `round ${round}`).toMatchObject({ outcome: 'persisted' });
        await drive(scene, 19, 'ON');
      }
    },
  );

  test('the largest configuration comes back whole', { timeout: 90_000 }, async () => {
    await using scene = await FirmwareScene.open(broker());
    const name = 'n'.repeat(32);
    const place = { subzone_id: 's'.repeat(32) };
    const pins = [5, 14, 15, 16, 17, 18, 19, 23, 25, 26, 27, 32];
    const probe = (index: number): JsonObject =>
      sensor('ds18b20', 4, { onewire_address: romOf(index + 1), sensor_name: name, ...place });
    const sensors = Array.from({ length: 20 }, (_, index) => probe(index));
    const actuators = pins.map((gpio) => actuator('relay', gpio, { actuator_name: name, ...place }));
    for (let start = 0; start < 20; start += 10) await configure(scene, { sensors: sensors.slice(start, start + 10) });
    for (let start = 0; start < 12; start += 6)
      await configure(scene, { actuators: actuators.slice(start, start + 6) });
    const rules = pins
      .slice(0, 8)
      .map((gpio) => rule(gpio, 4, 'ds18b20', { activate_below: 18, deactivate_above: 20 }));
    await configure(scene, { offline_rules: rules });
    expect(countsOf(await restart(scene))).toEqual([20, 12]);
    expect(await drive(scene, 32, 'ON')).toMatchObject(place);
  });
});
