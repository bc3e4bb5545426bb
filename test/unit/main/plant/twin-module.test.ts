import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadTwinModule, TwinError, TwinModule, type TwinExports } from '../../../../src/main/plant/twin-module';
import { profileDirectory } from '../store/open-store';

/** The exports of twin.wasm over plain memory, which moves whenever it grows, as that of WebAssembly does. */
class FakeExports {
  bytes = new ArrayBuffer(256);
  readonly calls: string[] = [];
  private end = 16;
  /** What the next call leaves behind for `twin_out`. */
  left = '';
  handle = 7;
  result = 0;

  exports(): TwinExports {
    const { calls } = this;
    const leave = () => this.leave(this.left);
    const name =
      (word: string, result: () => number = () => 0) =>
      (...values: number[]): number => {
        calls.push([word, ...values].join(' '));
        return result();
      };
    const withText =
      (word: string, result: () => number) =>
      (...values: number[]): number => {
        const [pointer = 0, length = 0] = values.slice(word === 'new' ? 0 : 1);
        calls.push(`${word} ${Buffer.from(this.bytes, pointer, length).toString()}`);
        return result();
      };
    const currentBytes = () => this.bytes;
    return {
      memory: {
        get buffer() {
          return currentBytes();
        },
      },
      twin_alloc: (length) => this.allocate(length),
      twin_free: (_pointer, length) => void calls.push(`free ${length}`),
      twin_new: withText('new', () => this.handle),
      twin_error: leave,
      twin_out: () => 0,
      twin_tick: name('tick', () => 1234.5),
      twin_rx: withText('rx', () => 0),
      twin_tx: leave,
      twin_socket: name('socket', () => this.result),
      twin_socket_event: name('socket_event'),
      twin_network: name('network'),
      twin_time: name('time'),
      twin_world: withText('world', () => this.result),
      twin_events: leave,
      twin_provision: withText('provision', () => this.result),
      twin_flash: leave,
      twin_serial_rx: withText('serial', () => 0),
      twin_serial_tx: leave,
      twin_drop: name('drop'),
    };
  }

  private allocate(length: number): number {
    const pointer = this.end;
    this.end += length;
    const larger = new ArrayBuffer(this.bytes.byteLength + length);
    new Uint8Array(larger).set(new Uint8Array(this.bytes));
    this.bytes = larger;
    this.calls.push(`alloc ${length}`);
    return pointer;
  }

  private leave(text: string): number {
    const bytes = Buffer.from(text, 'latin1');
    new Uint8Array(this.bytes).set(bytes, 0);
    return bytes.length;
  }
}

const options = {
  id: 'MOCK_A',
  board: 'esp32',
  kaiserId: 'god',
  mac: '02:00:00:00:00:01',
  broker: { host: '127.0.0.1', port: 1883, user: 'MOCK_A', password: 'p' },
  seed: 1,
} as const;

function open() {
  const fake = new FakeExports();
  const twin = new TwinModule(fake.exports()).open({ ...options, flash: null }, 1);
  fake.calls.length = 0;
  return { fake, twin };
}

