import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceReplacement, type ReplacementParts } from '../../../../src/main/commissioning/replacement';
import { SampleStore } from '../../../../src/main/telemetry/sample-store';
import { readSamples } from '../../../../src/main/telemetry/samples';
import type { DeviceRecord } from '../../../../src/main/devices/device-record';
import type { DeviceId, SeriesId } from '../../../../src/shared/domain/ids';
import { pinProblem } from '../../../../src/shared/domain/pin-rules';
import { actuatorStatus } from '../../../../src/shared/wire/messages/actuator-status';
import { A, B, OPERATOR, found, openCore, type Core } from '../devices/core-bench';
import { actuator, confirmLast, push, rule, sensor } from '../devices/config-bench';
import { profileDirectory } from '../store/open-store';
import { openTelemetry } from '../telemetry/telemetry-bench';
import { ackSubzone, ackZone, assignBed, assignZone, bedA, tent } from '../zones/zone-bench';

export const MINUTE_MS = 60_000;
export const temperatureOf = (id: DeviceId) => `${id}:4:ds18b20` as SeriesId;

/** The rooms with telemetry and the replacement on them. A is the device that dies, B the new board. */
export function openReplacement(
  core: Core = openCore({ pinProblem: ({ board }, gpio) => pinProblem(board.id, gpio) }),
) {
  const measured = openTelemetry(core);
  const { registry, operations, configuration, assignment, subzones, stop, actuators, journal, clock, store } = core;
  const removedAccounts: string[] = [];
  const sensorsTold: string[] = [];
  const parts: ReplacementParts = {
    registry,
    operations,
    configuration,
    assignment,
    subzones,
    stop,
    actuators,
    journal,
    clock,
    batch: store.batch,
    calibrations: measured.calibrations,
    series: measured.series,
    changes: { sensor: (id) => void sensorsTold.push(id) },
    removeAccount: (username) => void removedAccounts.push(username),
  };
  const replacement = new DeviceReplacement(parts);
  const samples = new SampleStore(store.history, {
    all: (sql, values) => Promise.resolve(store.history.prepare(sql).all(...values) as never),
  });
  /** Stored values of a series, oldest first, as a trend reads them. */
  const trend = async (id: SeriesId) => {
    store.batch.flush();
    const from = new Date(0).toISOString();
    return (await readSamples(samples, found(measured.series.get(id)), { from, limit: 10_000 }, clock)).items;
  };
  return { ...measured, parts, replacement, removedAccounts, sensorsTold, trend };
}
export type ReplacementBench = ReturnType<typeof openReplacement>;

export const wish = {
  sensors: [sensor(4)],
  actuators: [actuator(18)],
  offlineRules: [rule(18, 4)],
};

/** Device A as it stands in a plant: named, in the tent with a bed, configured, with all of it confirmed. */
export function settledPlant(bench: ReplacementBench = openReplacement()): ReplacementBench {
  const { core } = bench;
  const old = core.approved(A);
  core.devices.update(A, { name: 'Climate north', notes: 'behind the pump', board: 'esp32' }, OPERATOR);
  core.zones.put({ id: tent, name: 'Tent 1' }, OPERATOR);
  ackZone(core, assignZone(core, A));
  ackSubzone(core, assignBed(core, bedA, [4]));
  push(core, wish);
  confirmLast(core);
  core.connection.take();
  if (old.zone.state !== 'confirmed') throw new Error('device A is not settled');
  return bench;
}

/** A falls silent, so that it is offline; a minute later the new board B is there and approved. */
export function diesAndIsBack(bench: ReplacementBench): void {
  const { core } = bench;
  dies(core);
  core.clock.advance(MINUTE_MS);
  core.approved(B);
  core.entries.splice(0);
}

export function dies(core: Core): void {
  core.devices.will(A, { reason: 'crash', timestamp: 0 }, false);
}

/** Moves A to B; the error, or null. */
export async function replace({ replacement }: ReplacementBench) {
  const result = await replacement.move(A, B, OPERATOR);
  return result.ok ? null : result.error;
}

export const device = (core: Core, id: DeviceId): DeviceRecord => found(core.registry.get(id));

/** The device says that its actuator on pin 18 is on. */
export function observeOn(core: Core, id: DeviceId): void {
  const status = { ts: 0, gpio: 18, type: 'relay', state: true, pwm: 255, runtime_ms: 60_000, emergency: 'normal' };
  core.actuators.observe(id, 18, actuatorStatus.schema.parse(status));
}

/** The databases as they are on the disk at this moment, in a directory of their own: what is left after kill -9. */
export function copyOfDisk(core: Core): string {
  const directory = profileDirectory();
  for (const file of readdirSync(core.store.directory).filter((name) => /\.db(-wal)?$/.test(name)))
    copyFileSync(join(core.store.directory, file), join(directory, file));
  return directory;
}
