import type { Login } from '../../../src/main/broker/account-service';

/** MQTT 3.1.1 packets by hand, for what a decent client never sends. */

function field(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function remainingLength(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.from(bytes);
}

function packet(type: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type]), remainingLength(body.length), body]);
}

export function connectPacket(login: Login, clientId: string, isClean = true): Buffer {
  const flags = isClean ? 0xc2 : 0xc0; // user name, password, clean session
  const head = Buffer.concat([field('MQTT'), Buffer.from([4, flags, 0, 60])]);
  return packet(0x10, head, field(clientId), field(login.username), field(login.password));
}

/** QoS 0. */
export function publishPacket(topic: string, payload: string | Buffer): Buffer {
  return packet(0x30, field(topic), Buffer.from(payload));
}

/** One filter, QoS 0. */
export function subscribePacket(filter: string): Buffer {
  return packet(0x82, Buffer.from([0, 1]), field(filter), Buffer.from([0]));
}

export const disconnectPacket = Buffer.from([0xe0, 0]);
