/*
 * Sections 1.2, 1.3, 1.7 and the extensions: what a heartbeat says. Size: register of 7.4 ("keep our heartbeat < 700 B").
 */
import { expect, test } from 'vitest';
import { firmwareOverOneBroker } from '../../fakes/firmware-broker';
import { actuator, configure, sensor } from '../../fakes/firmware-config';
import { FirmwareScene } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject } from '../../fakes/message-log';
import { must } from '../../fakes/wait';

const maxHeartbeatBytes = 700;
const capabilities = ['drill', 'reboot', 'identify', 'unparsable_stop', 'zone_free_commands', 'expiry'];
const resetReasons = [
  'POWERON',
  'EXT',
  'SW',
  'PANIC',
  'INT_WDT',
  'TASK_WDT',
  'WDT',
  'DEEPSLEEP',
  'BROWNOUT',
  'SDIO',
  'UNKNOWN',
];

const integer = expect.toSatisfy((value: unknown) => Number.isInteger(value), 'an integer') as number;
const text = expect.any(String) as string;
const flag = expect.any(Boolean) as boolean;

/** The fields of 1.2 that a controller works with, in their types; what only repeats the ordinary state may give way to the size. */
const fieldsOf = (id: string): JsonObject => ({
  esp_id: id,
  zone_id: '',
  master_zone_id: '',
  zone_assigned: false,
  ts: integer,
  time_valid: flag,
  boot_sequence_id: text,
  reset_reason: text,
  uptime: integer,
  heap_free: integer,
  wifi_rssi: integer,
  sensor_count: 0,
  actuator_count: 0,
  wifi_ip: text,
  active_handover_epoch: integer,
  persistence_degraded: false,
  runtime_state_degraded: flag,
  config_status: { zone_assigned: false, subzone_count: 0, boot_count: integer, state: integer },
});

/** The next heartbeat that the device sends by itself. */
async function nextBeat(scene: FirmwareScene): Promise<JsonObject> {
  const from = scene.mark();
  return jsonOf(await scene.heartbeat(from, 65_000));
}

