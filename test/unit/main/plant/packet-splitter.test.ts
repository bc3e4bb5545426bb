import { expect, test } from 'vitest';
import { frameOf, packetIdOf, PacketSplitter, qosOf, typeOf } from '../../../../src/main/plant/packet-splitter';
import { packetOf, publishOf } from '../../../fakes/mqtt-framing';
import { seededRandom } from '../../../fakes/random';

const reading = publishOf({ topic: 'a/b', payload: Buffer.from('22'), qos: 1, id: 0x0102 }, 4);
const long = publishOf({ topic: 'a/b', payload: Buffer.alloc(300, 7), qos: 0 }, 4);
const ping = packetOf(0xc0);

test('a stream in any pieces becomes the packets that were sent', () => {
  const random = seededRandom(5);
  const sent = Array.from({ length: 200 }, () => [reading, long, ping][Math.floor(random() * 3)] ?? ping);
  const stream = Buffer.concat(sent);
  const splitter = new PacketSplitter();
  const received: Uint8Array[] = [];
  for (let at = 0; at < stream.length;) {
    const length = 1 + Math.floor(random() * 90);
    received.push(...splitter.push(stream.subarray(at, at + length)));
    at += length;
  }
  expect(received.map((packet) => Buffer.from(packet).toString('hex'))).toEqual(
    sent.map((packet) => packet.toString('hex')),
  );
});

test('the beginning of a packet is forgotten with its connection', () => {
  const splitter = new PacketSplitter();
  expect(splitter.push(reading.subarray(0, 3))).toEqual([]);
  splitter.clear();
  expect(splitter.push(ping)).toEqual([ping]);
});

test('bytes with a length that no packet has are an error', () => {
  expect(() => new PacketSplitter().push(Uint8Array.of(0x30, 255, 255, 255, 255, 1))).toThrow('no MQTT packet');
});

test('type, quality of service and packet id are read where they stand', () => {
  expect([typeOf(reading), qosOf(reading), packetIdOf(reading)]).toEqual([3, 1, [1, 2]]);
  expect([typeOf(ping), packetIdOf(long), packetIdOf(reading.subarray(0, 6))]).toEqual([12, undefined, undefined]);
  expect(frameOf(long)).toEqual({ head: 3, end: long.length });
});
