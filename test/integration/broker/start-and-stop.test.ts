import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { createEmbeddedBroker } from '../../../src/main/broker/embedded-broker';
import { StartupError } from '../../../src/main/startup-error';
import { takePort } from '../../fakes/free-port';
import { until, withDeadline } from '../../fakes/wait';
import { memoryLog } from '../../unit/main/store/open-store';
import { BrokerBench, closed, deadlineMs, KAISER, publish, settle, subscribe, textsOn, topicOf } from './broker-bench';
import { connectPacket } from './raw-packets';

/** Does anything listen there? */
async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await withDeadline(once(socket, 'connect'), deadlineMs, 'a connection');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Sockets, servers and timers that keep this process alive. */
const handles = () =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|Timeout/.test(name))
    .sort();

test('a port that another program has is named, with the way out, and the broker can be started later', async () => {
  await using bench = await BrokerBench.start();
  const { log } = memoryLog();
  let broker;
  {
    await using taken = await takePort();
    broker = createEmbeddedBroker({ port: taken.port, kaiserId: KAISER, accounts: bench.accounts, log });
    const error: unknown = await broker.start().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartupError);
    expect((error as Error).message).toBe(
      `The embedded broker cannot start: port ${taken.port} is taken by another program. End that program (perhaps Mosquitto or ` +
        'a second console), or choose another port with --broker-port N; 0 takes any free one.',
    );
    await withDeadline(broker.stop(), deadlineMs, 'the broker that never ran to stop');
  }
  expect(await broker.start()).toEqual({
    url: expect.stringMatching(/^mqtt:\/\/127\.0\.0\.1:\d+$/) as string,
    port: expect.any(Number) as number,
  });
  await broker.stop();
});

test('it listens on loopback unless it is told another address, and names an address that is none of this machine', async () => {
  await using bench = await BrokerBench.start();
  const { log } = memoryLog();
  const listening = async (host?: string) => {
    const parts = { port: 0, kaiserId: KAISER, accounts: bench.accounts, log, ...(host !== undefined && { host }) };
    const broker = createEmbeddedBroker(parts);
    try {
      const { url, port } = await broker.start();
      return [url === `mqtt://127.0.0.1:${port}`, await accepts('127.0.0.1', port), await accepts('127.0.0.2', port)];
    } catch (error) {
      return (error as Error).message;
    } finally {
      await broker.stop();
    }
  };
  expect([await listening(), await listening('0.0.0.0'), await listening('203.0.113.9')]).toEqual([
    [true, true, false],
    [true, true, true],
    'The embedded broker cannot start: this machine has no address 203.0.113.9. Name one of its own with --broker-host, or 0.0.0.0 for all.',
  ]);
});

test('stop ends every connection within a second, also those that never said who they are, and leaves no handle', async () => {
  const before = handles();
  const bench = await BrokerBench.start();
  const console = await bench.connectConsole();
  const devices = [await bench.connectDevice('ESP_A1'), await bench.connectDevice('ESP_B2', { clean: false })];
  const silent = await bench.openSocket();
  const half = await bench.openSocket();
  half.write(connectPacket(bench.deviceLogin('ESP_C3'), 'esp').subarray(0, 9));
  const gone = [silent, half].map((socket) => closed(socket.resume()));

  const startedMs = performance.now();
  await withDeadline(bench.broker.stop(), deadlineMs, 'the broker to stop');
  const stoppedMs = performance.now() - startedMs;
  await withDeadline(
    Promise.all([...gone, console.closed, ...devices.map((device) => device.closed)]),
    deadlineMs,
    'all to be gone',
  );

  expect(stoppedMs).toBeLessThan(1_000);
  expect(bench.broker.statistics().clients).toBe(0);
  await bench[Symbol.asyncDispose](); // a second stop does nothing
  await expect.poll(handles, { timeout: deadlineMs }).toEqual(before);
});

test('stop is quick while a device waits for the console to store its reading', async () => {
  await using bench = await BrokerBench.start();
  const console = await bench.connectConsole();
  let arrived = 0;
  console.mqtt.handleMessage = () => void (arrived += 1); // never stores
  const device = await bench.connectDevice('ESP_A1');
  const publication = device.mqtt.publishAsync(topicOf('ESP_A1', 'sensor/4/data'), '1', { qos: 1 }).catch(() => 'cut');
  await until(() => arrived === 1, deadlineMs, 'the reading at the console');
  const startedMs = performance.now();
  await bench.broker.stop();
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  await device.mqtt.endAsync(true);
  await withDeadline(publication, deadlineMs, 'the publication to be given up');
});

test('what the console says last reaches the devices, and no last will is published for them', async () => {
  await using bench = await BrokerBench.start();
  const will = { topic: topicOf('ESP_A1', 'system/will'), payload: Buffer.from('gone'), qos: 1 as const };
  const device = await bench.connectDevice('ESP_A1', { will });
  await subscribe(device, 'kaiser/god/server/status');
  const watcher = await bench.connectWatcher();
  const console = await bench.connectConsole();
  const last = publish(console, 'kaiser/god/server/status', 'offline', { retain: true });
  await bench.broker.stop();
  await last.catch(() => undefined);
  await withDeadline(Promise.all([device.closed, watcher.closed]), deadlineMs, 'all to be gone');
  expect([textsOn(device, 'kaiser/god/server/status'), textsOn(watcher, will.topic)]).toEqual([['offline'], []]);
});

test('a broker that is started again knows nothing of what was before', async () => {
  await using bench = await BrokerBench.start();
  const client = await bench.connect(bench.clientLogin('script'));
  await publish(client, 'a/b', 'kept', { retain: true });
  await bench.broker.stop();
  await withDeadline(client.closed, deadlineMs, 'the client to be gone');
  bench.port = (await bench.broker.start()).port;
  const watcher = await bench.connectWatcher();
  await settle(watcher, watcher);
  expect(watcher.received.all(() => true).map(({ topic }) => topic)).toEqual(['marker']);
});
