/*
 * I2, sections 3.9 and 5.4, firmware MUST 5: what a device does without its controller, in its own time.
 */
import { expect, test } from 'vitest';
import { firmwareOverOneBroker, type FirmwareBroker } from '../../fakes/firmware-broker';
import { actuator, configure, drive, romOf, rule, sensor } from '../../fakes/firmware-config';
import { FirmwareScene, startOfTimeS } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject } from '../../fakes/message-log';
import { must } from '../../fakes/wait';

const graceMs = 30_000;
/** Three samples at 5 s each, and one period for the phase. */
const firstDecisionMs = 20_000;
const samplePeriodMs = 5_000;
const rom = romOf(1);

const heating = rule(25, 4, 'ds18b20', { activate_below: 18, deactivate_above: 20 });
const cooling = rule(25, 4, 'ds18b20', { activate_above: 28, deactivate_below: 26 });

/** Every day. */
const timeRule = (window: JsonObject): JsonObject =>
  rule(25, 255, '__twindow_on', { time_filter: { enabled: true, days_of_week_mask: 127, ...window } });

const setCelsius = (scene: FirmwareScene, celsius: number): void =>
  scene.node.world({ onewire: { 4: [{ rom, celsius }] } });

type Plant = { readonly rules: readonly JsonObject[]; readonly celsius?: number; readonly relay?: JsonObject };

async function openPlant(broker: FirmwareBroker, { rules, celsius = 19, relay = {} }: Plant): Promise<FirmwareScene> {
  const scene = await FirmwareScene.open(broker);
  try {
    setCelsius(scene, celsius);
    await configure(scene, {
      sensors: [
        sensor('ds18b20', 4, { onewire_address: rom, measurement_interval_seconds: 5 }),
        sensor('moisture', 34),
      ],
      actuators: [actuator('relay', 25, relay), actuator('relay', 18)],
      offline_rules: rules,
    });
    await scene.hears('sensor/4/data', {}, { withinMs: 12_000 });
    return scene;
  } catch (error) {
    await scene[Symbol.asyncDispose]();
    throw error;
  }
}

function loseLine(scene: FirmwareScene): number {
  scene.tap.isRefusing = true;
  scene.tap.cut();
  return scene.node.events.length;
}

/** The device's time from now to the first time that the pin takes a level. */
async function delayUntil(scene: FirmwareScene, level: number, boundMs: number): Promise<number> {
  const from = scene.node.events.length;
  await scene.node.advance(1);
  const startMs = must(scene.node.events.at(-1), 'an advance');
  await scene.pinBecomes(25, level, boundMs);
  const change = scene.node.levels(25, from).find(({ duty }) => duty === level);
  if (startMs.event !== 'advanced') throw new Error(`Not the end of an advance: ${JSON.stringify(startMs)}`);
  return must(change, 'a change of the level').t_ms - startMs.t_ms;
}

