/* Each fault of a simulated device, as a console at the broker sees it, and that it is gone when it is switched off. */
import { expect, test } from 'vitest';
import { noFaults, type DeviceFaults } from '../../../src/shared/api/plant';
import { matching } from '../../fakes/message-log';
import { deadlineMs, topicOf } from './broker-bench';
import { withTwin, type TwinRig } from './twin-rig';

/** A flow meter on pin 32 that is read once a second, and a pump and an air pump on 25 and 26, both on at the start. */
const DEVICE = 'MOCK_FISH_PUMPS';
const airPump = 26;
const readings = 'sensor/32/data';
const start = 60_000;

const started = async ({ device, sent, passUntil }: TwinRig) => {
  device.setWorld({ flow: { 32: 12 } });
  await passUntil(() => sent(readings).length > 2, start, 'the first readings');
};
/** What the device sends on a path while time passes, after messages that were under way have arrived. */
async function during(rig: TwinRig, faults: Partial<DeviceFaults>, ms: number, path = readings) {
  rig.device.setFaults({ ...noFaults, ...faults });
  await rig.pass(2_000);
  const from = rig.console.received.mark();
  await rig.pass(ms);
  return rig.sent(path, from);
}
const seqOf = (payload: { readonly seq?: unknown }) => Number(payload.seq);

test('doubled messages arrive twice, and single again when the fault is off', async () => {
  await withTwin(DEVICE, async (rig) => {
    await started(rig);
    const doubled = (await during(rig, { duplicateShare: 1 }, 10_000)).map(seqOf);
    expect(doubled.length).toBeGreaterThan(12);
    expect(doubled.length / new Set(doubled).size).toBeGreaterThan(1.8);
    const single = (await during(rig, {}, 10_000)).map(seqOf);
    expect(new Set(single).size).toBe(single.length);
  });
});

test('overtaken messages arrive out of order, and none is missing', async () => {
  await withTwin(DEVICE, async (rig) => {
    await started(rig);
    const seqs = (await during(rig, { reorderShare: 1 }, 20_000)).map(seqOf);
    const sorted = seqs.toSorted((a, b) => a - b);
    expect(seqs).not.toEqual(sorted);
    expect(new Set(seqs).size).toBe(seqs.length);
    expect(sorted.length).toBeGreaterThan(12);
  });
});

test('lost messages are missing, the device does not notice, and their numbers show the gap', async () => {
  await withTwin(DEVICE, async (rig) => {
    await started(rig);
    const before = seqOf(rig.sent(readings).at(-1) ?? {});
    const from = rig.console.received.mark();
    expect(await during(rig, { lossShare: 1 }, 10_000)).toEqual([]);
    const [first] = await during(rig, {}, 5_000);
    expect(seqOf(first ?? {})).toBeGreaterThan(before + 8);
    expect(rig.sent('session/announce', from), 'the connection has held').toEqual([]);
  });
});

test('a slow network delays what the device says and what it hears', async () => {
  await withTwin(DEVICE, async (rig) => {
    const { clock, device, duty, order, pass, sent, passUntil } = rig;
    await started(rig);
    device.setFaults({ ...noFaults, delayMs: 3_000 });
    await pass(5_000);
    const latest = sent(readings).at(-1)?.['ts'];
    expect(clock.now() / 1000 - Number(latest)).toBeGreaterThan(2.9);
    await order(airPump, { command: 'OFF' });
    await pass(2_500);
    expect(duty(airPump)).toBe(255);
    await passUntil(() => duty(airPump) === 0, 10_000, 'the order to arrive');
  });
});

test('a dead sensor says nothing, one with dropouts says less, and both are well again', async () => {
  await withTwin('MOCK_PROP_AIR', async (rig) => {
    const path = 'sensor/0/data';
    rig.device.setWorld({ i2c: { '0x44': { celsius: 20, humidity: 50 } } });
    await rig.passUntil(() => rig.sent(path).length > 2, start, 'the first readings');
    const whole = (await during(rig, {}, 30_000, path)).length;
    expect(whole).toBeGreaterThan(20);
    expect(await during(rig, { sensorDead: true }, 6_000, path)).toEqual([]);
    await during(rig, {}, 10_000, path);
    const some = (await during(rig, { sensorDropout: 0.5 }, 30_000, path)).length;
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(whole * 0.9);
    await during(rig, {}, 10_000, path);
    expect((await during(rig, {}, 30_000, path)).length).toBeGreaterThan(whole * 0.9);
  });
});

