/*
 * One simulated device of the demo plan at an embedded broker, on a clock that the test moves, and a console's client beside it. The firmware
 * is the real one.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { demoDevices, type DemoDevicePlan } from '../../../src/main/plant/demo-plan';
import { TwinDevice } from '../../../src/main/plant/twin-device';
import { ManualClock } from '../../fakes/manual-clock';
import { jsonOf, type JsonObject } from '../../fakes/message-log';
import { loadTwins } from '../../fakes/twin-file';
import { memoryLog } from '../../unit/main/store/open-store';
import { answerHeartbeats, BrokerBench, KAISER, publish, topicOf, type BenchClient } from './broker-bench';

/** The device's own time passes in steps of this length, with a moment for its socket in between. */
export const STEP_MS = 50;

export type TwinRig = {
  readonly plan: DemoDevicePlan;
  readonly console: BenchClient;
  readonly device: TwinDevice;
  readonly clock: ManualClock;
  /** Duty of an output now. */
  readonly duty: (gpio: number) => number | undefined;
  /** Payloads of the device on a path, oldest first; `from` is a mark of the message log. */
  readonly sent: (path: string, from?: number) => readonly JsonObject[];
  readonly order: (gpio: number, order: JsonObject) => Promise<void>;
  readonly pass: (ms: number) => Promise<void>;
  /** Lets time pass until it is so; fails after `limitMs` of the device's time. Answers how long it took, ms. */
  readonly passUntil: (isSo: () => boolean, limitMs: number, what: string) => Promise<number>;
};

export async function withTwin(
  id: string,
  run: (rig: TwinRig) => Promise<void>,
  flash: Uint8Array | null = null,
): Promise<void> {
  await using bench = await BrokerBench.start();
  const plan = demoDevices.find((one) => one.id === id) ?? expect.fail(`no ${id}`);
  const console = await bench.connectConsole();
  answerHeartbeats(console, () => 'online');
  const rig = openRig(bench, { plan, console, flash });
  rig.device.start();
  try {
    await run(rig);
  } finally {
    const stopped = rig.device.stop();
    rig.clock.advance(1_000);
    await stopped;
  }
}

type Setting = { readonly plan: DemoDevicePlan; readonly console: BenchClient; readonly flash: Uint8Array | null };

function openRig(bench: BrokerBench, { plan, console, flash }: Setting): TwinRig {
  const clock = new ManualClock();
  const duties = new Map<number, number>();
  const broker = { host: '127.0.0.1', port: bench.port };
  const device = new TwinDevice({
    id: plan.id,
    twin: openTwin(plan, { ...broker, ...bench.deviceLogin(plan.id) }, flash),
    broker,
    clock,
    log: memoryLog().log,
    random: () => 0,
    onPin: (gpio, duty) => void duties.set(gpio, duty),
    onFailure: (error) => expect.fail(String(error)),
  });
  const passUntil: TwinRig['passUntil'] = async (isSo, limitMs, what) => {
    for (let passedMs = 0; passedMs <= limitMs; passedMs += STEP_MS) {
      if (isSo()) return passedMs;
      clock.advance(STEP_MS);
      await pause(1); // the socket and the broker live in real time
    }
    return expect.fail(`${what} within ${limitMs} ms`);
  };
  return {
    plan,
    console,
    device,
    clock,
    duty: (gpio) => duties.get(gpio),
    sent: (path, from = 0) => console.received.all(({ topic }) => topic === topicOf(plan.id, path), from).map(jsonOf),
    order: async (gpio, order) => {
      const id = `order-${gpio}`;
      const ids = { correlation_id: id, intent_id: id };
      const command = { value: 1, duration: 0, timestamp: 0, issued_by: 'user:test', ...ids, ...order };
      await publish(console, topicOf(plan.id, `actuator/${gpio}/command`), JSON.stringify(command), { qos: 2 });
    },
    pass: async (ms) => {
      const endMs = clock.monotonic() + ms;
      await passUntil(() => clock.monotonic() >= endMs, ms + STEP_MS, 'time to pass');
    },
    passUntil,
  };
}

type Broker = { readonly host: string; readonly port: number; readonly username: string; readonly password: string };

function openTwin(plan: DemoDevicePlan, { username, ...broker }: Broker, flash: Uint8Array | null) {
  const nowMs = new ManualClock().monotonic();
  const { id, board } = plan;
  const mac = '02:00:00:00:00:01';
  const twin = loadTwins().open(
    { id, board, kaiserId: KAISER, mac, broker: { ...broker, user: username }, seed: 1, flash },
    nowMs,
  );
  if (flash !== null) return twin;
  const config = { sensors: plan.sensors, actuators: plan.actuators, offline_rules: plan.offlineRules };
  twin.provision({ approved: true, zone: { id: 'zone_1', master: '', name: 'Zone 1' }, config }, nowMs);
  return twin;
}
