import { describe, expect, it } from 'vitest';
import { DeviceReplacement, type ReplacementParts } from '../../../../src/main/commissioning/replacement';
import type { DeviceId, SeriesId } from '../../../../src/shared/domain/ids';
import { seededRandom, seedOfRun } from '../../../fakes/random';
import { A, B, OPERATOR, found, openCore } from '../devices/core-bench';
import { engage } from '../stop/stop-bench';
import { fillDisk } from '../store/open-store';
import { valueOf } from '../zones/zone-bench';
import {
  MINUTE_MS,
  copyOfDisk,
  device,
  dies,
  diesAndIsBack,
  observeOn,
  openReplacement,
  replace,
  settledPlant,
  temperatureOf,
  type ReplacementBench,
} from './replacement-bench';

const T = temperatureOf(B);
const rawOf = (celsius: number) => celsius * 16;

/** The device measures `celsius` now. */
function measure(bench: ReplacementBench, id: DeviceId, celsius: number, fields: Record<string, unknown> = {}): void {
  bench.ingest({ raw: rawOf(celsius), ts: Math.floor(bench.core.clock.now() / 1000), ...fields }, { id });
}

describe('the history of a replaced device', () => {
  it('goes on under the new id, both sides in order, and the old series is gone', async () => {
    const bench = settledPlant();
    const { core } = bench;
    for (const celsius of [20, 21]) {
      measure(bench, A, celsius, { seq: celsius });
      core.clock.advance(1_000);
    }
    diesAndIsBack(bench);
    await replace(bench);
    measure(bench, B, 22, { seq: 1 });
    const seam = found(device(core, B).replaces[0]).at;
    const trend = await bench.trend(T);
    expect(trend.map(({ value }) => value)).toEqual([20, 21, 22]);
    expect(trend.map(({ at }) => at < seam)).toEqual([true, true, false]);
    expect(bench.series.get(temperatureOf(A))).toBeUndefined();
    expect(bench.telemetry.ofDevice(A)).toEqual([]);
    expect(bench.sensorsTold.toSorted()).toEqual([temperatureOf(A), T]);
    expect(core.store.view().rows).toBe(3);
  });

  it('shows the last value of the old device, stale, until the new one measures', async () => {
    const bench = settledPlant();
    measure(bench, A, 20, { seq: 1 });
    diesAndIsBack(bench);
    await replace(bench);
    expect(bench.telemetry.view(T)).toMatchObject({ deviceId: B, value: 20, stale: true, configured: true });
    measure(bench, B, 25, { seq: 1 });
    expect(bench.telemetry.view(T)).toMatchObject({ value: 25, stale: false });
  });

  it.each([0, 1, 2, 3])('loses no reading of either side, whatever came when (run %i)', async (run) => {
    const random = seededRandom(seedOfRun() + run);
    const bench = settledPlant();
    const { core } = bench;
    const types = ['ds18b20', 'sht31_temp', 'ph'];
    const sent = new Map<string, number[]>();
    let seq = 0;
    const step = (id: DeviceId) => {
      seq += 1;
      const type = found(types[Math.floor(random() * types.length)]);
      const key = `${B}:4:${type}`;
      sent.set(key, [...(sent.get(key) ?? []), seq]);
      bench.ingest({ sensor_type: type, raw: seq, seq, ts: Math.floor(core.clock.now() / 1000) }, { id });
      if (random() < 0.7) core.clock.advance(Math.floor(random() * 3)); // many within one millisecond
    };
    // A board that waits for approval measures already, also while the old one is still there.
    core.devices.heartbeat(B, { ts: 0 } as never);
    for (let count = 0; count < 300; count += 1) step(random() < 0.8 ? A : B);
    dies(core);
    core.approved(B);
    for (let count = 0; count < 50; count += 1) step(B);
    expect(await replace(bench)).toBeNull();
    for (let count = 0; count < 50; count += 1) step(B);
    for (const [id, raws] of sent) {
      core.store.batch.flush();
      const rows = core.store.history
        .prepare('SELECT raw FROM samples WHERE series = ? ORDER BY at')
        .all(found(bench.series.get(id as SeriesId)).row.number) as { raw: number }[];
      expect(rows.map(({ raw }) => raw).toSorted((a, b) => a - b)).toEqual(raws);
      expect(await bench.trend(id as SeriesId)).toHaveLength(raws.length);
    }
    const { total } = core.store.history.prepare('SELECT count(*) AS total FROM samples').get() as { total: number };
    expect([total, core.store.view().rows]).toEqual([400, 400]);
  });

  it('keeps what tells repetitions of the new device, also of readings from before the move and over a restart', async () => {
    const bench = settledPlant();
    measure(bench, A, 20, { seq: 7 });
    diesAndIsBack(bench);
    measure(bench, B, 21, { seq: 1 });
    await replace(bench);
    measure(bench, B, 21, { seq: 1 });
    expect((await bench.trend(T)).map(({ value }) => value)).toEqual([20, 21]);
    const again = openReplacement(bench.core.restart());
    measure(again, B, 21, { seq: 1 });
    measure(again, B, 22, { seq: 2 });
    expect((await again.trend(T)).map(({ value }) => value)).toEqual([20, 21, 22]);
  });

  it('takes no reading of the new device for one of the old, though neither has a clock and both count from one', async () => {
    const bench = settledPlant();
    const unclocked = { ts: 0, seq: 1 };
    measure(bench, A, 20, unclocked);
    diesAndIsBack(bench);
    await replace(bench);
    measure(bench, B, 21, unclocked);
    expect((await bench.trend(T)).map(({ value }) => value)).toEqual([20, 21]);

    const other = settledPlant();
    measure(other, A, 20, unclocked);
    diesAndIsBack(other);
    await replace(other);
    const again = openReplacement(other.core.restart());
    measure(again, B, 21, unclocked);
    expect((await again.trend(T)).map(({ value }) => value)).toEqual([20, 21]);
  });

  it('follows a second replacement with both seams', async () => {
    const C = 'ESP_C' as DeviceId;
    const bench = settledPlant();
    const { core, replacement } = bench;
    measure(bench, A, 20, { seq: 1 });
    diesAndIsBack(bench);
    await replace(bench);
    measure(bench, B, 21, { seq: 1 });
    core.devices.will(B, { reason: 'crash', timestamp: 0 }, false);
    core.clock.advance(MINUTE_MS);
    core.approved(C);
    expect(await replacement.move(B, C, OPERATOR)).toEqual({ ok: true, value: null });
    measure(bench, C, 22, { seq: 1 });
    expect((await bench.trend(temperatureOf(C))).map(({ value }) => value)).toEqual([20, 21, 22]);
    expect(device(core, C).replaces.map(({ deviceId }) => deviceId)).toEqual([A, B]);
    expect(device(core, C).name).toBe('Climate north');
  });
});

