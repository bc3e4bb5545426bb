/*
 * MQTT packets that break the protocol, for a broker to send to its client. Each either ends the connection or must be survived; after `stalls`
 * the client waits for bytes that never come, so the broker has to end the connection itself.
 */
import { lengthField, packetOf, publishOf, textField, twoBytes } from './mqtt-framing';
import type { Random } from './random';

export type HostilePacket = { readonly name: string; readonly bytes: Buffer; readonly stalls?: boolean };

const goodTopic = 'kaiser/god/esp/ESP_F0F0F0/sensor/4/data';
const longTopicBytes = 60_000;
const oversizeBytes = 10 * 1024 * 1024;
const invalidUtf8 = Buffer.from([0x6b, 0xff, 0xfe, 0xc0, 0x80]);

const published = (topic: string | Buffer, version: number, qos: 0 | 1 | 2 = 0): Buffer =>
  publishOf({ topic, payload: Buffer.from('{}'), qos, id: 77 }, version);

/** All of them once; what is random in them comes from `random`. */
export function hostilePackets(version: number, random: Random): readonly HostilePacket[] {
  const good = published(goodTopic, version, 1);
  const noise = Buffer.from(Array.from({ length: 64 }, () => Math.floor(random() * 256)));
  const cutAt = 1 + Math.floor(random() * (good.length - 1));
  const list: HostilePacket[] = [
    ...['kaiser/god/esp/+/sensor/4/data', 'kaiser/god/esp/#', '', '/', 'kaiser/god/esp//sensor/4/data', '$SYS/x'].map(
      (topic) => ({ name: `topic ${topic}`, bytes: published(topic, version) }),
    ),
    { name: 'topic with a NUL', bytes: published('kaiser/god/esp/ESP_A\u0000B/sensor/4/data', version) },
    { name: 'topic that is no UTF-8', bytes: published(invalidUtf8, version) },
    { name: 'long topic', bytes: published(`kaiser/god/esp/${'A'.repeat(longTopicBytes)}/will`, version) },
    { name: 'deep topic', bytes: published('kaiser/'.repeat(longTopicBytes / 7), version) },
    { name: 'QoS 3', bytes: packetOf(0x36, textField(goodTopic), twoBytes(1), Buffer.from('{}')) },
    { name: 'packet id 0', bytes: publishOf({ topic: goodTopic, payload: Buffer.from('{}'), qos: 1, id: 0 }, version) },
    { name: 'QoS 0 with the duplicate flag', bytes: packetOf(0x38, textField(goodTopic), Buffer.from('\u0000{}')) },
    { name: 'a PUBLISH without a topic', bytes: packetOf(0x30) },
    { name: 'topic longer than its packet', bytes: packetOf(0x32, Buffer.from([0xff, 0xff, 0x61])) },
    { name: 'type 0', bytes: packetOf(0x00, Buffer.from('x')) },
    { name: 'type 15', bytes: packetOf(0xf0, Buffer.from('x')) },
    { name: 'five length bytes', bytes: Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00]) },
    ...[0x40, 0x50, 0x62, 0x70].map((first) => ({
      name: `unsolicited ${first}`,
      bytes: packetOf(first, twoBytes(4_711)),
    })),
    ...[0x40, 0x50, 0x70, 0x90, 0xb0].map((first) => ({ name: `empty ${first}`, bytes: packetOf(first) })),
    { name: 'PUBREL with wrong flags', bytes: packetOf(0x60, twoBytes(5)) },
    { name: 'unsolicited SUBACK', bytes: packetOf(0x90, twoBytes(9), Buffer.from([0, 0, 0])) },
    { name: 'second CONNACK', bytes: packetOf(0x20, Buffer.from([0, 0, 0])) },
    { name: 'refusing CONNACK', bytes: packetOf(0x20, Buffer.from([0, version === 5 ? 0x87 : 5, 0])) },
    { name: 'PINGRESP with a body', bytes: packetOf(0xd0, Buffer.from('xyz')) },
    { name: 'DISCONNECT from the broker', bytes: packetOf(0xe0) },
    { name: 'AUTH', bytes: packetOf(0xf0) },
    { name: 'noise', bytes: noise, stalls: true },
    { name: 'half a packet', bytes: good.subarray(0, cutAt), stalls: true },
    {
      name: 'a length that is never filled',
      bytes: Buffer.concat([Buffer.from([0x30]), lengthField(200_000_000)]),
      stalls: true,
    },
    {
      name: 'oversize',
      bytes: publishOf({ topic: goodTopic, payload: Buffer.alloc(oversizeBytes, 97), qos: 0 }, version),
    },
  ];
  if (version !== 5) return list;
  const withProperties = (...properties: number[]): Buffer =>
    packetOf(0x30, textField(goodTopic), Buffer.from([properties.length, ...properties]), Buffer.from('{}'));
  return [
    ...list,
    {
      name: 'topic alias that nobody set',
      bytes: packetOf(0x30, textField(''), Buffer.from([3, 0x23, 0, 9]), Buffer.from('{}')),
    },
    { name: 'topic alias 0', bytes: withProperties(0x23, 0, 0) },
    { name: 'unknown property', bytes: withProperties(0x7f, 1) },
    { name: 'subscription id 0', bytes: withProperties(0x0b, 0) },
    { name: 'user property without a value', bytes: withProperties(0x26, 0, 1, 0x61) },
    { name: 'properties longer than the packet', bytes: packetOf(0x30, textField(goodTopic), Buffer.from([0x7f])) },
    { name: 'DISCONNECT with a reason', bytes: packetOf(0xe0, Buffer.from([0x8e, 0])) },
  ];
}

/** What only clients send, and a release without an id: nothing after it may be read as if it were in order. */
export const impossiblePackets: readonly HostilePacket[] = [
  { name: 'PUBREL without an id', bytes: packetOf(0x62) },
  {
    name: 'CONNECT from the broker',
    bytes: packetOf(0x10, textField('MQTT'), Buffer.from([4, 2, 0, 60]), textField('x')),
  },
  { name: 'SUBSCRIBE from the broker', bytes: packetOf(0x82, twoBytes(3), textField('#'), Buffer.from([0])) },
  { name: 'UNSUBSCRIBE from the broker', bytes: packetOf(0xa2, twoBytes(3), textField('#')) },
  { name: 'PINGREQ from the broker', bytes: packetOf(0xc0) },
];