test('drifting sensors move away from the truth', async () => {
  await withTwin('MOCK_PROP_AIR', async (rig) => {
    rig.device.setWorld({ i2c: { '0x44': { celsius: 20, humidity: 50 } } });
    const temperatures = () =>
      rig.sent('sensor/0/data').flatMap((one) => (one['sensor_type'] === 'sht31_temp' ? Number(one['value']) : []));
    await rig.passUntil(() => temperatures().length > 2, start, 'the first readings');
    expect(temperatures().at(-1)).toBeCloseTo(20, 1);
    rig.device.setFaults({ ...noFaults, sensorDriftPerHour: 60 });
    await rig.pass(61_000);
    expect(temperatures().at(-1)).toBeGreaterThan(20.8);
    expect(temperatures().at(-1)).toBeLessThan(21.2);
  });
});

test('a stuck output stays where it is while the device believes to have switched it', async () => {
  await withTwin(DEVICE, async (rig) => {
    const { device, duty, order, sent, passUntil } = rig;
    await started(rig);
    device.setFaults({ ...noFaults, stuckGpio: airPump });
    await order(airPump, { command: 'OFF' });
    await passUntil(() => sent(`actuator/${airPump}/status`).at(-1)?.['state'] === false, 10_000, 'the status');
    expect(duty(airPump)).toBe(255);
    device.setFaults(noFaults);
    await passUntil(() => duty(airPump) === 0, 2_000, 'the output to follow');
  });
});

test('a wrong clock shows in what the device stamps, and is right again', async () => {
  await withTwin(DEVICE, async (rig) => {
    await started(rig);
    const skews = async (clockOffsetS: number) => {
      const sent = await during(rig, { clockOffsetS }, 5_000);
      return sent.map(({ ts }) => Math.round(Number(ts) - rig.clock.now() / 1000));
    };
    for (const skew of await skews(-3600)) expect(Math.abs(skew + 3600)).toBeLessThan(10);
    for (const skew of await skews(0)) expect(Math.abs(skew)).toBeLessThan(10);
  });
});

test('a brown-out restarts the device without a goodbye, says so, and brings the outputs back as they start', async () => {
  await withTwin(DEVICE, async (rig) => {
    const { plan, console, device, duty, order, sent, passUntil } = rig;
    await started(rig);
    await order(airPump, { command: 'OFF' });
    await passUntil(() => duty(airPump) === 0, 10_000, 'the order to be carried out');
    const from = console.received.mark();
    device.brownOut();
    await console.received.waitFor(matching(topicOf(plan.id, 'system/will')), deadlineMs, from);
    await passUntil(() => sent('system/heartbeat', from).length > 0, start, 'the device to be back');
    expect(sent('system/heartbeat', from)[0]).toMatchObject({ reset_reason: 'BROWNOUT' });
    expect(duty(airPump)).toBe(255);
  });
});

test('what a device has stored is there in its next life: configuration, zone, and a number of boots that counts on', async () => {
  let flash: Uint8Array | null = null;
  let boot = '';
  await withTwin(DEVICE, async (rig) => {
    await started(rig);
    boot = String(rig.sent('system/heartbeat').at(-1)?.['boot_sequence_id']);
    flash = rig.device.flash();
  });
  expect(boot).toMatch(/-b1-/);
  await withTwin(
    DEVICE,
    async (rig) => {
      await started(rig);
      const beat = rig.sent('system/heartbeat').at(-1);
      expect(beat).toMatchObject({ zone_id: 'zone_1', sensor_count: 1, actuator_count: 2 });
      expect(beat?.['boot_sequence_id']).toBe(boot.replace('-b1-', '-b2-'));
    },
    flash,
  );
});