firmwareOverOneBroker('I. offline rules', (broker) => {
  test(
    'I2 a heating rule takes over after 30 s, holds inside its band, and switches at its limits',
    { timeout: 90_000 },
    async () => {
      await using scene = await openPlant(broker(), { rules: [heating], celsius: 15 });
      loseLine(scene);
      const delayMs = await delayUntil(scene, 255, graceMs + firstDecisionMs + samplePeriodMs);
      expect(delayMs).toBeGreaterThanOrEqual(graceMs);
      setCelsius(scene, 19);
      await scene.advance(30_000);
      expect(scene.node.duty(25), 'inside the band from below').toBe(255);
      setCelsius(scene, 20.5);
      await scene.pinBecomes(25, 0, 15_000);
      setCelsius(scene, 19);
      await scene.advance(30_000);
      expect(scene.node.duty(25), 'inside the band from above').toBe(0);
      setCelsius(scene, 17.5);
      await scene.pinBecomes(25, 255, 45_000); // a relay may have to rest for 30 s
    },
  );

  test('a cooling rule works the other way round', { timeout: 90_000 }, async () => {
    await using scene = await openPlant(broker(), { rules: [cooling], celsius: 27 });
    loseLine(scene);
    await scene.advance(60_000);
    expect(scene.node.duty(25) ?? 0).toBe(0);
    setCelsius(scene, 29);
    await scene.pinBecomes(25, 255, 45_000);
    setCelsius(scene, 25);
    await scene.pinBecomes(25, 0, 15_000);
  });

  test('an inverted output is driven low by its rule', { timeout: 90_000 }, async () => {
    await using scene = await openPlant(broker(), { rules: [heating], celsius: 15, relay: { inverted_logic: true } });
    expect(scene.node.duty(25)).toBe(255);
    loseLine(scene);
    await scene.pinBecomes(25, 0, graceMs + firstDecisionMs + samplePeriodMs);
  });

  test('during the grace what a rule covers is held, and the rest goes to its default at once', async () => {
    await using scene = await openPlant(broker(), { rules: [heating] });
    await drive(scene, 25, 'ON');
    await drive(scene, 18, 'ON');
    loseLine(scene);
    await scene.advance(1_000, 100);
    expect([scene.node.duty(25), scene.node.duty(18)]).toEqual([255, 0]);
    await scene.advance(27_000);
    expect(scene.node.duty(25)).toBe(255);
  });

  test('I2 without a value for 5 min the output goes to its safe state', { timeout: 90_000 }, async () => {
    await using scene = await openPlant(broker(), { rules: [heating], celsius: 15 });
    loseLine(scene);
    await scene.pinBecomes(25, 255, graceMs + firstDecisionMs + samplePeriodMs);
    scene.node.world({ onewire: { 4: [] } });
    await scene.advance(240_000);
    await scene.pinBecomes(25, 0, 120_000);
  });

  test('the longest run holds under a rule as well', { timeout: 90_000 }, async () => {
    await using scene = await openPlant(broker(), { rules: [heating], celsius: 15, relay: { max_runtime_ms: 20_000 } });
    loseLine(scene);
    await scene.pinBecomes(25, 255, graceMs + firstDecisionMs + samplePeriodMs);
    await scene.pinBecomes(25, 0, 22_000);
  });

  test('a rule on moisture is never evaluated: its output is off', async () => {
    await using scene = await openPlant(broker(), {
      rules: [rule(25, 34, 'moisture', { activate_below: 3_000, deactivate_above: 3_500 })],
    });
    scene.node.world({ analog: { 34: 1_000 } });
    await drive(scene, 25, 'ON');
    loseLine(scene);
    await scene.advance(70_000);
    expect(scene.node.duty(25)).toBe(0);
  });

  test.for<[string, JsonObject, number]>([
    ['inside its window', { start_hour: 6, start_minute: 0, end_hour: 7, end_minute: 0 }, 255],
    ['outside its window', { start_hour: 8, start_minute: 0, end_hour: 9, end_minute: 0 }, 0],
    ['in a window over midnight', { start_hour: 22, start_minute: 0, end_hour: 6, end_minute: 55 }, 255],
    ['on another day', { start_hour: 6, start_minute: 0, end_hour: 7, end_minute: 0, days_of_week_mask: 0b0000001 }, 0],
    [
      'in the summer time of Berlin',
      { start_hour: 8, start_minute: 0, end_hour: 9, end_minute: 0, timezone: 'Europe/Berlin' },
      255,
    ],
    ['in CEST', { start_hour: 6, start_minute: 0, end_hour: 7, end_minute: 0, timezone: 'CEST' }, 0],
  ])('a rule of time alone %s', { timeout: 90_000 }, async ([, changes, level]) => {
    expect(new Date(startOfTimeS * 1_000).toISOString()).toBe('2026-04-24T06:43:20.000Z'); // a Friday
    const timeFilter = { enabled: true, days_of_week_mask: 0b0100000, timezone: 'UTC', ...changes };
    await using scene = await openPlant(broker(), {
      rules: [rule(25, 255, '__twindow_on', { time_filter: timeFilter })],
    });
    loseLine(scene);
    await scene.advance(graceMs + firstDecisionMs + samplePeriodMs);
    expect(scene.node.duty(25) ?? 0).toBe(level);
  });

  test('a window opens and closes its output at its hours while the device is alone', { timeout: 90_000 }, async () => {
    const window = { start_hour: 6, start_minute: 50, end_hour: 6, end_minute: 55, timezone: 'UTC' };
    await using scene = await openPlant(broker(), { rules: [timeRule(window)] });
    loseLine(scene);
    await scene.advance(300_000);
    expect(scene.node.duty(25) ?? 0, 'before').toBe(0);
    await scene.advance(180_000);
    expect(scene.node.duty(25), 'inside').toBe(255);
    await scene.advance(300_000);
    expect(scene.node.duty(25), 'after').toBe(0);
  });

  test.for<[string, number, number, number]>([
    ['in the last minutes of winter time', Date.UTC(2026, 2, 29, 0, 57, 30), 1, 255],
    ['when summer time has begun', Date.UTC(2026, 2, 29, 1, 0, 30), 3, 255],
    ['in winter', Date.UTC(2026, 11, 24, 6, 10, 0), 7, 255],
    ['in winter, an hour early', Date.UTC(2026, 11, 24, 5, 10, 0), 7, 0],
    ['after summer time has ended', Date.UTC(2026, 9, 25, 1, 0, 30), 2, 255],
  ])('the clock of Berlin is right %s', { timeout: 90_000 }, async ([, atMs, hour, level]) => {
    const window = { start_hour: hour, start_minute: 0, end_hour: hour, end_minute: 59, timezone: 'Europe/Berlin' };
    await using scene = await openPlant(broker(), { rules: [timeRule(window)] });
    loseLine(scene);
    await scene.advance(20_000);
    scene.setTime(atMs / 1_000);
    await scene.advance(graceMs + firstDecisionMs);
    expect(scene.node.duty(25) ?? 0).toBe(level);
  });

  test('with a clock that is not set a rule with a window rests', { timeout: 90_000 }, async () => {
    const window = { start_hour: 0, start_minute: 0, end_hour: 23, end_minute: 59, timezone: 'UTC' };
    await using scene = await openPlant(broker(), { rules: [timeRule(window)] });
    await scene.advance(61_000);
    scene.node.world({ clock_offset_s: -1_000_000_000 }); // what no device takes for the time
    loseLine(scene);
    scene.node.world({ power: 'cycle' });
    await scene.advance(90_000);
    expect(scene.node.duty(25) ?? 0).toBe(0);
  });

  test(
    'rules work after a power cycle without any broker, in the state that they had',
    { timeout: 90_000 },
    async () => {
      await using scene = await openPlant(broker(), { rules: [heating], celsius: 15 });
      await scene.advance(61_000);
      loseLine(scene);
      scene.node.world({ power: 'cycle' });
      await scene.pinBecomes(25, 255, 2 * (graceMs + firstDecisionMs + samplePeriodMs));
    },
  );

  test('an operator takes an output over from its rule as soon as the line is back', { timeout: 90_000 }, async () => {
    await using scene = await openPlant(broker(), { rules: [heating], celsius: 15 });
    loseLine(scene);
    await scene.pinBecomes(25, 255, graceMs + firstDecisionMs + samplePeriodMs);
    const from = scene.mark();
    scene.tap.isRefusing = false;
    await scene.heartbeat(from, 30_000);
    await scene.settle();
    await drive(scene, 25, 'OFF');
    await scene.advance(20_000);
    expect(scene.node.duty(25)).toBe(0);
  });
});

