/*
 * A device gone mad, as a process of its own so that it does not slow the test down: `node flood-program.mjs PORT DEVICE KIND RATE SECONDS`
 * publishes with MQTT 3.1.1 over a plain socket and ends with one line of JSON, the number of messages that it has sent. KIND `readings`:
 * numbered readings, QoS 0 and 1 in turn. KIND `reports`: garbage and error reports.
 */
import { connect } from 'node:net';

const [port, device, kind, rate, seconds] = process.argv.slice(2);
const tickMs = 5;
const longestUnsentBytes = 1024 * 1024;
const ids = 65_535;

const field = (text) => {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

function packet(first, ...parts) {
  const body = Buffer.concat(parts);
  const length = [];
  for (let rest = body.length; ;) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? digit + 128 : digit);
    if (rest === 0) break;
  }
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

const prefix = `kaiser/god/esp/${device}`;
const readingTopic = field(`${prefix}/sensor/34/data`);
const errorTopic = field(`${prefix}/system/error`);
const garbageTopic = field(`${prefix}/sensor/35/data`);
const garbage = Buffer.from('{"raw":');

function reading(number) {
  const ts = Math.floor(Date.now() / 1000);
  const text = `{"esp_id":"${device}","seq":${number},"gpio":34,"sensor_type":"light","raw":${number},"ts":${ts},"time_valid":true,"raw_mode":true}`;
  if (number % 2 === 0) return packet(0x30, readingTopic, Buffer.from(text));
  const id = (number % ids) + 1;
  return packet(0x32, readingTopic, Buffer.from([id >> 8, id & 255]), Buffer.from(text));
}

function report(number) {
  if (number % 2 === 0) return packet(0x30, garbageTopic, garbage);
  const text = `{"error_code":${1_000 + (number % 50)},"severity":2,"category":"HARDWARE","message":"flood ${number}","ts":1}`;
  return packet(0x30, errorTopic, Buffer.from(text));
}

const message = kind === 'readings' ? reading : report;
const socket = connect(Number(port), '127.0.0.1');
socket.setNoDelay(true);
socket.on('connect', () =>
  socket.write(packet(0x10, field('MQTT'), Buffer.from([4, 2, 0, 60]), field(`flood-${device}-${kind}`))),
);
socket.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

let sent = 0;
let startedMs;
let timer;
socket.on('data', () => {
  if (startedMs !== undefined) return; // acknowledgements
  startedMs = performance.now();
  timer = setInterval(tick, tickMs);
});

function tick() {
  const elapsedS = (performance.now() - startedMs) / 1000;
  if (elapsedS >= Number(seconds)) {
    clearInterval(timer);
    process.stdout.write(`${JSON.stringify({ sent })}\n`);
    socket.end();
    return;
  }
  const due = Math.floor(elapsedS * Number(rate));
  const batch = [];
  while (sent < due && socket.writableLength < longestUnsentBytes && batch.length < Number(rate) / 20) {
    sent += 1;
    batch.push(message(sent));
  }
  if (batch.length > 0) socket.write(Buffer.concat(batch));
}