/** Everything that a replacement moves, without what depends on whether the device is there. */
async function outcomeOf(bench: ReplacementBench) {
  const { core } = bench;
  const stored = (id: DeviceId) => {
    const { name, notes, approval, zone, config, board, subzones, replacedBy, replaces, hasStopToken } = device(
      core,
      id,
    );
    const { generation: _generation, ...rest } = config;
    return { name, notes, approval, zone, config: rest, board, subzones, replacedBy, replaces, hasStopToken };
  };
  return {
    devices: [stored(A), stored(B)],
    changes: core.operations.outbox().map(({ kind, deviceId, subject }) => [kind, deviceId, subject]),
    stops: core.stop.list().map(({ devices }) => devices.map(({ deviceId }) => deviceId)),
    tokens: core.tokens.view(),
    calibrations: [bench.calibrations.of(temperatureOf(A)), bench.calibrations.of(T)],
    actuators: core.actuators.ofDevice(B).map(({ gpio, last }) => [gpio, last]),
    series: bench.series.all().map(({ row }) => row.id),
    trend: await bench.trend(T),
    replaced: core.journal.page({ kind: 'device.replaced' }).items.length,
  };
}

/** A plant in which each step of a replacement has something to move. */
function fullPlant(): ReplacementBench {
  const bench = settledPlant();
  const { core } = bench;
  measure(bench, A, 20, { seq: 1 });
  observeOn(core, A);
  const points = [{ role: 'reference', raw: 320, reference: 25 }];
  valueOf(bench.calibrations.apply(temperatureOf(A), 'offset', points, OPERATOR));
  core.tokens.setDevice(A, 'secret-of-the-old', OPERATOR);
  diesAndIsBack(bench);
  measure(bench, B, 21, { seq: 1 });
  engage(core, { kind: 'device', deviceId: A });
  core.store.batch.flush();
  return bench;
}

