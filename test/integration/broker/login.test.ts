import { expect, test } from 'vitest';
import { withDeadline } from '../../fakes/wait';
import { BrokerBench, closed, deadlineMs, publish, textsOn, topicOf } from './broker-bench';

test('who has no login, a wrong one or an unknown name is refused and counted, and the log names the reason', async () => {
  await using bench = await BrokerBench.start();
  const { username, password } = bench.deviceLogin('ESP_A1');
  const attempts = [
    {},
    { username: 'ESP_A1' },
    { username: 'ESP_A1', password: 'wrong' },
    { username: 'ESP_A1', password: '' },
    { username: 'ESP_B2', password },
    { username: bench.broker.consoleLogin.username, password },
    { username: bench.broker.consoleLogin.username, password: '' },
  ];

  const codes: unknown[] = [];
  for (const login of attempts) {
    codes.push(await bench.connect(login).catch((error: unknown) => (error as { code: number }).code));
  }

  expect(codes).toEqual([5, 5, 4, 4, 4, 4, 4]);
  expect(bench.broker.statistics()).toEqual({
    clients: 0,
    refusedLogins: attempts.length,
    refusedPublishes: 0,
    refusedSubscriptions: 0,
  });
  const logged = bench.lines.filter(({ msg }) => msg === 'broker refused a login');
  expect(logged.map((line) => [line['username'], line['reason']])).toEqual([
    [undefined, 'login required'],
    ['ESP_A1', 'login required'], // its further attempts within ten seconds are left out
    ['ESP_B2', 'bad user name or password'],
    [bench.broker.consoleLogin.username, 'bad user name or password'],
  ]);
  await bench.connect({ username, password });
  expect(bench.broker.statistics().clients).toBe(1);
});

test('no password stands in the log', async () => {
  await using bench = await BrokerBench.start();
  bench.deviceLogin('ESP_A1');
  await bench.connect({ username: 'ESP_A1', password: 'not-the-right-one' }).catch(() => undefined);
  await bench.connectDevice('ESP_A1');
  const written = JSON.stringify(bench.lines);
  expect(written).not.toContain('not-the-right-one');
  expect(written).not.toContain('password of ESP_A1');
});

test('the console’s login is another one after each start', async () => {
  await using bench = await BrokerBench.start();
  const first = bench.broker.consoleLogin;
  await bench.broker.stop();
  bench.port = (await bench.broker.start()).port;
  expect(bench.broker.consoleLogin).not.toEqual(first);
  await expect(bench.connect(first)).rejects.toMatchObject({ code: 4 });
  await bench.connect(bench.broker.consoleLogin);
});

test('a device leaves its last will on its own will topic only', async () => {
  await using bench = await BrokerBench.start();
  const watcher = await bench.connectWatcher();
  const willOn = (topic: string) => ({ will: { topic, payload: Buffer.from('gone'), qos: 1 as const, retain: true } });
  const refused = [
    topicOf('ESP_B2', 'system/will'),
    topicOf('ESP_A1', 'system/heartbeat'),
    'kaiser/broadcast/emergency',
    'kaiser/god/server/status',
  ];
  for (const topic of refused) {
    await expect(bench.connectDevice('ESP_A1', willOn(topic))).rejects.toMatchObject({ code: 5 });
  }
  expect(bench.broker.statistics()).toMatchObject({ clients: 1, refusedLogins: refused.length });

  const device = await bench.connectDevice('ESP_A1', willOn(topicOf('ESP_A1', 'system/will')));
  device.mqtt.stream.destroy();
  const topic = topicOf('ESP_A1', 'system/will');
  expect(await watcher.received.waitFor((message) => message.topic === topic, deadlineMs)).toMatchObject({ qos: 1 });
  expect(textsOn(watcher, topic)).toEqual(['gone']);
});

test('a device that says goodbye leaves no last will', async () => {
  await using bench = await BrokerBench.start();
  const watcher = await bench.connectWatcher();
  const topic = topicOf('ESP_A1', 'system/will');
  const device = await bench.connectDevice('ESP_A1', { will: { topic, payload: Buffer.from('gone'), qos: 1 } });
  await device.mqtt.endAsync();
  const other = await bench.connectDevice('ESP_B2');
  await publish(other, topicOf('ESP_B2', 'system/heartbeat'), '1');
  await watcher.received.waitFor((message) => message.topic.endsWith('/heartbeat'), deadlineMs);
  expect(textsOn(watcher, topic)).toEqual([]);
});

test('deleting an account ends its connections and no other', async () => {
  await using bench = await BrokerBench.start();
  const [first, second] = [
    await bench.connectDevice('ESP_A1', { clientId: 'one' }),
    await bench.connectDevice('ESP_A1', { clientId: 'two' }),
  ];
  const other = await bench.connectDevice('ESP_B2');

  bench.accounts.remove('ESP_A1');
  bench.broker.disconnect('ESP_A1');

  await withDeadline(Promise.all([first.closed, second.closed]), deadlineMs, 'the connections to end');
  expect([first.mqtt.connected, second.mqtt.connected, other.mqtt.connected]).toEqual([false, false, true]);
  await expect(bench.connect({ username: 'ESP_A1', password: 'password of ESP_A1' })).rejects.toMatchObject({
    code: 4,
  });
  await publish(other, topicOf('ESP_B2', 'system/heartbeat'), '1');
});

test('devices of different accounts with one client id do not disturb each other', async () => {
  await using bench = await BrokerBench.start();
  const [one, other] = [
    await bench.connectDevice('ESP_A1', { clientId: 'esp' }),
    await bench.connectDevice('ESP_B2', { clientId: 'esp' }),
  ];
  await publish(one, topicOf('ESP_A1', 'system/heartbeat'), '1');
  await publish(other, topicOf('ESP_B2', 'system/heartbeat'), '1');
  expect([one.mqtt.connected, other.mqtt.connected, bench.broker.statistics().clients]).toEqual([true, true, 2]);
});

test('nobody takes over the console’s session with its client id', async () => {
  await using bench = await BrokerBench.start();
  const console = await bench.connectConsole();
  const thief = await bench.connect(bench.clientLogin('thief'), { clientId: 'link', clean: false });
  const device = await bench.connectDevice('ESP_A1');
  await publish(device, topicOf('ESP_A1', 'system/heartbeat'), '1');
  await console.received.waitFor(() => true, deadlineMs);
  expect([console.mqtt.connected, thief.received.mark()]).toEqual([true, 0]);
});

test('within one account the newer connection with a client id ends the older one', async () => {
  await using bench = await BrokerBench.start();
  const older = await bench.connectDevice('ESP_A1', { clientId: 'esp' });
  const newer = await bench.connectDevice('ESP_A1', { clientId: 'esp' });
  await withDeadline(older.closed, deadlineMs, 'the older connection to end');
  await publish(newer, topicOf('ESP_A1', 'system/heartbeat'), '1');
  expect(bench.broker.statistics().clients).toBe(1);
});

test('a persistent session without a client id is refused', async () => {
  await using bench = await BrokerBench.start();
  const socket = await bench.openSocket();
  // CONNECT without client id, clean session off, with a login
  socket.write(Buffer.from([0x10, 18, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0xc0, 0, 60, 0, 0, 0, 1, 0x61, 0, 1, 0x62]));
  await closed(socket.resume());
  expect(bench.broker.statistics().clients).toBe(0);
});
