import { describe, expect, it } from 'vitest';
import { A, B, OPERATOR, beat, found, openCore } from '../devices/core-bench';
import { actuator, answer, pushed, sensor } from '../devices/config-bench';
import { clear, engage, sentTo, statesOf } from '../stop/stop-bench';
import { fillDisk } from '../store/open-store';
import { ackZoneFrom, assignZone, bedA, tent, valueOf } from '../zones/zone-bench';
import { nowS } from '../telemetry/telemetry-bench';
import {
  MINUTE_MS,
  device,
  dies,
  diesAndIsBack,
  observeOn,
  openReplacement,
  replace,
  settledPlant,
  temperatureOf,
  wish,
} from './replacement-bench';

const readyToReplace = () => {
  const bench = settledPlant();
  diesAndIsBack(bench);
  return bench;
};

describe('a replacement moves to the new device', () => {
  it('name, notes, board and zone, and retires the old one', async () => {
    const bench = readyToReplace();
    const { core } = bench;
    expect(await replace(bench)).toBeNull();
    const { iso: at } = core.clock;
    expect(device(core, B)).toMatchObject({
      name: 'Climate north',
      notes: 'behind the pump',
      board: { id: 'esp32', source: 'operator' },
      approval: 'approved',
      zone: { desired: tent, confirmed: null, state: 'pending' },
      replaces: [{ deviceId: A, at }],
      replacedBy: null,
    });
    expect(device(core, A)).toMatchObject({
      name: 'Climate north (replaced)',
      notes: '',
      approval: 'rejected',
      zone: { desired: null, confirmed: null, state: 'none' },
      subzones: [],
      config: { desired: null, confirmed: null },
      replacedBy: { deviceId: B, at, by: OPERATOR, isDone: true },
    });
    expect(bench.removedAccounts).toEqual([A]);
    expect(core.entries.filter(({ kind }) => kind === 'device.replaced')).toMatchObject([
      {
        deviceId: B,
        actor: OPERATOR,
        message: 'Climate north: ESP_B takes the place of ESP_A, with its settings and its history.',
        details: { replaces: A, problems: [] },
      },
    ]);
  });

  it('zone, subzones and configuration through the outbox, in this order', async () => {
    const bench = readyToReplace();
    const { core } = bench;
    await replace(bench);
    expect(core.operations.outbox().map(({ kind, deviceId, by }) => [kind, deviceId, by])).toEqual([
      ['zone_assign', B, OPERATOR],
      ['subzone_assign', B, OPERATOR],
      ['config', B, OPERATOR],
    ]);
    const [zone] = core.operations.outbox();
    ackZoneFrom(core, B, zone?.id);
    const [bed] = core.operations.outbox();
    core.subzones.acknowledged(B, { subzoneId: bedA, status: 'subzone_assigned', correlationId: bed?.id } as never);
    const last = found(pushed(core).at(-1));
    expect(last).toMatchObject({ sensors: wish.sensors, actuators: wish.actuators, offline_rules: wish.offlineRules });
    expect(device(core, B).subzones).toMatchObject([
      { id: bedA, gpios: [4], state: 'confirmed', confirmed: { gpios: [4], zoneId: tent } },
    ]);
    expect(core.operations.outbox()).toMatchObject([{ kind: 'config', deviceId: B }]);
  });

  it('no second zone change when it is in the zone already, and its subzones all the same', async () => {
    const bench = readyToReplace();
    const { core } = bench;
    ackZoneFrom(core, B, assignZone(core, B));
    await replace(bench);
    expect(core.operations.outbox().map(({ kind }) => kind)).toEqual(['subzone_assign', 'config']);
  });

  it('nothing over a name and a zone that were wished for the new one', async () => {
    const bench = readyToReplace();
    const { core } = bench;
    const cellar = 'cellar' as typeof tent;
    core.zones.put({ id: cellar, name: 'Cellar' }, OPERATOR);
    core.devices.approve(B, 'Climate south', OPERATOR);
    valueOf(core.assignment.assign(B, { zoneId: cellar }, OPERATOR));
    await replace(bench);
    expect(device(core, B)).toMatchObject({ name: 'Climate south', zone: { desired: cellar } });
  });

  it('the wish that the old device never confirmed', async () => {
    const bench = settledPlant();
    dies(bench.core);
    const newer = { ...wish, sensors: [sensor(4), sensor(5)] };
    const { id } = valueOf(bench.core.configuration.push(A, newer, OPERATOR));
    bench.core.clock.advance(MINUTE_MS);
    bench.core.approved(B);
    expect(await replace(bench)).toBeNull();
    expect(device(bench.core, B).config.desired).toEqual(newer);
    expect(bench.core.operations.outbox().filter(({ deviceId }) => deviceId === A)).toEqual([]);
    expect(valueOf(bench.core.operations.get(id))).toMatchObject({
      state: 'failed',
      reason: 'Another device took its place.',
    });
  });

  it('the calibration, which the next reading uses', async () => {
    const bench = settledPlant();
    bench.ingest({ seq: 1 });
    valueOf(
      bench.calibrations.apply(temperatureOf(A), 'offset', [{ role: 'reference', raw: 400, reference: 30 }], OPERATOR),
    );
    const before = found(bench.calibrations.of(temperatureOf(A)));
    diesAndIsBack(bench);
    await replace(bench);
    expect(bench.calibrations.of(temperatureOf(A))).toBeUndefined();
    expect(bench.calibrations.of(temperatureOf(B))).toEqual({ ...before, seriesId: temperatureOf(B) });
    bench.ingest({ seq: 1, ts: nowS + 60 }, { id: B });
    expect(bench.telemetry.view(temperatureOf(B))?.value).toBe(30);
  });

  it('the stop token, unless it has its own, and leaves it with the old hardware too', async () => {
    const bench = readyToReplace();
    const { tokens } = bench.core;
    tokens.setDevice(A, 'secret-of-the-old', OPERATOR);
    await replace(bench);
    expect([tokens.ofDevice(A), tokens.ofDevice(B)]).toEqual(['secret-of-the-old', 'secret-of-the-old']);
    expect([device(bench.core, A).hasStopToken, device(bench.core, B).hasStopToken]).toEqual([true, true]);

    const other = readyToReplace();
    other.core.tokens.setDevice(A, 'secret-of-the-old', OPERATOR);
    other.core.tokens.setDevice(B, 'secret-of-its-own', OPERATOR);
    await replace(other);
    expect([other.core.tokens.ofDevice(A), other.core.tokens.ofDevice(B)]).toEqual([
      'secret-of-the-old',
      'secret-of-its-own',
    ]);
  });

  it('the last known states of its actuators, as unknown until it reports', async () => {
    const bench = settledPlant();
    observeOn(bench.core, A);
    const { actuators, store } = bench.core;
    const { at } = found(found(actuators.view(A, 18)).observed);
    diesAndIsBack(bench);
    await replace(bench);
    expect(actuators.view(B, 18)).toMatchObject({ state: 'unknown', last: { at, state: 'on' }, emergency: 'normal' });
    expect(actuators.ofDevice(A)).toEqual([]);
    expect(store.history.prepare('SELECT DISTINCT device_id FROM actuator_states').all()).toEqual([{ device_id: B }]);
  });
});

