/* A simulated device without its console: what its outputs do, on a clock that the test moves, and what the broker says of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { demoDevices, type DemoDevicePlan } from '../../../src/main/plant/demo-plan';
import { TwinDevice } from '../../../src/main/plant/twin-device';
import { noFaults } from '../../../src/shared/api/plant';
import { ManualClock } from '../../fakes/manual-clock';
import { matching } from '../../fakes/message-log';
import { loadTwins } from '../../fakes/twin-file';
import { memoryLog } from '../../unit/main/store/open-store';
import { answerHeartbeats, BrokerBench, deadlineMs, KAISER, publish, topicOf, type BenchClient } from './broker-bench';

/** The device's own time passes in steps of this length, with a moment for its socket in between. */
const STEP_MS = 50;
/** Wire contract 3.9: until then a device that is cut off waits for its console. */
const GRACE_MS = 30_000;

type Rig = {
  readonly console: BenchClient;
  readonly device: TwinDevice;
  /** Duty of an output now. */
  readonly duty: (gpio: number) => number | undefined;
  readonly pass: (ms: number) => Promise<void>;
  /** Lets time pass until it is so; fails after `limitMs` of the device's time. Answers how long it took, ms. */
  readonly passUntil: (isSo: () => boolean, limitMs: number, what: string) => Promise<number>;
};

const planOf = (id: string) => demoDevices.find((plan) => plan.id === id) ?? expect.fail(`no ${id}`);

async function withDevice(plan: DemoDevicePlan, run: (rig: Rig) => Promise<void>): Promise<void> {
  await using bench = await BrokerBench.start();
  const console = await bench.connectConsole();
  answerHeartbeats(console, () => 'online');
  const clock = new ManualClock();
  const { username: user, password } = bench.deviceLogin(plan.id);
  const broker = { host: '127.0.0.1', port: bench.port };
  const { id, board } = plan;
  const twin = loadTwins().open(
    {
      id,
      board,
      kaiserId: KAISER,
      mac: '02:00:00:00:00:01',
      broker: { ...broker, user, password },
      seed: 1,
      flash: null,
    },
    clock.monotonic(),
  );
  const config = { sensors: plan.sensors, actuators: plan.actuators, offline_rules: plan.offlineRules };
  twin.provision({ approved: true, zone: { id: 'zone_1', master: '', name: 'Zone 1' }, config }, clock.monotonic());
  const duties = new Map<number, number>();
  const device = new TwinDevice({
    id,
    twin,
    broker,
    clock,
    log: memoryLog().log,
    random: () => 1,
    onPin: (gpio, duty) => void duties.set(gpio, duty),
    onFailure: (error) => expect.fail(String(error)),
  });
  const passUntil: Rig['passUntil'] = async (isSo, limitMs, what) => {
    for (let passedMs = 0; passedMs <= limitMs; passedMs += STEP_MS) {
      if (isSo()) return passedMs;
      clock.advance(STEP_MS);
      await pause(1); // the socket and the broker live in real time
    }
    return expect.fail(`${what} within ${limitMs} ms`);
  };
  const pass = async (ms: number) => {
    const endMs = clock.monotonic() + ms;
    await passUntil(() => clock.monotonic() >= endMs, ms + STEP_MS, 'time to pass');
  };
  device.start();
  try {
    await run({ console, device, duty: (gpio) => duties.get(gpio), pass, passUntil });
  } finally {
    clock.advance(0);
    const stopped = device.stop();
    clock.advance(1_000);
    await stopped;
  }
}

const bedAt = (plan: DemoDevicePlan, celsius: number) => {
  const { gpio, onewire_address: rom } = plan.sensors[0] ?? expect.fail('no sensor');
  return { onewire: { [gpio]: [{ rom, celsius }] } };
};

test('a seedling bed whose device is cut off is lost to the console at once, and heated by the rule in the device after its grace', async () => {
  const plan = planOf('MOCK_PROP_HEAT');
  const heater = plan.actuators[0]?.gpio ?? expect.fail('no heater');
  await withDevice(plan, async ({ console, device, duty, pass, passUntil }) => {
    const has = (path: string) => console.received.all(matching(topicOf(plan.id, path))).length > 0;
    device.setWorld(bedAt(plan, 25));
    await passUntil(() => has('sensor/6/data') && has('actuator/10/status'), 30_000, 'the device to report');
    device.setWorld(bedAt(plan, 15));
    await pass(10_000);
    expect(duty(heater), 'with a console it is the console that heats').toBe(0);

    device.setFaults({ ...noFaults, networkDown: true });
    await console.received.waitFor(matching(topicOf(plan.id, 'system/will')), deadlineMs);
    const waitedMs = await passUntil(() => duty(heater) === 255, GRACE_MS + 30_000, 'the heater to be switched on');
    expect(waitedMs).toBeGreaterThanOrEqual(GRACE_MS - STEP_MS);

    device.setWorld(bedAt(plan, 22));
    await passUntil(() => duty(heater) === 0, 30_000, 'the heater to be switched off again');

    const from = console.received.mark();
    device.setFaults(noFaults);
    await passUntil(
      () => console.received.all(matching(topicOf(plan.id, 'actuator/10/status')), from).length > 0,
      120_000,
      'the device to be back',
    );
  });
});

test('outputs without a rule go to their defaults as soon as the network is gone', async () => {
  const plan = planOf('MOCK_TOMATO_CLIMATE');
  await withDevice(plan, async ({ console, device, duty, passUntil }) => {
    const reports = () => console.received.all(matching(topicOf(plan.id, 'actuator/19/status'))).length;
    await passUntil(() => reports() > 0, 30_000, 'the device to report');
    expect([duty(18), duty(19)], 'heater and fan at the start').toEqual([0, 153]);
    for (const [gpio, order] of [
      [18, { command: 'ON', value: 1 }],
      [19, { command: 'PWM', value: 1 }],
    ] as const) {
      const id = `order-${gpio}`;
      const command = {
        ...order,
        duration: 0,
        timestamp: 0,
        issued_by: 'user:test',
        correlation_id: id,
        intent_id: id,
      };
      await publish(console, topicOf(plan.id, `actuator/${gpio}/command`), JSON.stringify(command), { qos: 2 });
    }
    await passUntil(() => duty(18) === 255 && duty(19) === 255, 10_000, 'both to be switched');

    device.setFaults({ ...noFaults, networkDown: true });
    await passUntil(() => duty(18) === 0 && duty(19) === 153, 2_000, 'both to be at their defaults');
  });
});
