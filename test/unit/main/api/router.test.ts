import { ORPCError } from '@orpc/server';
import { describe, expect, it } from 'vitest';
import { noFaults } from '../../../../src/shared/api/plant';
import { openApi } from './api-bench';

const A = 'ESP_A';
const X = 'ESP_X';
const beat = { ts: 0, uptime: 1, heap_free: 1, wifi_rssi: -1 };
const topic = (path: string) => `kaiser/god/esp/${A}/${path}`;

/** A core that heard of one device. */
function openPlant() {
  const api = openApi();
  api.receive(topic('system/heartbeat'), beat);
  api.receive(topic('sensor/4/data'), { sensor_type: 'ds18b20', raw: 400, ts: 0 });
  api.receive(topic('actuator/18/status'), { state: true, ts: 1 });
  return api;
}
const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'ok';
  } catch (error) {
    return error instanceof ORPCError ? String(error.code) : String(error);
  }
};

describe('the API', () => {
  it('shows devices, their sensors and their actuators', async () => {
    const { client } = openPlant();
    expect([
      (await client.devices.list()).map(({ id, approval }) => [id, approval]),
      (await client.devices.get({ id: A })).presence,
      (await client.telemetry.sensors({ id: A })).map(({ value }) => value),
      (await client.telemetry.series({})).length,
      (await client.telemetry.series({ deviceId: A })).length,
      (await client.control.actuators({ id: A })).map(({ gpio }) => gpio),
    ]).toEqual([[[A, 'pending']], 'online', [25], 1, 1, [18]]);
  });

  it('approves a device together with its zone, which waits until the device can confirm it', async () => {
    const { client } = openPlant();
    expect(await client.devices.approve({ id: A, name: 'Tent', zoneId: 'tent' })).toMatchObject({
      approval: 'approved',
      name: 'Tent',
      zone: { desired: 'tent', confirmed: null, state: 'pending' },
    });
    expect(await client.operations.outbox()).toMatchObject([
      { kind: 'zone_assign', deviceId: A, subject: 'tent', waitingFor: 'device' },
    ]);
  });

  it('answers with the code of the refusal', async () => {
    const { client } = openPlant();
    const configure = { id: A, sensors: [] };
    expect(
      await Promise.all([
        codeOf(client.devices.get({ id: X })),
        codeOf(client.devices.approve({ id: X })),
        codeOf(client.devices.reject({ id: X })),
        codeOf(client.devices.remove({ id: X })),
        codeOf(client.devices.update({ id: X })),
        codeOf(client.devices.assignZone({ id: A, zoneId: 'tent' })),
        codeOf(client.devices.removeZone({ id: A })),
        codeOf(client.devices.configure(configure)),
        codeOf(client.operations.get({ id: 'x' })),
        codeOf(client.zones.remove({ id: 'tent' })),
        codeOf(client.telemetry.samples({ id: 'ESP_A:5:ds18b20' })),
        codeOf(client.control.command({ id: A, gpio: 18, command: 'ON' })),
        codeOf(client.control.getCommand({ id: 'x' })),
        codeOf(client.stop.clear({ id: 'x' })),
        codeOf(client.broker.createAccount({ role: 'client', name: 'x' })),
      ]),
    ).toEqual([
      ...Array<string>(5).fill('not_found'),
      'not_approved',
      'not_approved',
      'not_approved',
      ...Array<string>(3).fill('not_found'),
      'not_approved',
      'not_found',
      'not_found',
      'conflict',
    ]);
  });

  it('refuses what it does not know or what is out of range', async () => {
    const { client } = openPlant();
    const calls = [
      client.devices.get({ id: 'esp_a' }),
      client.devices.approve({ id: A, name: '' }),
      client.devices.approve({ id: A, more: 1 } as never),
      client.devices.update({ id: A, notes: 'n'.repeat(4_001) }),
      client.control.command({ id: A, gpio: 255, command: 'ON' }),
      client.control.command({ id: A, gpio: 18, command: 'on' as 'ON' }),
      client.control.command({ id: A, gpio: 18, command: 'PWM', value: 1.1 }),
      client.control.command({ id: A, gpio: 18, command: 'ON', durationS: 86_401 }),
      client.stop.engage({ scope: { kind: 'zone' } as never }),
      client.stop.engage({ scope: { kind: 'all' }, reason: 'r'.repeat(501) }),
      client.zones.put({ id: 'tent 1', name: 'x' }),
      client.journal.list({ limit: 10_001 }),
      client.telemetry.samples({ id: 'ESP_A:4:ds18b20', from: 'yesterday' }),
      client.devices.configure({ id: A, sensors: [{ gpio: 4, sensor_type: 'dht 22', sensor_name: 'x' }] }),
    ];
    expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'BAD_REQUEST'));
  });

  it('simulates faults: what is left out is off, and what makes no sense is refused', async () => {
    const { client } = openPlant();
    const device = await client.plant.setFaults({ id: A, networkDown: true, delayMs: 500 });
    expect(device).toEqual({ deviceId: A, faults: { ...noFaults, networkDown: true, delayMs: 500 } });
    expect([await client.plant.devices(), await client.plant.brownOut({ id: A })]).toEqual([
      [],
      { deviceId: A, faults: noFaults },
    ]);
    const refused = [
      client.plant.setFaults({ id: A, sensorDropout: 2 }),
      client.plant.setFaults({ id: A, brownOut: true } as never),
      client.plant.brownOut({ id: 'not an id' }),
    ];
    expect(await Promise.all(refused.map(codeOf))).toEqual(refused.map(() => 'BAD_REQUEST'));
  });

  it('changes names, zones and the demo plant', async () => {
    const { client } = openPlant();
    await client.devices.reject({ id: A, reason: 'no' });
    await client.devices.update({ id: A, name: ' Tent ', notes: 'n' });
    await client.zones.put({ id: 'tent', name: 'Tent 1' });
    expect([
      await client.devices.get({ id: A }),
      await client.zones.list(),
      await client.console.startDemo(),
      await client.console.removeDemo(),
      (await client.console.status()).kaiserId,
      await client.broker.accounts(),
      (await client.broker.get()).embedded,
      await client.devices.remove({ id: A }),
      await client.zones.remove({ id: 'tent' }),
    ]).toMatchObject([
      { name: 'Tent', approval: 'rejected' },
      [{ id: 'tent', name: 'Tent 1' }],
      { running: true },
      { removedDevices: 0 },
      'god',
      [],
      null,
      { removed: true },
      { removed: true },
    ]);
  });

  it('engages a stop, which blocks the actuators on every screen', async () => {
    const { client } = openPlant();
    await client.devices.approve({ id: A });
    const { id } = await client.stop.engage({ scope: { kind: 'all' } });
    expect([
      (await client.stop.list()).map((stop) => stop.id),
      (await client.control.actuators({ id: A }))[0]?.blockedBy.map(({ code }) => code),
      (await client.journal.list({ kind: 'stop.engaged' })).items.length,
    ]).toEqual([[id], ['blocked'], 1]);
  });

  it('streams readings, and holds frames back for a client that does not keep up', async () => {
    const { client, pass, receive } = openPlant();
    const abort = new AbortController();
    const stream = await client.telemetry.live({ series: ['ESP_A:4:ds18b20'] }, { signal: abort.signal });
    expect((await stream.next()).value).toMatchObject({ index: [0], value: [25], merged: 0 });
    receive(topic('sensor/4/data'), { sensor_type: 'ds18b20', raw: 480, ts: 0 });
    expect((await pass(stream.next())).value).toMatchObject({ index: [0], value: [30] });
    const last = stream.next();
    abort.abort();
    expect((await pass(last)).done).toBe(true);
  });

  it('streams the state: a snapshot, then what changed', async () => {
    const { client, pass } = openPlant();
    const abort = new AbortController();
    const stream = await client.state.live(undefined, { signal: abort.signal });
    expect((await stream.next()).value).toMatchObject({
      isSnapshot: true,
      devices: [{ id: A }],
      sensors: [{ value: 25 }],
      actuators: [{ gpio: 18 }],
      events: [{ kind: 'device.online' }, { kind: 'device.discovered' }],
    });
    await client.devices.update({ id: A, name: 'Tent' });
    await client.zones.put({ id: 'tent', name: 'Tent 1' });
    expect((await pass(stream.next())).value).toMatchObject({
      isSnapshot: false,
      devices: [{ id: A, name: 'Tent' }],
      zones: [{ id: 'tent' }],
      events: [{ kind: 'device.changed' }, { kind: 'zone.created' }],
    });
    const last = stream.next();
    abort.abort();
    expect((await pass(last)).done).toBe(true);
  });
});
