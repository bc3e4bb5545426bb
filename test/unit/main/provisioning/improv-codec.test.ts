import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../vectors/improv.json';
import {
  chunksOf,
  commands,
  encodeCommand,
  encodePacket,
  ImprovParser,
  packetTypes,
  rpcs,
  type ImprovCommand,
  type Received,
} from '../../../../src/main/provisioning/improv-codec';

type Expected = Readonly<Record<string, unknown>>;

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const packetsOf = (received: readonly Received[]): Received[] => received.filter(({ kind }) => kind !== 'line');

function parse(bytes: Uint8Array): Received[] {
  const parser = new ImprovParser();
  return [...parser.feed(bytes), ...parser.expire()];
}

/** The command that a vector describes, as the console would build it. */
function commandOf(expected: Expected): ImprovCommand {
  const text = (key: string) => String(expected[key]);
  const chunk = () => ({
    offset: Number(expected['offset']),
    total: Number(expected['total']),
    bytes: bytesOf(text('hex')),
  });
  const builders: Readonly<Record<string, () => ImprovCommand>> = {
    set_wifi: () => commands.setWifi(text('ssid'), text('password')),
    get_state: commands.getState,
    device_info: commands.deviceInfo,
    scan_wifi: commands.scanWifi,
    get_hostname: commands.getHostname,
    set_hostname: () => commands.setHostname(text('name')),
    get_name: commands.getDeviceName,
    set_name: () => commands.setDeviceName(text('name')),
    network_state: commands.networkState,
    set_broker: () =>
      commands.setBroker({
        host: text('host'),
        port: Number(expected['port']),
        tls: expected['tls'] === true,
        user: text('user'),
        password: text('password'),
      }),
    get_broker: commands.getBroker,
    certificate_chunk: () => commands.certificate(chunk()),
    set_identity: () => commands.setIdentity(text('id'), text('kaiser')),
    get_identity: commands.getIdentity,
    set_token: () => commands.setToken(expected['kind'] === 'device' ? 'device' : 'broadcast', text('token')),
    token_policy: () => commands.tokenPolicy(expected['required'] === true),
    get_status: commands.status,
    configuration_chunk: () => commands.configuration(chunk()),
    factory_reset: commands.factoryReset,
    reboot: commands.reboot,
  };
  const build = builders[text('request')];
  if (!build) throw new Error(`no builder for ${text('request')}`);
  return build();
}

const understood = vectors.requests.filter(
  ({ expected }) => expected.length > 0 && expected.every((each) => 'request' in each),
);

describe('the commands of the vectors', () => {
  it.each(understood)('come out of noise as the device takes them: $name', ({ hex, expected }) => {
    const found = parse(bytesOf(hex)).filter((each) => each.kind === 'command');
    expect(found).toEqual(
      expected.map((each) => {
        const { rpc, data } = commandOf(each);
        return { kind: 'command', command: { rpc, data: Uint8Array.from(data) } };
      }),
    );
  });

  const alone = understood.filter(({ name, hex }) => hex.startsWith('494d50524f560103') && !/\b(behind|inside|row|again|line feed)\b/.test(name)); // prettier-ignore

  it.each(alone)('are built byte for byte: $name', ({ hex, expected }) => {
    const [only] = expected;
    if (!only) throw new Error('a vector without a request');
    expect(hexOf(encodeCommand(commandOf(only)))).toBe(`${hex}0a`);
  });

  it('cover every command of the table', () => {
    const covered = understood.flatMap(({ expected }) => expected.map((each) => commandOf(each).rpc));
    expect([...new Set(covered)].sort((a, b) => a - b)).toEqual(Object.values(rpcs).sort((a, b) => a - b));
  });

  it.each(vectors.requests.filter(({ expected }) => expected.length === 0))('are not seen where there is none: $name', ({ hex }) => {
    expect(parse(bytesOf(hex)).filter(({ kind }) => kind === 'command')).toEqual([]);
  }); // prettier-ignore
});

/** What the console makes of a reply of the vectors. */
function receivedOf(reply: Expected): unknown {
  if ('error' in reply) return { kind: 'error', error: reply['error'] };
  if ('state' in reply) return { kind: 'state', state: reply['state'] };
  if ('result' in reply) return { kind: 'result', rpc: reply['result'], strings: reply['strings'] };
  if ('progress' in reply) return { kind: 'result', rpc: expect.any(Number) as number, strings: expect.any(Array) as string[] }; // prettier-ignore
  if ('network' in reply) {
    const { ssid, rssi, secured } = reply['network'] as { ssid: string; rssi: number; secured: boolean };
    return { kind: 'result', rpc: rpcs.scanWifi, strings: [ssid, String(rssi), secured ? 'YES' : 'NO'] };
  }
  if ('status' in reply) {
    const status = reply['status'] as Readonly<Record<string, unknown>> & { ip: readonly number[] | null };
    const flag = (key: string) => (status[key] === true ? '1' : '0');
    const text = (key: string) => String(status[key]);
    return {
      kind: 'result',
      rpc: rpcs.status,
      strings: [
        text('id'),
        text('firmware'),
        text('board'),
        status.ip ? '1' : '0',
        status.ip?.join('.') ?? '',
        flag('broker_connected'),
        flag('registered'),
        text('approval'),
        text('zone'),
        text('boot_count'),
        flag('safe_mode'),
      ],
    };
  }
  return { kind: expect.stringMatching(/result|line/) as string };
}

