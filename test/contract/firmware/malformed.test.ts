/*
 * Firmware MUST 2, sections 0.5, 3.7 and 5.5: whatever comes on any topic to a device is answered explicitly or is legally silent, and never ends it.
 * Together with the vectors of test/vectors, which the console is tested with as well.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers, firmwareOverOneBroker, type FirmwareBroker } from '../../fakes/firmware-broker';
import { actuator, configure, drive, fence, sensor } from '../../fakes/firmware-config';
import { FirmwareScene } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject, type Received } from '../../fakes/message-log';
import { seededRandom, seedOfRun } from '../../fakes/random';

/** One line per topic to a device: the path, and what an answer to rubbish looks like there. */
const topics: readonly { readonly path: string; readonly answer: RegExp; readonly fields: JsonObject }[] = [
  { path: 'system/command', answer: /^system\/command\/response$/, fields: { success: false } },
  { path: 'config', answer: /^config_response$/, fields: { status: 'error' } },
  { path: 'actuator/18/command', answer: /^actuator\/18\/response$|^system\/intent_outcome$/, fields: {} },
  { path: 'sensor/34/command', answer: /^sensor\/34\/response$|^system\/intent_outcome$/, fields: {} },
  {
    path: 'actuator/emergency',
    answer: /^system\/intent_outcome$/,
    fields: { outcome: 'failed', code: 'EMERGENCY_PARSE_ERROR' },
  },
  { path: 'zone/assign', answer: /^zone\/ack$/, fields: { status: 'error' } },
  { path: 'subzone/assign', answer: /^subzone\/ack$/, fields: { status: 'error' } },
  { path: 'subzone/remove', answer: /^subzone\/ack$/, fields: { status: 'error' } },
  { path: 'subzone/safe', answer: /^subzone\/ack$/, fields: { status: 'error' } },
];