firmwareOverOneBroker('heartbeat', (broker) => {
  test('carries every documented field in its type, and no sequence number', async () => {
    await using scene = await FirmwareScene.open(broker());
    const first = jsonOf(await scene.heartbeat(0));
    expect(first).toMatchObject(fieldsOf(scene.id));
    expect(first).not.toHaveProperty('seq');
    expect(resetReasons).toContain(first['reset_reason']);
    expect(first['boot_sequence_id']).toMatch(new RegExp(`^${scene.id}-b\\d+-r\\d+$`));
    expect(Number(first['wifi_rssi'])).toBeLessThan(0);
    expect(Number(first['heap_free'])).toBeGreaterThan(0);
    expect(first['active_handover_epoch']).toBe(1);
  });

  test.for([['esp32'], ['esp32c3'], ['esp32c6']] as const)(
    'names its version, its board %s and what it can',
    async ([board]) => {
      await using scene = await FirmwareScene.open(broker(), { board });
      const first = jsonOf(await scene.heartbeat(0));
      expect(first['firmware_version']).toMatch(/^\d+\.\d+\.\d+/);
      expect(first['hardware_type']).toBe(board);
      const known = must(first['capabilities'], 'capabilities') as readonly string[];
      expect(known.length).toBeLessThanOrEqual(12);
      expect(known).toEqual(expect.arrayContaining(['drill', 'reboot', 'identify']));
      expect(known.filter((name) => !capabilities.includes(name))).toEqual([]);
    },
  );

  test('stays below 700 bytes with the longest id and zones', async () => {
    const id = 'ESP_A1B2C3D4'; // the longest that a device makes for itself (0.3)
    await using scene = await FirmwareScene.open(broker(), { id });
    const longest = 'z'.repeat(32);
    await scene.send('zone/assign', {
      zone_id: longest,
      master_zone_id: longest,
      zone_name: 'n'.repeat(64),
      kaiser_id: 'god',
      correlation_id: 'a',
    });
    await scene.hears('zone/ack', { status: 'zone_assigned' });
    const from = scene.mark();
    await scene.advance(61_000);
    const beat = await scene.heartbeat(from);
    expect(jsonOf(beat)).toMatchObject({ esp_id: id, zone_id: longest, master_zone_id: longest, zone_assigned: true });
    expect(beat.payload.length).toBeLessThan(maxHeartbeatBytes);
  });

  test('counts what is configured', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, {
      sensors: [sensor('moisture', 34), sensor('moisture', 35)],
      actuators: [actuator('relay', 18)],
    });
    expect(await nextBeat(scene)).toMatchObject({ sensor_count: 2, actuator_count: 1 });
  });

  test('counts its boots and says in the boot id which boot it is', async () => {
    await using scene = await FirmwareScene.open(broker());
    const first = jsonOf(await scene.heartbeat(0));
    await scene.advance(61_000);
    const from = scene.mark();
    await scene.powerCycle();
    const second = jsonOf(await scene.heartbeat(from));
    const countOf = (beat: JsonObject): number => Number((beat['config_status'] as JsonObject)['boot_count']);
    expect(second['boot_sequence_id']).not.toBe(first['boot_sequence_id']);
    expect(Number(second['uptime'])).toBeLessThan(10);
    expect(countOf(second)).toBeGreaterThan(0);
    expect(scene.node.boots).toHaveLength(2);
    expect(scene.node.boots[1]).toMatchObject({ reason: 'POWERON' });
  });

  test('reports its counters beside the heartbeat at the latest with each fifth', async () => {
    await using scene = await FirmwareScene.open(broker());
    const from = scene.mark();
    await scene.advance(301_000);
    const metrics = jsonOf(await scene.hears('system/heartbeat_metrics', {}, { from }));
    expect(metrics).toMatchObject({ esp_id: scene.id, ts: integer, metrics_schema_version: 1 });
    const counters = [
      'offline_enter_count',
      'adopting_enter_count',
      'adoption_noop_count',
      'adoption_delta_count',
      'handover_abort_count',
      'handover_contract_reject_count',
      'persistence_drift_count',
      'critical_outcome_drop_count',
      'publish_outbox_drop_count',
      'publish_queue_fill',
      'publish_queue_hwm',
      'publish_queue_shed_count',
      'publish_queue_drop_count',
      'sensor_command_queue_overflow_count',
      'safe_publish_retry_count',
      'emergency_rejected_no_token_total',
    ];
    for (const name of counters) expect(metrics, name).toMatchObject({ [name]: integer });
    expect(metrics['handover_contract_last_reject']).toEqual(text);
  });

  test('sends a health snapshot after a significant change, at most one a minute, with the time as Unix seconds', async () => {
    await using scene = await FirmwareScene.open(broker());
    await scene.advance(61_000);
    const from = scene.mark();
    await configure(scene, { sensors: [sensor('moisture', 34)], actuators: [actuator('relay', 18)] });
    const snapshot = await scene.hearsJson('system/diagnostics', {}, { from, withinMs: 125_000 });
    expect(snapshot).toMatchObject({
      esp_id: scene.id,
      heap_free: integer,
      wifi_rssi: integer,
      uptime_seconds: integer,
      wifi_connected: true,
      mqtt_connected: true,
      sensor_count: 1,
      actuator_count: 1,
      system_state: 'OPERATIONAL',
    });
    expect(Number(snapshot['ts'])).toBeGreaterThan(1_577_836_800);
    const states = scene.said(/^system\/diagnostics$/, 0).map(({ json }) => Number(json['uptime_seconds']));
    const gaps = states.slice(1).map((uptime, index) => uptime - (states[index] ?? 0));
    expect(gaps.filter((gap) => gap < 60)).toEqual([]);
  });
});
