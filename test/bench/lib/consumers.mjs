/*
 * Who takes the stream of readings: the console, a bare mqtt.js subscriber, mosquitto_sub. Each has `count()` (readings taken so far),
 * `program` and `stop()`; `drain` measures how fast it takes what a generator sends.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startConsole } from './console.mjs';
import { generate, startGenerator } from './generator.mjs';
import { findProgram } from './mosquitto.mjs';
import { Program, benchFolder, until } from './program.mjs';

const newlineByte = 10;
const pollMs = 500;
const finePollMs = 20;
const stallMs = 20_000;
/** Each generator counts from 1: within the same second its first readings would be those of the one before, and rightly be dropped. */
const nextSecondMs = 1_100;

/** A console whose devices are the generator's, all adopted. */
export async function consoleConsumer(url, devices) {
  const running = await startConsole({ broker: url });
  const { sent } = await generate(url, { devices, rate: 100, seconds: 1 });
  await running.adopt(devices);
  await until(async () => (await running.storedRows()) === sent, 'the first readings to be stored');
  await sleep(nextSecondMs);
  return {
    program: running.program,
    console: running,
    adopted: sent,
    count: () => running.storedRows(),
    stop: () => running.stop(),
  };
}

export async function bareConsumer(url) {
  const program = new Program(process.execPath, [join(benchFolder, 'programs', 'bare-subscriber.mjs'), url], {
    ipc: true,
  });
  await program.line((line) => line === 'ready');
  return { program, count: () => program.ask('count'), stop: () => program.stop() };
}

/** Prints one byte and a line feed for each message (`-F .`), so that counting costs next to nothing. */
export async function mosquittoSubConsumer(url) {
  const { hostname, port } = new URL(url);
  const topic = 'kaiser/god/esp/+/sensor/+/data';
  const session = ['-V', 'mqttv5', '-q', '1', '-c', '-i', 'leitstand-bench'];
  const command = findProgram('mosquitto_sub') ?? 'mosquitto_sub';
  const program = new Program(command, ['-h', hostname, '-p', port, '-t', topic, ...session, '-F', '.'], {
    keepsLines: false,
  });
  let count = 0;
  program.stdout.on('data', (bytes) => {
    for (const byte of bytes) if (byte === newlineByte) count += 1;
  });
  await sleep(300); // it says nothing when it is subscribed
  return { program, count: () => Promise.resolve(count), stop: () => program.stop() };
}

/**
 * Sends a stream and waits until it is taken completely. `perSecond` counts from the first half second to the last message, so that the start
 * of the generator does not matter; `cpuMicroseconds` is processor time for each message in that time. `cores` is how many processor cores each
 * program used while the generator sent.
 */
export async function drain(url, consumer, { generator: options, programs = {} }) {
  const before = await consumer.count();
  const startedMs = performance.now();
  const generator = startGenerator(url, options);
  const observed = { consumer: consumer.program, ...programs, generator: generator.program };
  const first = await firstSample(consumer, before, observed);
  await sleep(startedMs + options.seconds * 1_000 - pollMs - performance.now());
  const full = await take(consumer, observed);
  const { sent } = await generator.report();
  const last = await lastSample(consumer, before + sent, observed);
  const messages = last.count - first.count;
  const between = (from, to, name) => to.cpuSeconds[name] - from.cpuSeconds[name];
  const each = (value) => Object.fromEntries(Object.keys(observed).map((name) => [name, value(name)]));
  const { generator: _ended, ...cpuMicroseconds } = each((name) => (between(first, last, name) / messages) * 1e6);
  return {
    sent,
    taken: last.count - before,
    perSecond: (messages / (last.atMs - first.atMs)) * 1_000,
    cpuMicroseconds,
    cores: each((name) => (between(first, full, name) / (full.atMs - first.atMs)) * 1_000),
  };
}

async function firstSample(consumer, before, programs) {
  for (;;) {
    await sleep(pollMs);
    const sample = await take(consumer, programs);
    if (sample.count > before) return sample;
  }
}

/** Ends early when nothing comes any more: the difference then counts as lost. */
async function lastSample(consumer, wanted, programs) {
  let progress = await take(consumer, programs);
  for (;;) {
    const sample = await take(consumer, programs);
    if (sample.count >= wanted) return sample;
    if (sample.count > progress.count) progress = sample;
    else if (sample.atMs - progress.atMs > stallMs) return progress;
    await sleep(finePollMs);
  }
}

async function take(consumer, programs) {
  const count = await consumer.count();
  const cpuSeconds = Object.fromEntries(
    Object.entries(programs).map(([name, program]) => [name, program.usage().cpuSeconds]),
  );
  return { count, atMs: performance.now(), cpuSeconds };
}