describe('a stop that holds the old device', () => {
  it('holds the new one, which is sent it, and waits for the old one no more', async () => {
    const bench = readyToReplace();
    const { core } = bench;
    const stop = engage(core, { kind: 'device', deviceId: A });
    await replace(bench);
    expect(statesOf(core, stop.id)).toEqual({ [B]: 'sent' });
    expect(sentTo(core, B)).toEqual(['emergency_stop']);
    expect(core.stop.blockOf(B)).toMatchObject({ code: 'blocked' });
    core.clock.advance(10_000);
    expect(clear(core, stop.id)).toBe('cleared');
    expect(core.stop.blockOf(B)).toBeNull();
  });

  it('names retired hardware only when that is there', async () => {
    const bench = readyToReplace();
    const { core } = bench;
    await replace(bench);
    expect(statesOf(core, engage(core).id)).toEqual({ [B]: 'sent' });
    core.devices.heartbeat(A, beat());
    expect(sentTo(core, A)).toEqual(['emergency_stop']);
  });
});

describe('a board that the settings do not fit', () => {
  it('gets everything else, and the failure says what is left to do', async () => {
    const bench = settledPlant();
    diesAndIsBack(bench);
    const { core } = bench;
    core.devices.update(B, { board: 'esp32c3' }, OPERATOR);
    device(core, A).config = { ...device(core, A).config, desired: { ...wish, actuators: [actuator(25)] } };
    device(core, A).subzones = [{ ...found(device(core, A).subzones[0]), gpios: [25] }];
    expect(await replace(bench)).toMatchObject({
      code: 'configuration_refused',
      retryable: false,
      message: expect.stringMatching(
        /^Climate north has its new hardware.*Subzone bed_a: .*25.*25.*send the configuration\.$/,
      ) as string,
      details: { deviceId: B, reason: expect.stringMatching(/[^.]$/) as string },
    });
    expect(device(core, B)).toMatchObject({
      name: 'Climate north',
      zone: { desired: tent },
      subzones: [{ id: bedA, gpios: [25], state: 'failed' }],
      config: {
        desired: { actuators: [{ gpio: 25 }] },
        state: { sensors: 'failed', actuators: 'failed', offlineRules: 'failed' },
      },
    });
    expect(device(core, A).replacedBy?.isDone).toBe(true);
    expect(core.entries.find(({ kind }) => kind === 'device.replaced')?.message).toMatch(/Not everything fits/);
  });

  it('is not sent the misfit by itself, neither for its counts nor when it comes back', async () => {
    const bench = settledPlant();
    diesAndIsBack(bench);
    const { core } = bench;
    core.devices.update(B, { board: 'esp32c3' }, OPERATOR);
    device(core, A).config = {
      ...device(core, A).config,
      desired: { actuators: [actuator(25)], sensors: [sensor(4)] },
    };
    device(core, A).subzones = [];
    await replace(bench);
    const [zone] = core.operations.outbox();
    ackZoneFrom(core, B, zone?.id);
    core.connection.take();
    core.devices.heartbeat(B, beat({ sensor_count: 0, actuator_count: 0, zone_id: tent, zone_assigned: true }));
    core.devices.will(B, { reason: 'crash', timestamp: 0 }, false);
    core.devices.heartbeat(B, beat({ sensor_count: 0, actuator_count: 0, zone_id: tent, zone_assigned: true }));
    expect(core.connection.to('/config')).toEqual([]);
    valueOf(core.configuration.push(B, { sensors: [sensor(4)], actuators: [] }, OPERATOR));
    const id = String(found(pushed(core).at(-1))['correlation_id']);
    for (const type of ['sensor', 'actuator']) answer(core, id, { type }, B);
    expect(device(core, B).config).toMatchObject({
      state: { sensors: 'confirmed', actuators: 'confirmed' },
      failures: [],
    });
  });
});