const rubbish: readonly (readonly [string, string | Buffer])[] = [
  ['no JSON', 'not json'],
  ['a list', '[]'],
  ['a text', '"x"'],
  ['a number', '12e400'],
  ['an object that breaks off', '{"command":"ON","gpio'],
  ['something behind an object', '{"command":"ON"}}'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['a text with a NUL', '{"command":"O\u0000N"}'],
  ['a hundred levels of lists', `{"command":${'['.repeat(100)}${']'.repeat(100)}}`],
  ['ten thousand levels', `{"command":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
  ['16 kB of letters', 'a'.repeat(16_000)],
  ['an object of 12 kB', JSON.stringify({ command: 'ON', padding: 'p'.repeat(12_000) })],
];

const isRefusal = (json: JsonObject): boolean =>
  json['success'] === false || ['rejected', 'failed'].includes(String(json['outcome'])) || json['status'] === 'error';

async function openPlant(broker: FirmwareBroker): Promise<FirmwareScene> {
  const scene = await FirmwareScene.open(broker);
  try {
    await configure(scene, {
      actuators: [actuator('pwm', 18), actuator('pwm', 19)],
      sensors: [sensor('moisture', 34)],
    });
    return scene;
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
}

firmwareOverBothBrokers('malformed messages', (broker) => {
  test.for(topics)(
    'on $path each is refused in words, and the device goes on',
    { timeout: 90_000 },
    async ({ path, answer, fields }) => {
      await using scene = await openPlant(broker());
      for (const [name, payload] of rubbish) {
        const from = scene.mark();
        await scene.send(path, payload);
        const isAnswer = (message: Received): boolean => {
          const json = jsonOf(message);
          const fits = Object.entries(fields).every(([key, value]) => json[key] === value);
          return answer.test(scene.suffixOf(message.topic)) && fits && isRefusal(json);
        };
        await scene.hearsSuch(isAnswer, `an answer to ${name} on ${path}`, { from });
      }
      await drive(scene, 19, 'ON');
    },
  );

  test('an empty payload is ignored on every topic', async () => {
    await using scene = await openPlant(broker());
    const from = scene.mark();
    for (const { path } of topics) await scene.send(path, '');
    await scene.send('system/heartbeat/ack', '');
    await fence(scene);
    await drive(scene, 19, 'ON');
    expect(scene.said(/ack$|config_response/, from)).toEqual([]);
  });

  test('rubbish as acknowledgement or server status changes nothing', async () => {
    await using scene = await openPlant(broker());
    await drive(scene, 18, 'ON');
    for (const [, payload] of rubbish) {
      await scene.send('system/heartbeat/ack', payload);
      await scene.controller.publish('kaiser/god/server/status', payload, 1, false);
    }
    await scene.quiet(2_000);
    expect(scene.node.duty(18)).toBe(255);
    await drive(scene, 19, 'ON');
  });

  test('topics with impossible pins are refused or ignored, and never drive an output', async () => {
    await using scene = await openPlant(broker());
    const pins = scene.node.events.filter(({ event }) => event === 'pin').length;
    for (const gpio of ['256', '4294967314', '-1', '018x', 'x', '', '18/extra'])
      await scene.controller.publish(
        `${scene.prefix}/actuator/${gpio}/command`,
        { command: 'ON', correlation_id: 'c', intent_id: 'c' },
        2,
      );
    await fence(scene);
    expect(scene.node.events.filter(({ event }) => event === 'pin')).toHaveLength(pins);
    await drive(scene, 19, 'ON');
  });
});

type VectorFile = {
  readonly direction?: string;
  readonly topic?: string;
  readonly qos?: 0 | 1 | 2;
  readonly vectors: readonly {
    readonly name: string;
    readonly topic?: string;
    readonly text?: string;
    readonly payload?: unknown;
  }[];
};

const vectorOf = (name: string): VectorFile =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../vectors', `${name}.json`), 'utf8')) as VectorFile;

/** What answers a legal message of the kind; server status and acknowledgements are silent. */
const vectorAnswers: readonly (readonly [string, RegExp | undefined])[] = [
  ['actuator-command', /^actuator\/18\/response$/],
  ['config-push', /^(config_response|system\/intent_outcome)$/],
  ['sensor-command', /^system\/intent_outcome$/],
  ['zone-assign', /^zone\/ack$/],
  ['subzone-assign', /^subzone\/ack$/],
  ['subzone-remove', /^subzone\/ack$/],
  ['subzone-safe', undefined],
  ['system-command', /^system\/command\/response$/],
  ['device-emergency', /^(system\/intent_outcome|actuator\/emergency\/ack)$/],
  ['broadcast-emergency', /^(system\/intent_outcome|actuator\/emergency\/ack)$/],
  ['heartbeat-ack', undefined],
  ['server-status', undefined],
];

function movesAway(payload: Buffer): boolean {
  try {
    const { zone_id: zone, kaiser_id: kaiser } = JSON.parse(payload.toString('utf8')) as JsonObject;
    return zone !== undefined && kaiser !== 'god';
  } catch {
    return false;
  }
}

firmwareOverOneBroker('vectors', (broker) => {
  test.for(vectorAnswers)(
    'each message of %s that the console may send is understood',
    { timeout: 90_000 },
    async ([file, answer]) => {
      const { topic: common, qos = 1, vectors } = vectorOf(file);
      for (const { name, topic = common ?? '', text } of vectors.filter((vector) => vector.text !== undefined)) {
        await using scene = await openPlant(broker());
        const from = scene.mark();
        await scene.controller.publish(topic.replace('ESP_0A1B2C', scene.id), text ?? '', qos);
        const isAnswer = ({ topic: answered }: Received): boolean => answer?.test(scene.suffixOf(answered)) === true;
        if (answer) {
          const heard = await scene.hearsSuch(isAnswer, `an answer to ${file}: ${name}`, { from, withinMs: 3_000 });
          expect(heard.payload.toString(), name).not.toMatch(/PARSE_ERROR|INVALID_JSON|TOO_LARGE/);
        }
        await scene.quiet(500);
      }
    },
  );

  test(
    'a thousand mutations of legal messages neither end the device nor leave it deaf',
    { timeout: 90_000 },
    async () => {
      await using scene = await openPlant(broker());
      const random = seededRandom(seedOfRun());
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
      const kinds = [
        'actuator-command',
        'config-push',
        'sensor-command',
        'zone-assign',
        'subzone-assign',
        'subzone-safe',
        'heartbeat-ack',
      ];
      const legal = kinds
        .map(vectorOf)
        .flatMap(({ topic, qos = 1, vectors }) =>
          vectors.flatMap(({ text }) => (text === undefined || topic === undefined ? [] : [{ topic, qos, text }])),
        );
      for (let round = 0; round < 1_000; round += 1) {
        const { topic, qos, text } = pick(legal);
        const bytes = Buffer.from(text);
        for (let change = 0; change <= random() * 4; change += 1)
          bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
        const cut = random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
        // What moves the device to another controller is legal, and nobody would hear it there.
        if (!movesAway(cut)) await scene.controller.publish(topic.replace('ESP_0A1B2C', scene.id), cut, qos);
      }
      await scene.quiet(2_000);
      scene.acknowledge = 'online';
      await scene.advance(62_000);
      expect(await fence(scene)).toMatchObject({ success: true });
    },
  );
});
