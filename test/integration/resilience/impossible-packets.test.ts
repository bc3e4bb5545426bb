/*
 * Packets that no broker may send: after each of them the console must be there, and must store the readings that it acknowledges.
 */
import { expect, test } from 'vitest';
import { fateOf } from '../../fakes/acknowledged-readings';
import { impossiblePackets } from '../../fakes/hostile-packets';
import { HostileScene, markerGpio, markerId } from '../../fakes/hostile-scene';

const testDeadlineMs = 90_000;
const patienceMs = 1_000;
const markersAfterEach = 3;
const drainDeadlineMs = 5_000;

const cases = ([4, 5] as const).flatMap((version) => impossiblePackets.map((packet) => ({ ...packet, version })));

test.for(cases)(
  '$name over MQTT protocol level $version costs no reading and no crash',
  { timeout: testDeadlineMs },
  async ({ bytes, version }) => {
    await using scene = await HostileScene.open(version);

    await scene.broker.send(bytes);
    await scene.running.api('GET', '/status').catch(() => undefined); // time to read it alone; a crash is told below
    for (let count = 0; count < markersAfterEach; count += 1) await scene.deliverMarker(patienceMs);

    const { sent, acknowledged } = scene;
    const numbered = { deviceId: markerId, gpio: markerGpio, sent, acknowledged };
    expect(await fateOf(scene.running.client, numbered, drainDeadlineMs)).toMatchObject({ lost: 0, duplicated: 0 });
  },
);