firmwareOverOneBroker('I. the controller is gone, the broker is not', (broker) => {
  test('server status offline without rules: every output is at its default at once', async () => {
    await using scene = await openPlant(broker(), { rules: [] });
    await drive(scene, 25, 'ON');
    await drive(scene, 18, 'ON');
    await scene.controller.serverStatus('offline', 'graceful_shutdown');
    await scene.pinBecomes(25, 0, 500);
    await scene.pinBecomes(18, 0, 500);
  });

  test(
    'server status offline with rules: they take over after 30 s, and stop when the controller is back in time',
    { timeout: 90_000 },
    async () => {
      await using scene = await openPlant(broker(), { rules: [heating], celsius: 15 });
      scene.acknowledge = 'silent';
      await scene.controller.serverStatus('offline', 'graceful_shutdown');
      await scene.advance(20_000);
      await scene.controller.serverStatus('online');
      await scene.advance(40_000);
      expect(scene.node.duty(25) ?? 0, 'back within the grace').toBe(0);
      await scene.controller.serverStatus('offline', 'unexpected_disconnect');
      const delayMs = await delayUntil(scene, 255, graceMs + firstDecisionMs + samplePeriodMs);
      expect(delayMs).toBeGreaterThanOrEqual(graceMs - 500);
    },
  );

  test('120 s without an acknowledgement count as a lost controller', { timeout: 90_000 }, async () => {
    await using scene = await openPlant(broker(), { rules: [heating], celsius: 15 });
    scene.acknowledge = 'silent';
    const delayMs = await delayUntil(scene, 255, 260_000);
    expect(delayMs).toBeGreaterThanOrEqual(120_000 - 61_000 + graceMs);
    expect(delayMs).toBeLessThanOrEqual(120_000 + graceMs + firstDecisionMs + samplePeriodMs + 2_000);
  });

  test('the will of a controller that is found right after a reconnect is old news', async () => {
    await using scene = await openPlant(broker(), { rules: [] });
    await drive(scene, 25, 'ON');
    await scene.controller.serverStatus('offline', 'graceful_shutdown');
    await scene.pinBecomes(25, 0, 500);
    await scene.controller.serverStatus('online');
    await scene.quiet(2_000);
    await scene.controller.publish('kaiser/god/server/status', '', 1, true);
    scene.acknowledge = 'silent';
    const from = scene.mark();
    scene.tap.cut();
    await scene.heartbeat(from, 20_000);
    const pins = scene.node.events.filter(({ event }) => event === 'pin').length;
    await scene.controller.serverStatus('offline', 'unexpected_disconnect');
    await scene.quiet(2_000);
    expect(scene.node.events.filter(({ event }) => event === 'pin')).toHaveLength(pins);
    await scene.controller.serverStatus('online');
  });

  test.for(['{"status":"offline"', '[]', '{"status":"away"}', '{"state":"offline"}', '{"status":null}'])(
    'a server status %s is ignored',
    async (payload) => {
      await using scene = await openPlant(broker(), { rules: [] });
      await drive(scene, 25, 'ON');
      await scene.controller.publish('kaiser/god/server/status', payload, 1, false);
      await scene.quiet(2_000);
      expect(scene.node.duty(25)).toBe(255);
    },
  );

  test('what happened is counted: entering offline and adopting the state again', { timeout: 90_000 }, async () => {
    await using scene = await openPlant(broker(), { rules: [heating] });
    loseLine(scene);
    await scene.advance(40_000);
    const from = scene.mark();
    scene.tap.isRefusing = false;
    await scene.heartbeat(from, 30_000);
    await scene.advance(70_000);
    const told = scene
      .said(/^system\/heartbeat(_metrics)?$/, from)
      .map(({ json }) => json)
      .filter((json) => json['offline_enter_count'] !== undefined);
    expect(must(told.at(-1), 'counters')).toMatchObject({ offline_enter_count: 1, adopting_enter_count: 1 });
    expect(jsonOf(await scene.heartbeat(from))['active_handover_epoch']).toBe(2);
  });
});
