/*
 * Load generator for the benchmarks, a process of its own: QoS 1 sensor messages of the device contract (about 300 bytes) from many devices.
 *
 *   node test/bench/generator.mjs --url mqtt://127.0.0.1:1883 --devices 20 --rate 20000 --seconds 60 [--qos 1]
 *
 *   --rate 0            as fast as the broker acknowledges
 *   --connections N     MQTT connections that the devices share (8, at most one for each device)
 *   --in-flight N       unacknowledged messages for each connection (500)
 *   --first N           number of the first device id, ESP_ + 6 hex digits of 0xB00001 + N (0): a bench adopts exactly these
 *   --kaiser ID         controlling node (god)
 *   --username, --password   login, needed by the embedded broker
 *
 * It adopts nothing, but sends a heartbeat for each device at the start and every 30 s. One JSON line at the end:
 * {"sent", "acked", "seconds", "perSecond", "devices", "payloadBytes"}; the last is the mean size. Exit code 1 when something stays unacknowledged.
 */
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';

const heartbeatIntervalMs = 30_000;
const drainDeadlineMs = 30_000;
const pumpIntervalMs = 5;
const messagesPerTurn = 64;
const firstDeviceNumber = 0xb0_00_01;

/**
 * What a device measures, in turn; `raw` walks inside the plausible range of each type. Temperature and humidity come from two sensors: from
 * those of one the console derives a further row, and the benchmarks count a row for each message.
 */
const sensors = [
  { gpio: 34, type: 'light', raw: (seq) => seq % 100_000, fields: '' },
  { gpio: 4, type: 'ds18b20', raw: (seq) => 300 + (seq % 200), fields: ',"onewire_address":"28FF4A1B2C3D4E5F"' },
  { gpio: 0, type: 'sht31_temp', raw: (seq) => 25_000 + (seq % 2_000), fields: ',"i2c_address":68' },
  { gpio: 0, type: 'sht31_humidity', raw: (seq) => 32_000 + (seq % 2_000), fields: ',"i2c_address":69' },
  { gpio: 35, type: 'moisture', raw: (seq) => 1_600 + (seq % 1_500), fields: '' },
];

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
    devices: { type: 'string', default: '20' },
    rate: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '10' },
    qos: { type: 'string', default: '1' },
    connections: { type: 'string', default: '8' },
    'in-flight': { type: 'string', default: '500' },
    first: { type: 'string', default: '0' },
    kaiser: { type: 'string', default: 'god' },
    username: { type: 'string' },
    password: { type: 'string' },
  },
});

