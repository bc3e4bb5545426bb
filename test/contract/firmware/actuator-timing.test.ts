/*
 * E15, sections 3.1 and 3.8, firmware MUST 5: what outputs do by themselves, in the device's own time. No network is needed for any of it.
 */
import { expect, test } from 'vitest';
import { firmwareOverOneBroker, type FirmwareBroker } from '../../fakes/firmware-broker';
import { actuator, command, configure, drive, responseTo, sensor } from '../../fakes/firmware-config';
import { FirmwareScene, startOfTimeS } from '../../fakes/firmware-scene';
import type { JsonObject } from '../../fakes/message-log';
import { must } from '../../fakes/wait';

const toleranceMs = 1_000;

async function openWith(broker: FirmwareBroker, actuators: readonly JsonObject[]): Promise<FirmwareScene> {
  const scene = await FirmwareScene.open(broker);
  try {
    await configure(scene, { actuators, sensors: [sensor('moisture', 34)] });
    return scene;
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
}

/** The device's time between the last two levels of a pin. */
function lastRunMs(scene: FirmwareScene, gpio: number): number {
  const [start, end] = scene.node.levels(gpio).slice(-2);
  return must(end, 'an end').t_ms - must(start, 'a start').t_ms;
}

firmwareOverOneBroker('E. outputs in time', (broker) => {
  test('E15 an output is switched off after its longest run, with an alert, and a new ON starts a new run', async () => {
    await using scene = await openWith(broker(), [actuator('pwm', 18, { max_runtime_ms: 5_000 })]);
    for (const round of [1, 2]) {
      const from = scene.mark();
      await drive(scene, 18, 'ON');
      await scene.pinBecomes(18, 0, 7_000);
      expect(Math.abs(lastRunMs(scene, 18) - 5_000), `run ${round}`).toBeLessThanOrEqual(toleranceMs);
      expect(await scene.hearsJson('actuator/18/alert', {}, { from })).toMatchObject({
        esp_id: scene.id,
        gpio: 18,
        alert_type: 'runtime_protection',
        message: expect.any(String) as string,
      });
      await scene.hears('actuator/18/status', { state: false, pwm: 0 }, { from });
    }
  });

  test('E15 repeating ON during a run does not let the output run longer without end', async () => {
    await using scene = await openWith(broker(), [actuator('pwm', 18, { max_runtime_ms: 5_000 })]);
    await drive(scene, 18, 'ON');
    await scene.advance(3_000);
    expect(await responseTo(scene, await command(scene, 18, 'ON'))).toMatchObject({ success: true });
    await scene.pinBecomes(18, 0, 7_000);
    expect(lastRunMs(scene, 18)).toBeLessThanOrEqual(8_000 + toleranceMs);
  });

  test('E15 a longest run of 0 has no end', async () => {
    await using scene = await openWith(broker(), [actuator('pwm', 18, { max_runtime_ms: 0 })]);
    await drive(scene, 18, 'ON');
    await scene.advance(3_700_000);
    expect(scene.node.duty(18)).toBe(255);
    expect(scene.said(/^actuator\/18\/alert$/)).toEqual([]);
  });

  test('the longest run ends without any network, also while the broker is away', async () => {
    await using scene = await openWith(broker(), [
      actuator('pwm', 18, { max_runtime_ms: 20_000, default_state: true }),
    ]);
    await drive(scene, 18, 'ON');
    scene.node.world({ network: 'down' });
    await scene.pinBecomes(18, 0, 22_000);
  });

  test('a longest run and its configuration survive a power cycle', async () => {
    await using scene = await openWith(broker(), [actuator('pwm', 18, { max_runtime_ms: 4_000 })]);
    await scene.advance(61_000);
    await scene.powerCycle();
    await scene.quiet(500);
    await drive(scene, 18, 'ON');
    await scene.pinBecomes(18, 0, 6_000);
    expect(Math.abs(lastRunMs(scene, 18) - 4_000)).toBeLessThanOrEqual(toleranceMs);
  });

  test('ON with a duration ends by itself, and the status names the device as the source', async () => {
    await using scene = await openWith(broker(), [actuator('relay', 19)]);
    const from = scene.mark();
    await drive(scene, 19, 'ON', { duration: 10 });
    await scene.pinBecomes(19, 0, 12_000);
    expect(Math.abs(lastRunMs(scene, 19) - 10_000)).toBeLessThanOrEqual(toleranceMs);
    await scene.hears('actuator/19/status', { state: false, command_source: 'firmware:auto_duration' }, { from });
    expect(scene.said(/^actuator\/19\/alert$/)).toEqual([]);
  });

  test('a clock that jumps by a day neither ends nor prolongs what runs', async () => {
    await using scene = await openWith(broker(), [
      actuator('pwm', 18),
      actuator('pwm', 19, { max_runtime_ms: 20_000 }),
    ]);
    await drive(scene, 18, 'ON', { duration: 10 });
    await drive(scene, 19, 'ON');
    for (const days of [1, -1]) {
      scene.setTime(startOfTimeS + days * 86_400);
      await scene.advance(4_000);
      expect([scene.node.duty(18), scene.node.duty(19)]).toEqual([255, 255]);
    }
    await scene.advance(3_000);
    expect([scene.node.duty(18), scene.node.duty(19)]).toEqual([0, 255]);
    await scene.advance(10_000);
    expect(scene.node.duty(19)).toBe(0);
  });

  test('a duration on PWM or TOGGLE is ignored, and a duration of 0 lasts until OFF', async () => {
    await using scene = await openWith(broker(), [actuator('pwm', 18), actuator('pwm', 19), actuator('pwm', 23)]);
    await drive(scene, 18, 'PWM', { value: 0.5, duration: 2 });
    await drive(scene, 19, 'TOGGLE', { duration: 2 });
    await drive(scene, 23, 'ON', { duration: 0 });
    await scene.advance(30_000);
    expect([scene.node.duty(18) ?? 0, scene.node.duty(19), scene.node.duty(23)].map((duty) => (duty ?? 0) > 0)).toEqual(
      [true, true, true],
    );
  });

  test('an OFF ends a duration, so that it does not switch off a later ON', async () => {
    await using scene = await openWith(broker(), [actuator('pwm', 18)]);
    await drive(scene, 18, 'ON', { duration: 5 });
    await drive(scene, 18, 'OFF');
    await drive(scene, 18, 'ON');
    await scene.advance(10_000);
    expect(scene.node.duty(18)).toBe(255);
  });

  test('a pump rests for 30 s before it starts again', async () => {
    await using scene = await openWith(broker(), [actuator('pump', 18)]);
    await drive(scene, 18, 'ON');
    await scene.advance(2_000);
    await drive(scene, 18, 'OFF');
    await scene.advance(10_000);
    expect(await responseTo(scene, await command(scene, 18, 'ON'))).toMatchObject({ success: false });
    expect(scene.node.duty(18)).toBe(0);
    await scene.advance(21_000);
    expect(await drive(scene, 18, 'ON')).toMatchObject({ type: 'pump', state: true });
  });

  test('a pump starts no more than 60 times in an hour', { timeout: 90_000 }, async () => {
    await using scene = await openWith(broker(), [actuator('pump', 18)]);
    let starts = 0;
    for (let round = 0; round < 62; round += 1) {
      const response = await responseTo(scene, await command(scene, 18, 'ON'));
      if (response['success'] === true) starts += 1;
      await responseTo(scene, await command(scene, 18, 'OFF'));
      await scene.advance(31_000);
    }
    expect(starts).toBe(60);
    await scene.advance(1_900_000);
    await drive(scene, 18, 'ON');
  });

  test('each status is repeated every 30 s, and the run time adds up', async () => {
    await using scene = await openWith(broker(), [actuator('pwm', 18)]);
    await drive(scene, 18, 'ON');
    const from = scene.mark();
    await scene.advance(95_000);
    const statuses = scene.said(/^actuator\/18\/status$/, from).map(({ json }) => Number(json['runtime_ms']));
    expect(statuses.length).toBeGreaterThanOrEqual(3);
    expect(statuses.length).toBeLessThanOrEqual(4);
    expect(statuses.toSorted((a, b) => a - b)).toEqual(statuses);
    expect((statuses.at(-1) ?? 0) - (statuses[0] ?? 0)).toBeGreaterThanOrEqual(55_000);
  });

  test('after power-up each output is at its idle level from its first moment, inverted or not', async () => {
    await using scene = await openWith(broker(), [
      actuator('relay', 18),
      actuator('relay', 19, { inverted_logic: true }),
      actuator('pwm', 23, { default_pwm: 100 }),
    ]);
    await drive(scene, 18, 'ON');
    await drive(scene, 19, 'ON');
    await scene.advance(61_000);
    scene.acknowledge = 'silent';
    await scene.powerCycle();
    await scene.quiet(3_000);
    expect(scene.node.levelsSinceBoot(19).map(({ duty }) => duty)).not.toContain(0);
    expect(scene.node.levelsSinceBoot(18).map(({ duty }) => duty)).not.toContain(255);
    expect([scene.node.duty(18), scene.node.duty(19)]).toEqual([0, 255]);
  });

  test('without rules a lost connection puts each output at its default, with its inversion', async () => {
    await using scene = await openWith(broker(), [
      actuator('relay', 18),
      actuator('relay', 19, { inverted_logic: true }),
      actuator('relay', 23, { default_state: true }),
      actuator('relay', 25, { default_state: true, inverted_logic: true }),
      actuator('pwm', 26, { default_state: true, default_pwm: 100 }),
    ]);
    await drive(scene, 18, 'ON');
    await drive(scene, 19, 'ON');
    await drive(scene, 26, 'ON');
    scene.tap.isRefusing = true;
    scene.tap.cut();
    await scene.advance(1_000, 100);
    expect([18, 19, 23, 25, 26].map((gpio) => scene.node.duty(gpio))).toEqual([0, 255, 255, 0, 100]);
  });
});
