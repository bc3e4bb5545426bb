/*
 * A broker that has gone mad feeds the console with hostile payloads on every topic that it has subscribed to, and with packets that break
 * the protocol. The console must not crash, must come back after each broken connection, and must store every reading that it acknowledges.
 * Repeat a run with LEITSTAND_SEED.
 */
import { expect, test } from 'vitest';
import { fateOf } from '../../fakes/acknowledged-readings';
import { hostilePackets, type HostilePacket } from '../../fakes/hostile-packets';
import { hostilePayload, pick } from '../../fakes/hostile-payloads';
import { HostileScene, markerGpio, markerId } from '../../fakes/hostile-scene';
import { publishOf } from '../../fakes/mqtt-framing';
import { seededRandom, seedOfRun, type Random } from '../../fakes/random';
import { must } from '../../fakes/wait';

const testDeadlineMs = 240_000;
/** For each protocol version, so 100,000 together. */
const garbageCount = 50_000;
const batchSize = 1_000;
const breakingRounds = 2;
const patienceInGarbageMs = 20_000;
const patienceAfterBreakingMs = 1_000;
const drainDeadlineMs = 20_000;
/** Devices that garbage names: the first one is approved. */
const strangers = ['ESP_F0F0F0', 'ESP_F0F0F1', 'ESP_F0F0F2', 'ESP_F0F0F3'];
const impossibleIds = ['esp_lower', '', '..', 'X'.repeat(40)];
const impossiblePins = ['999', '-1', 'x', ''];
/** How much of the garbage names a device, a pin or a topic that cannot be. */
const impossibleShare = 0.1;

function garbageBatch({ broker }: HostileScene, from: number, random: Random): Buffer {
  const exact = broker.filters.filter((filter) => !filter.endsWith('/+'));
  const packets = Array.from({ length: batchSize }, (_unused, index) => {
    const filter = pick(random, random() < impossibleShare ? broker.filters : exact);
    const id = pick(random, random() < impossibleShare ? impossibleIds : strangers);
    const pin = pick(random, random() < impossibleShare ? impossiblePins : ['4', '18', '0', '255']);
    const path = filter.split('/').slice(4).join('/');
    const topic = `kaiser/god/esp/${id}/${path.replace('+', pin).replace('/+', '/stray')}`;
    const payload = hostilePayload(id, path, from + index, random);
    const qos = pick(random, [0, 0, 1, 1, 2] as const);
    const flags = { isDup: qos > 0 && random() < 0.05, isRetained: random() < 0.05 };
    return publishOf({ topic, payload, qos, id: broker.nextId(), ...flags }, broker.version);
  });
  return Buffer.concat(packets);
}

async function feedGarbage(scene: HostileScene, random: Random): Promise<{ sent: number; peakMb: number }> {
  let peakMb = 0;
  let sent = 0;
  while (sent < garbageCount) {
    await scene.broker.serving();
    await scene.broker.send(garbageBatch(scene, sent, random));
    sent += batchSize;
    await scene.deliverMarker(patienceInGarbageMs);
    peakMb = Math.max(peakMb, scene.rssMb);
  }
  return { sent, peakMb };
}

async function breakProtocol(scene: HostileScene, random: Random): Promise<number> {
  let count = 0;
  for (let round = 0; round < breakingRounds; round += 1) {
    for (const packet of hostilePackets(scene.broker.version, random)) {
      await scene.broker.serving();
      await scene.broker.send(packet.bytes);
      if (packet.stalls === true) scene.broker.drop();
      await scene.deliverMarker(patienceAfterBreakingMs).catch((error: unknown) => {
        throw new Error(`After ${described(packet)}: ${String(error)}`, { cause: error });
      });
      count += 1;
    }
  }
  return count;
}

const described = ({ name, bytes }: HostilePacket): string => `${name} (${bytes.subarray(0, 24).toString('hex')})`;

test.for([4, 5] as const)(
  'hostile payloads and packets over MQTT protocol level %i cost no reading and no crash',
  { timeout: testDeadlineMs },
  async (version) => {
    const seed = seedOfRun() + version;
    const random = seededRandom(seed);
    await using scene = await HostileScene.open(version);
    const { broker, running } = scene;
    const { client } = running;
    await scene.adopt(must(strangers[0], 'a stranger'));
    const before = { counters: await client.counters(), rssMb: scene.rssMb };

    const garbage = await feedGarbage(scene, random);
    const breaking = await breakProtocol(scene, random);
    await client.connected(drainDeadlineMs);

    const { acknowledged, sent, repeated } = scene;
    const numbered = { deviceId: markerId, gpio: markerGpio, sent, acknowledged };
    const fate = await fateOf(client, numbered, drainDeadlineMs);
    const { counters } = await client.status();
    const risen = (name: 'received' | 'malformed' | 'unparsableTopic' | 'duplicates'): number =>
      counters[name] - before.counters[name];
    const counts = {
      seed,
      version,
      garbage: garbage.sent,
      breaking,
      connections: broker.connections,
      markersRepeated: repeated,
      fate,
      received: risen('received'),
      malformed: risen('malformed'),
      unparsableTopic: risen('unparsableTopic'),
      duplicates: risen('duplicates'),
      handlerErrors: counters.handlerErrors,
      devices: (await client.devices()).length,
      rssMb: { before: before.rssMb, peak: garbage.peakMb, after: scene.rssMb },
    };
    process.stdout.write(`hostile packets: ${JSON.stringify(counts)}\n`);
    expect(fate).toMatchObject({ lost: 0, duplicated: 0, foreign: 0 });
    expect(counts.received).toBeGreaterThan(garbageCount * 0.9);
    expect(counts.malformed).toBeGreaterThan(garbageCount / 10);
    expect(counts.unparsableTopic).toBeGreaterThan(0);
    expect(counts.handlerErrors).toBe(0);
    expect(await client.device(markerId)).toMatchObject({ id: markerId, approval: 'approved' });
  },
);
