#!/usr/bin/env node
/*
 * The wasm twin behind the command line of the host program (firmware/host), so that the conformance cases of the firmware run against both.
 * LEITSTAND_NODE_PROGRAM names this file for that. Its clock settles as the host program's does. No --serial: Node has no pty.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const wasmFile =
  process.env['LEITSTAND_TWIN'] ?? join(resolve(import.meta.dirname, '../..'), 'resources/firmware/twin.wasm');
/** Real time that broker and controller get to answer before a manual clock goes on, ms. */
const settleMs = 150;
const settleConnectMs = 5_000;
const settleQuietMs = 10;
/** Longest sleep with the real clock, ms. */
const longestSleepMs = 1_000;
const boards = { esp32c3: /c3|^xiao$/, esp32c6: /c6/, esp32: /wroom|^esp32/ };
const awaitsBroker = 1;
const awaitsController = 2;
const isNotReady = 4;

const { values } = parseArgs({
  options: {
    broker: { type: 'string' },
    user: { type: 'string', default: '' },
    'password-file': { type: 'string' },
    id: { type: 'string', default: '' },
    kaiser: { type: 'string', default: 'god' },
    board: { type: 'string', default: 'esp32' },
    flash: { type: 'string' },
    'manual-clock': { type: 'boolean', default: false },
    production: { type: 'boolean', default: false },
  },
});
const isManual = values['manual-clock'];
const [host, port] = values.broker.split(/:(?=\d+$)/);
const word = values.board.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
const board = Object.keys(boards).find((name) => boards[name].test(word));
const password = values['password-file'] ? readFileSync(values['password-file'], 'utf8').replace(/[\r\n]+$/, '') : '';

const { instance } = await WebAssembly.instantiate(readFileSync(wasmFile), {});
const wasm = instance.exports;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const startMs = performance.now();
const startUnixS = Math.floor(Date.now() / 1000);
let manualMs = 0;
let bootMs = 0;
let socket = null;
let isOpening = false;
let isTold = false;
let silentHeartbeat = -1;
let isBrokerSilent = false;
let stored = existsSync(values.flash) ? readFileSync(values.flash) : null;
let timer;
let wakeUp = () => undefined;
const lines = [];
let isWorking = false;

const now = () => (isManual ? manualMs : performance.now() - startMs);
const out = (length) => new Uint8Array(wasm.memory.buffer, wasm.twin_out(), length).slice();
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

function pass(bytes, use) {
  const pointer = wasm.twin_alloc(bytes.length);
  new Uint8Array(wasm.memory.buffer, pointer, bytes.length).set(bytes);
  const result = use(pointer, bytes.length);
  wasm.twin_free(pointer, bytes.length);
  return result;
}

const description = {
  id: values.id,
  board,
  kaiser: values.kaiser,
  ssid: 'host',
  mac: '02:00:00:00:00:01',
  broker: { host, port: Number(port), user: values.user, password },
  seed: 1,
  token_required: values.production,
  flash: stored && [...stored],
};
const twin = pass(encoder.encode(JSON.stringify(description)), (pointer, length) =>
  wasm.twin_new(pointer, length, now()),
);
if (twin === 0) {
  process.stderr.write(`${decoder.decode(out(wasm.twin_error()))}\n`);
  process.exit(2);
}
wasm.twin_time(twin, startUnixS, now());

function openSocket() {
  isOpening = true;
  const opened = connect({ host, port: Number(port), noDelay: true });
  socket = opened;
  opened.on(
    'connect',
    () => socket === opened && ((isOpening = false), wasm.twin_socket_event(twin, 1, now()), step()),
  );
  opened.on('data', (bytes) => {
    if (socket !== opened) return;
    isBrokerSilent = false;
    pass(bytes, (pointer, length) => wasm.twin_rx(twin, pointer, length, now()));
    step();
  });
  opened.on('error', () => undefined); // 'close' follows and says it all
  opened.on('close', () => {
    if (socket !== opened) return;
    dropSocket();
    wasm.twin_socket_event(twin, 0, now());
    step();
  });
}

function dropSocket() {
  const gone = socket;
  socket = null;
  isOpening = false;
  gone?.destroy();
}

