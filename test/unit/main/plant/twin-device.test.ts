import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TwinDevice } from '../../../../src/main/plant/twin-device';
import { noFaults } from '../../../../src/shared/api/plant';
import { FakeTwin } from '../../../fakes/fake-twin';
import { CLOCK_START_MS, ManualClock } from '../../../fakes/manual-clock';
import { must, until } from '../../../fakes/wait';
import { memoryLog } from '../store/open-store';

const deadlineMs = 5_000;
const startS = CLOCK_START_MS / 1000;
const noFaultLine =
  '{"fault":{"sensor_dropout":null,"sensor_drift_per_hour":null,"sensor_dead":false,"stuck_pin":null}}';
const ping = Uint8Array.of(0xc0, 0);

let server: Server;
const sockets: Socket[] = [];
const bytesAtBroker: number[] = [];

beforeEach(async () => {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (bytes) => void bytesAtBroker.push(...bytes));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  bytesAtBroker.length = 0;
  const closed = once(server, 'close');
  server.close();
  await closed;
});

function open({ port = (server.address() as AddressInfo).port } = {}) {
  const clock = new ManualClock();
  const twin = new FakeTwin();
  const pins: string[] = [];
  const failures: unknown[] = [];
  const device = new TwinDevice({
    id: 'MOCK_A',
    twin,
    broker: { host: '127.0.0.1', port },
    clock,
    log: memoryLog().log,
    random: () => 0,
    onPin: (gpio, duty) => void pins.push(`${gpio}=${duty}`),
    onFailure: (error) => void failures.push(error),
  });
  return { clock, twin, pins, failures, device };
}

/** A device with an open connection, and the broker's end of it. */
async function connected() {
  const opened = open();
  opened.twin.wish = 'open';
  opened.device.start();
  await until(() => opened.twin.told.includes('socket open'), deadlineMs, 'a socket');
  return { ...opened, atBroker: must(await until(() => sockets.at(-1), deadlineMs, 'a client'), 'a client') };
}

describe('a simulated device', () => {
  test('knows the time before it runs', () => {
    const { device, twin } = open();
    device.start();
    expect([...twin.told, twin.ticks]).toEqual([`time ${startS}`, 1]);
  });

  test('runs when it wants to, but neither in a busy loop nor less than once a second', () => {
    const { clock, device, twin } = open();
    const ticksIn = (restMs: number, ms: number) => {
      clock.advance(2_000); // the wait from before
      twin.restMs = restMs;
      clock.advance(1_000);
      const before = twin.ticks;
      clock.advance(ms);
      return twin.ticks - before;
    };
    device.start();
    expect(ticksIn(100, 1_000)).toBe(10);
    expect(ticksIn(-5, 1_000)).toBe(100);
    expect(ticksIn(60_000, 5_000)).toBe(5);
    expect(ticksIn(Number.NaN, 5_000)).toBe(5);
  });

  test('sets its clock again every ten minutes', () => {
    const { clock, device, twin } = open();
    device.start();
    clock.advance(601_000);
    expect(twin.told.filter((line) => line.startsWith('time'))).toEqual([`time ${startS}`, `time ${startS + 600}`]);
  });

  test('talks over a socket of its own, opened when it wants one', async () => {
    const { device, twin, clock, atBroker } = await connected();
    twin.output.push(ping);
    clock.advance(1_000);
    await until(() => bytesAtBroker.length === 2, deadlineMs, 'the bytes at the broker');
    atBroker.write(Uint8Array.of(0xd0, 0));
    await until(() => twin.received.length === 2, deadlineMs, 'the bytes at the device');
    expect([bytesAtBroker, twin.received]).toEqual([
      [0xc0, 0],
      [0xd0, 0],
    ]);
    await device.stop();
  });

  test('closes its socket when it wants to', async () => {
    const { twin, clock, atBroker } = await connected();
    const closed = once(atBroker, 'close');
    twin.wish = 'close';
    clock.advance(1_000);
    await closed;
    expect(twin.told.at(-1)).toBe('socket gone');
  });

  test('hears that the broker has ended the connection, and that it is not there', async () => {
    const { twin, atBroker } = await connected();
    atBroker.destroy();
    await until(() => twin.told.at(-1) === 'socket gone', deadlineMs, 'the loss');

    const nobody = createServer();
    nobody.listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as AddressInfo;
    const closed = once(nobody, 'close');
    nobody.close();
    await closed;
    const alone = open({ port });
    alone.twin.wish = 'open';
    alone.device.start();
    await until(() => alone.twin.told.at(-1) === 'socket gone', deadlineMs, 'the refusal');
    await alone.device.stop();
  });

  test('tells which outputs have changed', () => {
    const { device, twin, pins } = open();
    twin.events.push({ event: 'pin', gpio: 18, duty: 255, t_ms: 1 }, { event: 'log', level: 'info', text: 'x' });
    device.start();
    expect(pins).toEqual(['18=255']);
  });

  test('that restarts has lost its connection without a goodbye', async () => {
    const { device, twin, clock, atBroker } = await connected();
    const closed = once(atBroker, 'close');
    twin.told.length = 0;
    device.brownOut();
    twin.events.push({ event: 'boot', reason: 'BROWNOUT', count: 2 });
    clock.advance(1_000);
    await closed;
    expect(bytesAtBroker).toEqual([]);
    expect(twin.told).toEqual(['{"power":{"reset":"brownout"}}']);
  });

  test('says goodbye when it is stopped, and leaves no timer behind', async () => {
    const { device, twin, clock, atBroker } = await connected();
    const ended = once(atBroker, 'end');
    const stopped = device.stop();
    await ended;
    atBroker.end();
    await stopped;
    expect([bytesAtBroker, clock.pending, twin.told.at(-1)]).toEqual([[0xe0, 0], 0, 'socket open']);
  });

  test('whose broker no longer answers is stopped all the same, after half a second', async () => {
    const { device, clock } = await connected();
    const stopped = device.stop();
    clock.advance(500);
    await stopped;
    expect(clock.pending).toBe(0);
  });
});