type Step = { readonly [Part in keyof ReplacementParts]: [Part, keyof ReplacementParts[Part] | null] }[keyof ReplacementParts]; // prettier-ignore
const steps: readonly Step[] = [
  ['series', 'moveDevice'],
  ['actuators', 'moveDevice'],
  ['calibrations', 'moveDevice'],
  ['stop', 'replaceDevice'],
  ['assignment', 'assign'],
  ['subzones', 'takeOver'],
  ['configuration', 'takeOver'],
  ['operations', 'removeDevice'],
  ['removeAccount', null],
  ['journal', 'add'],
];

/** The same parts, of which one ends the process before or after its step; what was on the disk then is in `disk`. */
function deadly(bench: ReplacementBench, [part, method]: Step, when: 'before' | 'after') {
  const disk: string[] = [];
  const target = bench.parts[part] as unknown as Record<string, (...args: unknown[]) => unknown>;
  const original = (method === null ? target : target[method]) as unknown as (...args: unknown[]) => unknown;
  const fatal = (...args: unknown[]) => {
    if (when === 'after') original.apply(target, args);
    disk.push(copyOfDisk(bench.core));
    throw new Error('killed');
  };
  const broken = method === null ? fatal : Object.assign(Object.create(target) as object, { [method]: fatal });
  return { replacement: new DeviceReplacement({ ...bench.parts, [part]: broken }), disk };
}

describe('a console that is killed in the middle of a replacement', () => {
  const cases = steps.flatMap((step) => (['before', 'after'] as const).map((when) => [when, step] as const));

  it.each(cases)('finishes it with the next start: %s %s', async (when, step) => {
    const whole = fullPlant();
    expect(await replace(whole)).toBeNull();
    const bench = fullPlant();
    const { replacement, disk } = deadly(bench, step, when);
    await expect(replacement.move(A, B, OPERATOR)).rejects.toThrow('killed');
    const again = openReplacement(openCore({ directory: found(disk[0]), clock: bench.core.clock }));
    expect(device(again.core, A).replacedBy).toMatchObject({ deviceId: B, isDone: false });
    again.replacement.resume();
    expect(await outcomeOf(again)).toEqual(await outcomeOf(whole));
    expect(again.removedAccounts).toEqual([A]);
    again.replacement.resume();
    expect(await outcomeOf(again)).toEqual(await outcomeOf(whole));
  });

  it('has done nothing when nothing was written, and the readings of both stand where they were', async () => {
    const bench = fullPlant();
    const again = openReplacement(openCore({ directory: copyOfDisk(bench.core), clock: bench.core.clock }));
    again.replacement.resume();
    expect(device(again.core, A).replacedBy).toBeNull();
    expect((await again.trend(temperatureOf(A))).map(({ value }) => value)).toEqual([20]);
    expect((await again.trend(T)).map(({ value }) => value)).toEqual([21]);
  });
});

describe('a history that cannot be written', () => {
  it('fails the replacement with what to do; repeated, it is completed', async () => {
    const bench = fullPlant();
    const { core } = bench;
    const makeRoom = fillDisk(core.store.history);
    const filler = core.store.history.prepare('INSERT INTO totals VALUES (?, 0)');
    core.store.batch.history(() => void filler.run('x'.repeat(20_000)));
    expect(core.store.batch.fault).toBe('full');
    expect(await replace(bench)).toMatchObject({ code: 'disk_full', retryable: true });
    expect(bench.replacement.check(A)).toEqual({ ok: true, value: null });
    makeRoom();
    core.clock.advance(1_000);
    expect(await replace(bench)).toBeNull();
    expect((await bench.trend(T)).map(({ value }) => value)).toEqual([20, 21]);
    expect(device(core, A).replacedBy?.isDone).toBe(true);
  });
});