/** Everything that is due, and what follows from it; when something is due again, ms. */
function step() {
  const dueMs = wasm.twin_tick(twin, now());
  tell(); // before the socket: a restart that it tells of takes the old one along
  store(); // before the bytes: nothing is confirmed that is not kept
  flush();
  const wish = wasm.twin_socket(twin, now());
  if (wish === 2) {
    dropSocket();
    wasm.twin_socket_event(twin, 0, now());
  }
  if (wish === 1) openSocket();
  tell();
  wakeUp();
  return dueMs;
}

function flush() {
  const length = wasm.twin_tx(twin, now());
  if (length > 0 && socket) socket.write(out(length));
}

function tell() {
  const text = decoder.decode(out(wasm.twin_events(twin)));
  for (const line of text.split('\n').filter((each) => each !== '')) {
    process.stdout.write(`${line}\n`);
    if (!line.startsWith('{"event":"boot"')) continue;
    isTold = false;
    bootMs = now();
    dropSocket(); // a restart takes its connection along
  }
  if (isTold || (wasm.twin_awaits(twin) & isNotReady) !== 0) return;
  isTold = true;
  say({ event: 'ready' });
}

/** Flash in the file as soon as it has changed, so that a kill -9 leaves what a chip would. */
function store() {
  const image = out(wasm.twin_flash(twin));
  if (stored && Buffer.compare(stored, image) === 0) return;
  writeFileSync(`${values.flash}.new`, image);
  renameSync(`${values.flash}.new`, values.flash);
  stored = Buffer.from(image);
}

const pause = (ms) =>
  new Promise((go) => {
    const limit = setTimeout(go, ms);
    wakeUp = () => {
      clearTimeout(limit);
      go();
    };
  }).finally(() => (wakeUp = () => undefined));

/** Gives broker and controller a moment to answer; a silent one once. */
async function settle() {
  const begunMs = performance.now();
  const heartbeat = wasm.twin_heartbeats(twin);
  for (;;) {
    const awaits = wasm.twin_awaits(twin);
    const broker = (awaits & awaitsBroker) !== 0 && !isBrokerSilent;
    const controller = (awaits & awaitsController) !== 0 && silentHeartbeat !== heartbeat;
    if (!isOpening && !broker && !controller) return;
    const leftMs = (isOpening ? settleConnectMs : settleMs) - (performance.now() - begunMs);
    if (leftMs <= 0) {
      silentHeartbeat = heartbeat;
      isBrokerSilent = broker;
      return;
    }
    await pause(Math.min(leftMs, 20));
  }
}

async function advance(byMs) {
  await pause(settleQuietMs);
  step();
  const endMs = manualMs + byMs;
  const before = bootMs;
  const hasRestarted = () => bootMs !== before;
  do {
    await settle();
    const dueMs = Math.ceil(wasm.twin_tick(twin, manualMs));
    manualMs = Math.min(endMs, Math.max(manualMs + 1, dueMs));
    step();
  } while (manualMs < endMs && !hasRestarted());
  manualMs = Math.max(manualMs, bootMs);
  await settle();
  say({ event: 'advanced', t_ms: manualMs - bootMs });
}

async function take(line) {
  const order = parse(line);
  if (typeof order?.advance_ms === 'number' && Object.keys(order).length === 1) {
    if (isManual) await advance(order.advance_ms);
    else say({ event: 'refused', line, reason: 'advance_ms needs --manual-clock' });
    return;
  }
  const refused = pass(encoder.encode(line), (pointer, length) => wasm.twin_world(twin, pointer, length, now()));
  if (refused !== 0) say({ event: 'refused', line, reason: decoder.decode(out(wasm.twin_error())) });
  if (refused === 0 && order?.network === 'down') dropSocket();
  step();
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

async function work() {
  if (isWorking) return;
  isWorking = true;
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) await take(line);
  isWorking = false;
}

let rest = '';
process.stdin.setEncoding('utf8').on('data', (text) => {
  const parts = (rest + text).split('\n');
  rest = parts.pop();
  lines.push(...parts.map((line) => line.trim()).filter((line) => line !== ''));
  void work();
});
process.stdin.on('end', () => {
  clearTimeout(timer);
  process.exit(0);
});

function schedule() {
  const dueMs = step();
  timer = setTimeout(schedule, Math.max(1, Math.min(longestSleepMs, dueMs - now())));
}
if (isManual) step();
else schedule();