describe('faults of a simulated device', () => {
  test('of its sensors and outputs go to its hardware, each as it is switched', () => {
    const { device, twin } = open();
    device.start();
    device.setFaults({ ...noFaults, sensorDropout: 0.5, sensorDriftPerHour: -2, sensorDead: true, stuckGpio: 18 });
    device.setFaults(noFaults);
    expect(twin.told.slice(1)).toEqual([
      '{"fault":{"sensor_dropout":0.5,"sensor_drift_per_hour":-2,"sensor_dead":true,"stuck_pin":18}}',
      noFaultLine,
    ]);
  });

  test('a pulled network breaks the connection without a goodbye, and the device may not come back until it is plugged in', async () => {
    const { device, twin, clock, atBroker } = await connected();
    const closed = once(atBroker, 'close');
    twin.told.length = 0;
    device.setFaults({ ...noFaults, networkDown: true });
    await closed;
    expect([bytesAtBroker, twin.told]).toEqual([[], [noFaultLine, 'network down', 'socket gone']]);

    twin.wish = 'open';
    clock.advance(2_000);
    expect([sockets.length, twin.told.at(-1)]).toEqual([1, 'socket gone']);
    twin.wish = 'open';
    device.setFaults(noFaults);
    await until(() => sockets.length === 2, deadlineMs, 'a new connection');
    expect(twin.told.slice(-3, -1)).toEqual(['network up', `time ${startS + 2}`]);
    await device.stop();
  });

  test('a wrong clock is wrong from now on, and right when the fault goes', () => {
    const { device, twin } = open();
    device.start();
    device.setFaults({ ...noFaults, clockOffsetS: -3600 });
    device.setFaults({ ...noFaults, clockOffsetS: -3600, sensorDead: true });
    device.setFaults(noFaults);
    expect(twin.told.filter((line) => line.startsWith('time'))).toEqual([
      `time ${startS}`,
      `time ${startS - 3600}`,
      `time ${startS}`,
    ]);
  });

  test('a slow network is slow in both directions', async () => {
    const { device, twin, clock, atBroker } = await connected();
    device.setFaults({ ...noFaults, delayMs: 5_000 });
    twin.output.push(ping);
    atBroker.write(Uint8Array.of(0xd0, 0));
    clock.advance(1_000);
    await until(() => clock.pending > 2, deadlineMs, 'the answer to be under way');
    expect([bytesAtBroker, twin.received]).toEqual([[], []]);
    clock.advance(5_000);
    await until(() => bytesAtBroker.length === 2, deadlineMs, 'the bytes at the broker');
    expect(twin.received).toEqual([0xd0, 0]);
    await device.stop();
  });

  test('a firmware that fails ends its device and nothing else', async () => {
    const { device, twin, clock, failures, atBroker } = await connected();
    const closed = once(atBroker, 'close');
    twin.failure = new Error('unreachable');
    clock.advance(1_000);
    await closed;
    expect(failures).toEqual([twin.failure]);
    device.setWorld({ digital: { 5: 1 } });
    device.setFaults({ ...noFaults, sensorDead: true });
    expect([device.flash(), clock.pending, twin.told.at(-1)]).toEqual([null, 0, 'socket open']);
    await device.stop();
  });

  test('what it has stored can be read while it runs', () => {
    const { device, twin } = open();
    device.start();
    expect(device.flash()).toEqual(twin.stored);
  });
});