describe('a simulated device', () => {
  test('is opened with what it is, in the words of the firmware', () => {
    const fake = new FakeExports();
    new TwinModule(fake.exports()).open({ ...options, flash: Uint8Array.of(255, 1), capabilities: ['drill'] }, 1);
    const { kaiserId, ...rest } = options;
    const json = fake.calls.find((call) => call.startsWith('new '))?.slice(4);
    expect(JSON.parse(json ?? '')).toEqual({ ...rest, kaiser: kaiserId, capabilities: ['drill'], flash: [255, 1] });
  });

  test('can be given its network and its name', () => {
    const fake = new FakeExports();
    const wifi = { ssid: 'tent', password: 'tomatoes' };
    new TwinModule(fake.exports()).open({ ...options, wifi, name: 'Tent 1', flash: null }, 1);
    const json = fake.calls.find((call) => call.startsWith('new '))?.slice(4);
    expect(JSON.parse(json ?? '')).toMatchObject({ ssid: 'tent', wifi_password: 'tomatoes', device_name: 'Tent 1' });
  });

  test('has a serial line, and is freed when it is closed', () => {
    const { fake, twin } = open();
    fake.left = 'IMPROV';
    expect(Buffer.from(twin.serial(Buffer.from('hello'), 5)).toString()).toBe('IMPROV');
    twin.close();
    expect(fake.calls).toEqual(['serial hello', 'drop 7']);
  });

  test('that is refused says why', () => {
    const fake = new FakeExports();
    fake.handle = 0;
    fake.left = 'no such board';
    expect(() => new TwinModule(fake.exports()).open({ ...options, flash: null }, 1)).toThrow(TwinError);
    expect(() => new TwinModule(fake.exports()).open({ ...options, flash: null }, 1)).toThrow('no such board');
  });

  test('is given bytes where they fit: the place grows to the longest and is used again', () => {
    const { fake, twin } = open();
    twin.receive(Buffer.from('x'.repeat(300)), 5);
    twin.receive(Buffer.from('short'), 6);
    expect(fake.calls.map((call) => call.replace(/x{300}/, '…'))).toEqual([
      expect.stringMatching(/^free \d+$/),
      'alloc 300',
      'rx …',
      'rx short',
    ]);
  });

  test('hands over copies: what comes later does not change them', () => {
    const { fake, twin } = open();
    fake.left = 'first';
    const first = twin.takeOutput(1);
    fake.left = 'later';
    expect([Buffer.from(first).toString(), Buffer.from(twin.flash()).toString()]).toEqual(['first', 'later']);
    fake.left = '';
    expect(twin.takeOutput(1)).toHaveLength(0);
  });

  test('tells its events, one in a line', () => {
    const { fake, twin } = open();
    fake.left =
      '{"event":"boot","reason":"POWERON","count":1}\n{"event":"pin","gpio":18,"duty":255,"t_ms":12}\n{"event":"log","level":"info","text":"a"}\n';
    expect(twin.takeEvents()).toEqual([
      { event: 'boot', reason: 'POWERON', count: 1 },
      { event: 'pin', gpio: 18, duty: 255, t_ms: 12 },
      { event: 'log', level: 'info', text: 'a' },
    ]);
    fake.left = '';
    expect(twin.takeEvents()).toEqual([]);
    fake.left = '{"event":"pin","gpio":18}';
    expect(() => twin.takeEvents()).toThrow();
  });

  test('is told about socket, network and time by its handle', () => {
    const { fake, twin } = open();
    expect(twin.tick(10)).toBe(1234.5);
    const wishes = [0, 1, 2].map((wish) => {
      fake.result = wish;
      return twin.socketWish(10);
    });
    twin.socketChanged(true, 11);
    twin.setNetwork(false, 12);
    twin.setTime(1_700_000_000, 13);
    expect(wishes).toEqual(['none', 'open', 'close']);
    expect(fake.calls.filter((call) => !call.startsWith('socket 7'))).toEqual([
      'tick 7 10',
      'socket_event 7 1 11',
      'network 7 0 12',
      'time 7 1700000000 13',
    ]);
  });

  test('whose surroundings make no sense says why', () => {
    const { fake, twin } = open();
    twin.world({ digital: { 5: 1 } }, 1);
    expect(fake.calls).toContain('world {"digital":{"5":1}}');
    fake.result = -1;
    fake.left = 'unknown member';
    expect(() => twin.world({ nonsense: 1 }, 1)).toThrow('{"nonsense":1}: unknown member');
    expect(() =>
      twin.provision(
        {
          approved: true,
          zone: { id: '', master: '', name: '' },
          config: { sensors: [], actuators: [], offline_rules: [] },
        },
        1,
      ),
    ).toThrow(TwinError);
  });
});

test('a firmware that is missing, or is none, is an answer with what to do, not a crash', () => {
  const folder = join(profileDirectory(), 'firmware');
  mkdirSync(folder);
  const missing = loadTwinModule(join(folder, 'twin.wasm'));
  writeFileSync(join(folder, 'text.wasm'), 'not a module');
  const unreadable = loadTwinModule(join(folder, 'text.wasm'));
  expect([missing, unreadable]).toMatchObject([
    { ok: false, error: { code: 'unsupported', message: expect.stringContaining('npm run firmware') as string } },
    { ok: false, error: { code: 'unsupported', message: expect.stringContaining('cannot be read') as string } },
  ]);
});
