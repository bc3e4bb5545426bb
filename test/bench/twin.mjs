/*
 * Simulated devices per core: the firmware core in WebAssembly, each device with one sensor that it reads once a second, on a clock that this
 * program moves as fast as it can. The broker is a few lines that answer what MQTT and the contract demand. The reference sends the same
 * readings, as JSON in MQTT packets, by bare mqtt-packet and without any device around them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundle } from './lib/bundle.mjs';
import { root } from './lib/program.mjs';
import { median, spread, whole } from './lib/statistics.mjs';

const mqttPacket = createRequire(createRequire(import.meta.url).resolve('mqtt'))('mqtt-packet');

const twinFile = join(root, 'resources/firmware/twin.wasm');
const stepMs = 10;
/** Gate, configuration and first readings are behind a device by then. */
const startUpMs = 20_000;
/** The first and the last second may hold a reading more or less. */
const tolerance = 0.05;
const startUnixS = 1_764_000_000;

export const twins = {
  name: 'twin',
  work: 'simulated devices, each with one sensor at one reading per second, half of them on I2C (SHT31) and half analog (median of five)',
  async run({ isQuick, progress }) {
    const rounds = isQuick ? 1 : 5;
    const deviceCount = isQuick ? 50 : 1_000;
    const seconds = isQuick ? 10 : 30;
    const folder = mkdtempSync(join(root, 'node_modules', '.leitstand-bench-'));
    try {
      const modules = await bundle('twin-entry', folder);
      const results = [];
      for (let round = 0; round < rounds; round += 1) {
        const ours = simulate(modules, { deviceCount, seconds });
        const reference = encodeOnly(ours.readings);
        results.push({ ...ours, reference });
        progress(
          `${whole(ours.perCore)} devices per core (${ours.readings} readings of ${deviceCount} devices in ${seconds} s), ` +
            `packets alone ${whole(reference)}/s`,
        );
      }
      return describe(results);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** One reading of each device per second; answers how many such devices a core can carry. */
function simulate({ loadTwinModule, PacketSplitter }, { deviceCount, seconds }) {
  const module = loadTwinModule(twinFile);
  if (!module.ok) throw new Error(module.error.message);
  const memoryBefore = process.memoryUsage().rss;
  const devices = Array.from({ length: deviceCount }, (_, index) => open(module.value, PacketSplitter, index));
  const memoryAfter = process.memoryUsage().rss;
  run(devices, 0, startUpMs);
  for (const device of devices) device.readings = 0;
  const before = process.cpuUsage();
  run(devices, startUpMs, startUpMs + seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  const readings = devices.reduce((sum, device) => sum + device.readings, 0);
  const wanted = deviceCount * seconds;
  if (Math.abs(readings - wanted) > wanted * tolerance) throw new Error(`${readings} readings instead of ${wanted}`);
  const memoryKb = (memoryAfter - memoryBefore) / deviceCount / 1024;
  return { readings, perCore: readings / ((user + system) / 1e6), memoryKb };
}

function open(module, PacketSplitter, index) {
  const id = `MOCK_BENCH_${index}`;
  const isI2c = index % 2 === 0;
  const twin = module.open(
    {
      id,
      board: 'esp32',
      kaiserId: 'god',
      mac: '02:00:00:00:00:01',
      broker: { host: '127.0.0.1', port: 1883, user: id, password: 'p' },
      seed: index,
      flash: null,
    },
    0,
  );
  const sensor = {
    gpio: isI2c ? 0 : 34,
    sensor_type: isI2c ? 'sht31_temp' : 'moisture',
    sensor_name: 'Bench',
    active: true,
    raw_mode: true,
    operating_mode: 'continuous',
    measurement_interval_seconds: 1,
    subzone_id: '',
  };
  twin.provision(
    {
      approved: true,
      zone: { id: 'bench', master: '', name: 'Bench' },
      config: { sensors: [sensor], actuators: [], offline_rules: [] },
    },
    0,
  );
  twin.world(isI2c ? { i2c: { '0x44': { celsius: 21.5, humidity: 60 } } } : { analog: { 34: 2300 } }, 0);
  twin.setTime(startUnixS, 0);
  return { id, twin, splitter: new PacketSplitter(), dueMs: 0, readings: 0 };
}

function run(devices, fromMs, toMs) {
  for (let nowMs = fromMs; nowMs < toMs; nowMs += stepMs) {
    for (const device of devices) if (device.dueMs <= nowMs) call(device, nowMs);
  }
}

function call(device, nowMs) {
  const { twin, splitter } = device;
  for (let isDone = false; !isDone;) {
    device.dueMs = twin.tick(nowMs);
    const wish = twin.socketWish(nowMs);
    if (wish !== 'none') twin.socketChanged(wish === 'open', nowMs);
    const answers = splitter.push(twin.takeOutput(nowMs)).flatMap((packet) => answer(device, packet));
    for (const bytes of answers) twin.receive(bytes, nowMs);
    isDone = wish === 'none' && answers.length === 0;
  }
  twin.takeEvents();
}

/** What a broker and a console answer to one packet (MQTT 3.1.1; wire contract 1.4). */
function answer(device, packet) {
  const type = packet[0] >> 4;
  if (type === 1) return [Uint8Array.of(0x20, 2, 0, 0)];
  if (type === 12) return [Uint8Array.of(0xd0, 0)];
  if (type === 8) return [suback(packet)];
  if (type !== 3) return [];
  const head = packet[1] < 128 ? 2 : 3;
  const topicBytes = (packet[head] << 8) | packet[head + 1];
  const topic = Buffer.from(packet.buffer, packet.byteOffset + head + 2, topicBytes).toString();
  if (topic.endsWith('/data')) device.readings += 1;
  const idAt = head + 2 + topicBytes;
  const isAcknowledged = ((packet[0] >> 1) & 3) === 1;
  const puback = isAcknowledged ? [Uint8Array.of(0x40, 2, packet[idAt], packet[idAt + 1])] : [];
  return topic.endsWith('/heartbeat') ? [...puback, heartbeatAck(device.id)] : puback;
}

function suback(packet) {
  const parsed = parse(packet);
  const granted = parsed.subscriptions.map(({ qos }) => qos);
  return mqttPacket.generate({ cmd: 'suback', messageId: parsed.messageId, granted });
}

function heartbeatAck(id) {
  const ack = { status: 'online', handover_epoch: 1, server_time: startUnixS };
  const topic = `kaiser/god/esp/${id}/system/heartbeat/ack`;
  return mqttPacket.generate({ cmd: 'publish', topic, payload: JSON.stringify(ack), qos: 0 });
}

function parse(packet) {
  let parsed;
  const parser = mqttPacket.parser();
  parser.on('packet', (found) => (parsed = found));
  parser.parse(Buffer.from(packet));
  return parsed;
}

/** Readings per second of processor time when nothing but the packet is made. */
function encodeOnly(count) {
  const before = process.cpuUsage();
  let bytes = 0;
  for (let seq = 1; seq <= count; seq += 1) {
    const reading = {
      esp_id: 'MOCK_BENCH_1',
      seq,
      zone_id: 'bench',
      subzone_id: '',
      gpio: 34,
      sensor_type: 'moisture',
      raw: 2300 + (seq % 50),
      value: 52.94,
      unit: '%',
      quality: 'good',
      ts: startUnixS + seq,
      time_valid: true,
      raw_mode: true,
    };
    bytes += mqttPacket.generate({
      cmd: 'publish',
      topic: 'kaiser/god/esp/MOCK_BENCH_1/sensor/34/data',
      payload: JSON.stringify(reading),
      qos: 1,
      messageId: (seq % 65_535) + 1,
    }).length;
  }
  const { user, system } = process.cpuUsage(before);
  if (bytes < count * 100) throw new Error('The reference has made no packets');
  return count / ((user + system) / 1e6);
}

function describe(results) {
  const ratios = results.map(({ perCore, reference }) => perCore / reference);
  return {
    rows: [
      {
        figure: 'devices per core at one reading per second each, against making the same packets by mqtt-packet',
        ours: whole(median(results.map(({ perCore }) => perCore))),
        reference: `${whole(median(results.map(({ reference }) => reference)))} packets/s`,
        ratio: median(ratios),
        spread: spread(ratios),
        target: { text: '≥ 1,000 devices', isMet: () => median(results.map(({ perCore }) => perCore)) >= 1_000 },
      },
      // Later rounds find the memory of the first one.
      { figure: 'resident memory of a device', ours: `${whole(results[0].memoryKb)} kB` },
    ],
    bound: 'one core: the firmware, the hardware around it, and the calls into WebAssembly',
    rounds: results,
  };
}