describe('a replacement is refused', () => {
  const reasonOf = (result: { ok: boolean; error?: { code: string; message: string } }) =>
    result.error && [result.error.code, result.error.message];

  it('for a device that is not there, is online, is simulated, or was replaced already', async () => {
    const bench = settledPlant();
    const { core, replacement } = bench;
    const unknown = replacement.check('ESP_NOBODY' as typeof A);
    expect(unknown).toMatchObject({
      error: { details: { reason: 'There is no device ESP_NOBODY. Choose the device to be replaced from the list' } },
    });
    expect(reasonOf(unknown)).toEqual([
      'not_replaced',
      'There is no device ESP_NOBODY. Choose the device to be replaced from the list.',
    ]);
    expect(reasonOf(replacement.check(A))).toEqual([
      'not_replaced',
      'Climate north is online, so it is not dead. Switch it off first; it can be replaced as soon as it is offline.',
    ]);
    const demo = 'ESP_DEMO' as typeof A;
    core.registry.add(demo, { kaiserId: 'god', isDemo: true, approval: 'approved' });
    expect(reasonOf(replacement.check(demo))?.[0]).toBe('not_replaced');
    diesAndIsBack(bench);
    expect(replacement.check(A)).toEqual({ ok: true, value: null });
    await replace(bench);
    expect(reasonOf(replacement.check(A))).toEqual([
      'not_replaced',
      'Climate north (replaced) was replaced already, by ESP_B. Replace that device instead.',
    ]);
    expect((await replace(bench))?.code).toBe('not_replaced');
  });

  it('by itself, by a simulated device, by a retired one, and by one that is not approved', async () => {
    const bench = settledPlant();
    const { core, replacement } = bench;
    const C = 'ESP_C' as typeof A;
    diesAndIsBack(bench);
    core.registry.add('ESP_DEMO' as typeof A, { kaiserId: 'god', isDemo: true, approval: 'approved' });
    expect(replacement.check(A, A).ok).toBe(false);
    expect(replacement.check(A, 'ESP_DEMO' as typeof A).ok).toBe(false);
    core.registry.add(C, { kaiserId: 'god' });
    expect(replacement.check(A, C)).toEqual({ ok: true, value: null });
    expect(await replacement.move(A, C, OPERATOR)).toMatchObject({ ok: false, error: { code: 'not_replaced' } });
    expect(await replacement.move(A, 'ESP_D' as typeof A, OPERATOR)).toMatchObject({ ok: false });
    await replace(bench);
    core.devices.will(B, { reason: 'crash', timestamp: 0 }, false);
    expect(reasonOf(replacement.check(B, A))).toEqual([
      'not_replaced',
      'Climate north (replaced) (ESP_A) was itself replaced. To use this board again, forget it on its page first.',
    ]);
    expect(device(core, A).name).toBe('Climate north (replaced)');
  });

  it('by a device that is at work: it is configured, grouped, or has measured before the old one fell silent', () => {
    const configured = settledPlant();
    diesAndIsBack(configured);
    valueOf(configured.core.configuration.push(B, { sensors: [sensor(5)] }, OPERATOR));
    const grouped = settledPlant();
    diesAndIsBack(grouped);
    device(grouped.core, B).subzones = device(grouped.core, A).subzones;
    const measuring = settledPlant();
    measuring.core.approved(B);
    measuring.ingest({ seq: 1 }, { id: B });
    measuring.core.clock.advance(MINUTE_MS);
    measuring.core.devices.heartbeat(A, beat());
    dies(measuring.core);
    for (const { replacement } of [configured, grouped, measuring])
      expect(reasonOf(replacement.check(A, B))).toEqual([
        'device_known',
        'This board is ESP_B (ESP_B), which has settings or a history of its own. Take another board, or forget ESP_B on its page first.',
      ]);
  });

  it('not for a board that measured a little since it was set up', () => {
    const bench = readyToReplace();
    bench.ingest({ seq: 1 }, { id: B });
    expect(bench.replacement.check(A, B)).toEqual({ ok: true, value: null });
  });

  it('while the disk takes no data, with everything as it was', async () => {
    const bench = readyToReplace();
    const { core } = bench;
    const before = JSON.stringify([A, B].map((id) => device(core, id)));
    const makeRoom = fillDisk(core.store.plant);
    core.devices.update(A, { notes: 'x'.repeat(4000) }, OPERATOR);
    device(core, A).notes = 'behind the pump';
    for (let turn = 0; turn < 200 && core.store.batch.fault === null; turn += 1) {
      core.journal.add({ kind: 'device.changed', message: 'x'.repeat(4000) });
      core.store.batch.flush();
    }
    expect(core.store.batch.fault).toBe('full');
    expect(await replace(bench)).toMatchObject({ code: 'disk_full', retryable: true });
    expect(JSON.stringify([A, B].map((id) => device(core, id)))).toBe(before);
    makeRoom();
    core.clock.advance(2_000);
    expect(await replace(bench)).toBeNull();
  });
});

describe('a new device without a name of its own', () => {
  it('keeps its id when the old one had no name either', async () => {
    const bench = openReplacement(openCore());
    bench.core.approved(A);
    diesAndIsBack(bench);
    expect(await replace(bench)).toBeNull();
    expect([device(bench.core, A).name, device(bench.core, B).name]).toEqual(['ESP_A (replaced)', 'ESP_B']);
  });

  it('cuts the retired name to what a name may be long', async () => {
    const bench = openReplacement(openCore());
    bench.core.approved(A);
    device(bench.core, A).name = `${'n'.repeat(52)}\u{1F331}${'n'.repeat(10)}`;
    diesAndIsBack(bench);
    await replace(bench);
    expect(device(bench.core, A).name).toBe(`${'n'.repeat(52)} (replaced)`);
  });
});
