/* A simulated device without its console: what its outputs do, and what the broker says of it. */
import { expect, test } from 'vitest';
import { noFaults } from '../../../src/shared/api/plant';
import { matching } from '../../fakes/message-log';
import { deadlineMs, topicOf } from './broker-bench';
import { STEP_MS, withTwin, type TwinRig } from './twin-rig';

/** Wire contract 3.9: until then a device that is cut off waits for its console. */
const GRACE_MS = 30_000;
const bedSensor = 6;
const heater = 10;

const setBed = ({ plan, device }: TwinRig, celsius: number) =>
  device.setWorld({ onewire: { [bedSensor]: [{ rom: plan.sensors[0]?.onewire_address, celsius }] } });

test('a seedling bed whose device is cut off is lost to the console at once, and heated by the rule in the device after its grace', async () => {
  await withTwin('MOCK_PROP_HEAT', async (rig) => {
    const { plan, console, device, duty, sent, pass, passUntil } = rig;
    setBed(rig, 25);
    const isReporting = () =>
      sent(`sensor/${bedSensor}/data`).length > 0 && sent(`actuator/${heater}/status`).length > 0;
    await passUntil(isReporting, 30_000, 'the device to report');
    setBed(rig, 15);
    await pass(10_000);
    expect(duty(heater), 'with a console it is the console that heats').toBe(0);

    device.setFaults({ ...noFaults, networkDown: true });
    await console.received.waitFor(matching(topicOf(plan.id, 'system/will')), deadlineMs);
    const waitedMs = await passUntil(() => duty(heater) === 255, GRACE_MS + 30_000, 'the heater to be switched on');
    expect(waitedMs).toBeGreaterThanOrEqual(GRACE_MS - STEP_MS);

    setBed(rig, 22);
    await passUntil(() => duty(heater) === 0, 30_000, 'the heater to be switched off again');

    const from = console.received.mark();
    device.setFaults(noFaults);
    await passUntil(() => sent(`actuator/${heater}/status`, from).length > 0, 120_000, 'the device to be back');
  });
});

test('outputs without a rule go to their defaults as soon as the network is gone', async () => {
  const fan = 19;
  const airHeater = 18;
  await withTwin('MOCK_TOMATO_CLIMATE', async ({ device, duty, sent, order, passUntil }) => {
    await passUntil(() => sent(`actuator/${fan}/status`).length > 0, 30_000, 'the device to report');
    expect([duty(airHeater), duty(fan)], 'at the start').toEqual([0, 153]);
    await order(airHeater, { command: 'ON' });
    await order(fan, { command: 'PWM', value: 1 });
    await passUntil(() => duty(airHeater) === 255 && duty(fan) === 255, 10_000, 'both to be switched');

    device.setFaults({ ...noFaults, networkDown: true });
    await passUntil(() => duty(airHeater) === 0 && duty(fan) === 153, 2_000, 'both to be at their defaults');
  });
});