describe('the replies of the vectors', () => {
  it.each(vectors.replies)('are read as they were meant: $name', ({ reply, hex }) => {
    const received = parse(bytesOf(hex));
    expect(received).toEqual([expect.objectContaining(receivedOf(reply) as object) as unknown]);
  });
});

const packet = fc
  .record({ rpc: fc.constantFrom(...Object.values(rpcs)), strings: fc.array(fc.string({ maxLength: 20 }), { maxLength: 3 }) })
  .map(({ rpc, strings }) => {
    const fields = strings.map((each) => Buffer.from(each.toWellFormed()));
    const content = Buffer.concat(fields.flatMap((each) => [Uint8Array.of(each.length), each]));
    return {
      bytes: encodePacket(packetTypes.result, Buffer.concat([Uint8Array.of(rpc, content.length), content])),
      received: { kind: 'result' as const, rpc, strings: strings.map((each) => each.toWellFormed()) },
    };
  }); // prettier-ignore

/** What may stand between two packets: text, any bytes, a packet that was cut off. */
const noise = fc.oneof(
  fc.string({ maxLength: 40 }).map((each) => Uint8Array.from(Buffer.from(`I (12) ${each}\n`))),
  fc.uint8Array({ maxLength: 60 }),
  fc.tuple(packet, fc.double({ min: 0, max: 0.99, noNaN: true })).map(([{ bytes }, share]) => bytes.subarray(0, Math.floor(bytes.length * share))), // prettier-ignore
);

function split(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...pieces, bytes.subarray(at)];
}

describe('the parser', () => {
  it('finds every packet, however the stream is split and whatever stands between', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(noise, packet), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
        (parts, sizes) => {
          const stream = Buffer.concat(parts.flatMap(([before, { bytes }]) => [before, bytes]));
          const parser = new ImprovParser();
          const received = split(stream, sizes).flatMap((piece) => parser.feed(piece));
          received.push(...parser.expire());
          expect(packetsOf(received)).toEqual(parts.map(([, each]) => each.received));
        },
      ),
      { seed: 6, numRuns: 300 },
    );
  });

  it('gives the log lines between packets, without colours and control characters', () => {
    const line = Buffer.from('\u001b[0;32mI (31) boot:\tstarts\u001b[0m\r\n\r\n');
    const state = encodePacket(packetTypes.state, Uint8Array.of(2));
    expect(parse(Buffer.concat([line, state, Buffer.from('\nW (40) half')]))).toEqual([
      { kind: 'line', text: 'I (31) boot: starts' },
      { kind: 'state', state: 2 },
      { kind: 'line', text: 'W (40) half' },
    ]);
  });

  it('cuts a line that does not end', () => {
    const lines = parse(Buffer.alloc(1200, 'x')).map((each) => (each.kind === 'line' ? each.text.length : 0));
    expect(lines).toEqual([512, 512, 176]);
  });

  it.each([
    ['a state of two bytes', packetTypes.state, [2, 2]],
    ['an error without a number', packetTypes.error, []],
    ['a result whose length is wrong', packetTypes.result, [3, 9, 1]],
    ['a result whose string is cut', packetTypes.result, [3, 2, 5, 65]],
    ['a result without a length', packetTypes.result, [3]],
  ])('says that %s makes no sense', (_name, type, data) => {
    const [received] = parse(encodePacket(type, Uint8Array.from(data)));
    expect(received).toEqual({
      kind: 'line',
      text: `(a packet of type ${type} that makes no sense, ${data.length} bytes)`,
    });
  });
});

describe('long values', () => {
  it('are cut into pieces of at most 249 bytes that follow each other', () => {
    const value = Uint8Array.from({ length: 500 }, (_, index) => index % 251);
    const chunks = chunksOf(value);
    expect(chunks.map(({ offset, total, bytes }) => [offset, total, bytes.length])).toEqual([
      [0, 500, 249],
      [249, 500, 249],
      [498, 500, 2],
    ]);
    expect(Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(value)).toBe(true);
    expect(encodeCommand(commands.configuration(chunks[0] ?? { offset: 0, total: 0, bytes: value })).length).toBe(9 + 255 + 2); // prettier-ignore
  });

  it('are removed by one empty piece', () => {
    expect(chunksOf(new Uint8Array())).toEqual([{ offset: 0, total: 0, bytes: new Uint8Array() }]);
  });
});

describe('a mistake of the caller', () => {
  it('throws instead of sending half a value', () => {
    expect(() => commands.setWifi('x'.repeat(256), '')).toThrow('at most 255 bytes');
    expect(() => encodeCommand({ rpc: 1, data: new Uint8Array(254) })).toThrow('255 bytes');
  });
});

it('lets no control or direction characters of a device, or of a network in the air, through to screens and journal', () => {
  const content = ['Evil\u001b[2J\nnet', 'a\u202egnp', 'Gewächshaus 🌱'].map((text) => Buffer.concat([Uint8Array.of(Buffer.byteLength(text)), Buffer.from(text)])); // prettier-ignore
  const data = Buffer.concat(content);
  const bytes = encodePacket(packetTypes.result, Buffer.concat([Uint8Array.of(rpcs.scanWifi, data.length), data]));
  expect(new ImprovParser().feed(bytes)).toEqual([
    { kind: 'result', rpc: rpcs.scanWifi, strings: ['Evil\ufffd[2J\ufffdnet', 'a\ufffdgnp', 'Gewächshaus 🌱'] },
  ]);
});