const number = (name) => {
  const value = Number(options[name]);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} needs a number, got "${options[name]}"`);
  return value;
};

const deviceCount = Math.max(1, number('devices'));
const ratePerSecond = number('rate');
const seconds = number('seconds');
const qos = number('qos');
const inFlightLimit = Math.max(1, number('in-flight'));
if (![0, 1, 2].includes(qos)) throw new Error('--qos is 0, 1 or 2');

const unixSeconds = () => Math.floor(Date.now() / 1_000);

const devices = Array.from({ length: deviceCount }, (_, index) => {
  const id = `ESP_${(firstDeviceNumber + number('first') + index).toString(16).toUpperCase().padStart(6, '0')}`;
  const prefix = `kaiser/${options.kaiser}/esp/${id}`;
  return { id, prefix, seq: 0, topics: sensors.map(({ gpio }) => `${prefix}/sensor/${gpio}/data`) };
});

const connectionCount = Math.min(deviceCount, Math.max(1, number('connections')));
const connections = await Promise.all(
  Array.from({ length: connectionCount }, async (_, index) => ({
    client: await mqtt.connectAsync(options.url, {
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 0,
      username: options.username,
      password: options.password,
    }),
    devices: devices.filter((_device, position) => position % connectionCount === index),
    next: 0,
    sent: 0,
    acked: 0,
  })),
);

let payloadBytes = 0;
let isFull = false;

const reading = (device) => {
  const seq = ++device.seq;
  const kind = seq % sensors.length;
  const { gpio, type, raw, fields } = sensors[kind];
  const rawValue = raw(seq);
  // Written by hand rather than by JSON.stringify: the generator must not be what limits the benchmark.
  const payload = `{"esp_id":"${device.id}","seq":${seq},"zone_id":"tent_1","subzone_id":"bed_a","gpio":${gpio},"sensor_type":"${type}","raw":${rawValue},"value":${rawValue}.25,"unit":"counts","quality":"good","ts":${unixSeconds()},"time_valid":true,"raw_mode":true,"error_code":0,"_source":"bench generator","_test_mode":"load"${fields}}`;
  return { topic: device.topics[kind], payload };
};

const publishNext = (connection) => {
  const device = connection.devices[connection.next];
  connection.next = (connection.next + 1) % connection.devices.length;
  const { topic, payload } = reading(device);
  connection.sent += 1;
  payloadBytes += payload.length;
  connection.client.publish(topic, payload, { qos }, (error) => {
    if (!error) connection.acked += 1;
    if (isFull) schedule();
  });
};

const heartbeat = ({ client, devices: owned }) => {
  for (const { id, prefix } of owned) {
    const payload = {
      esp_id: id,
      zone_id: '',
      master_zone_id: '',
      zone_assigned: false,
      ts: unixSeconds(),
      time_valid: true,
      uptime: Math.floor(process.uptime()),
    };
    client.publish(
      `${prefix}/system/heartbeat`,
      JSON.stringify({ ...payload, heap_free: 150_000, wifi_rssi: -55, sensor_count: 4, actuator_count: 0 }),
    );
  }
};

const total = (field) => connections.reduce((sum, connection) => sum + connection[field], 0);
const startedMs = performance.now();
const elapsedSeconds = () => (performance.now() - startedMs) / 1_000;
let isScheduled = false;
let isSending = true;

/** Sends what is due, in turns so that acknowledgements get their time. */
function pump() {
  isScheduled = false;
  if (!isSending) return;
  const due = ratePerSecond === 0 ? Infinity : elapsedSeconds() * ratePerSecond - total('sent');
  let left = Math.floor(Math.min(due, messagesPerTurn * connections.length));
  isFull = false;
  for (let progress = true; left > 0 && progress;) {
    progress = false;
    for (const connection of connections) {
      if (left <= 0 || connection.sent - connection.acked >= inFlightLimit || !connection.client.connected) continue;
      publishNext(connection);
      left -= 1;
      progress = true;
    }
    isFull = !progress;
  }
  if (!isFull && due > messagesPerTurn * connections.length) schedule();
}

function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(pump);
}

for (const connection of connections) {
  connection.client.on('error', (error) => process.stderr.write(`${error.message}\n`));
  heartbeat(connection);
}
const heartbeats = setInterval(() => connections.forEach(heartbeat), heartbeatIntervalMs);
const pumps = setInterval(schedule, pumpIntervalMs);
schedule();

await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
isSending = false;
clearInterval(pumps);
clearInterval(heartbeats);
const sendingSeconds = elapsedSeconds();

while (total('acked') < total('sent') && elapsedSeconds() - sendingSeconds < drainDeadlineMs / 1_000) {
  await new Promise((resolve) => setTimeout(resolve, pumpIntervalMs));
}
const sent = total('sent');
const acked = total('acked');
const report = {
  sent,
  acked,
  seconds: Number(sendingSeconds.toFixed(3)),
  perSecond: Math.round(acked / sendingSeconds),
  devices: deviceCount,
  payloadBytes: Math.round(payloadBytes / Math.max(1, sent)),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
await Promise.all(connections.map(({ client }) => client.endAsync(true)));
process.exitCode = acked === sent ? 0 : 1;
