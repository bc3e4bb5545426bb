/**
 * Replaces a dead device by another one: name, notes, zone, subzones, configuration, calibrations, stop token and history move, the old
 * hardware is retired. Called by the setups once the new board is approved, and at start-up for a replacement that was interrupted.
 *
 * Both records are written first (plant.db, on disk), and the old one keeps what has not moved yet; each later step can be repeated. So a
 * crash at any moment leaves a replacement that `resume` finishes: readings stand under one id or the other, never under none.
 */
import type { DeviceId, SeriesId } from '../../shared/domain/ids';
import { jobFailure, jobSuccess, type JobResult } from '../../shared/domain/job-errors';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { Actuators } from '../control/actuators';
import type { Calibrations } from '../calibration/calibrations';
import type { DeviceConfiguration } from '../devices/configuration';
import { noConfiguration, noZone, type DeviceRecord, type ReplacedBy } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal } from '../journal/journal';
import type { Operations } from '../operations/operations';
import type { StopService } from '../stop/stop-service';
import type { WriteBatch } from '../store/write-batch';
import type { SeriesRegistry } from '../telemetry/series-registry';
import type { Subzones } from '../zones/subzones';
import type { ZoneAssignment } from '../zones/zone-assignment';
import type { Replacement } from './commissioning-room';
import { canReplace, isInterrupted, recordsAfter, refused, replaceable, withoutStop } from './replacement-rules';

export type ReplacementParts = {
  readonly registry: Pick<DeviceRegistry, 'get' | 'all' | 'save'>;
  readonly operations: Pick<Operations, 'removeDevice' | 'has'>;
  readonly configuration: Pick<DeviceConfiguration, 'takeOver'>;
  readonly assignment: Pick<ZoneAssignment, 'assign'>;
  readonly subzones: Pick<Subzones, 'takeOver'>;
  readonly stop: Pick<StopService, 'replaceDevice'>;
  readonly calibrations: Pick<Calibrations, 'moveDevice'>;
  readonly series: Pick<SeriesRegistry, 'hasHistory' | 'moveDevice'>;
  readonly actuators: Pick<Actuators, 'moveDevice'>;
  readonly batch: Pick<WriteBatch, 'commitPlantNow' | 'flush' | 'fault'>;
  readonly journal: Pick<Journal, 'add'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly changes: Pick<Changes, 'sensor'>;
  /** Takes the account of the old hardware out of the own broker and ends its connection; nothing where there is none. */
  readonly removeAccount: (username: string) => void;
};

/** Outbox slot of a device's zone. */
const ZONE_SLOT = 'zone';

export class DeviceReplacement implements Replacement {
  constructor(private readonly parts: ReplacementParts) {}

  /** Finishes what the last run of the console left; called once, after all rooms have loaded and before the first message is taken. */
  resume(): void {
    for (const old of this.parts.registry.all()) {
      const { replacedBy } = old;
      const next = replacedBy && this.parts.registry.get(replacedBy.deviceId);
      if (replacedBy && next && isInterrupted(old)) this.finish(old, next, replacedBy);
    }
  }

  readonly check = (oldId: DeviceId, newId?: DeviceId): JobResult<null> => {
    const { registry, series } = this.parts;
    const old = registry.get(oldId);
    const checked = replaceable(oldId, old, newId);
    const next = newId === undefined ? undefined : registry.get(newId);
    if (!checked.ok || !old || !next) return checked; // a board that nobody has heard yet is nobody
    return canReplace(old, next, series.hasHistory(next.id));
  };

  /**
   * Fails as `check` does, with `not_replaced` for a new device that is not there or not approved, with `disk_full` when the disk takes no
   * data (repeat it), and with `configuration_refused` when everything has moved but the new board cannot take the configuration.
   */
  readonly move = (oldId: DeviceId, newId: DeviceId, actor: string): Promise<JobResult<null>> =>
    new Promise((resolve) => resolve(this.moveNow(oldId, newId, actor)));

  private moveNow(oldId: DeviceId, newId: DeviceId, actor: string): JobResult<null> {
    const { registry, clock } = this.parts;
    const checked = this.check(oldId, newId);
    if (!checked.ok) return checked;
    const old = registry.get(oldId);
    const next = registry.get(newId);
    if (!old || next?.approval !== 'approved')
      return refused(`The new device ${newId} is not approved yet. Approve it, then try again.`);
    const replacedBy = old.replacedBy ?? this.record(old, next, { at: new Date(clock.now()).toISOString(), by: actor });
    return replacedBy ? this.finish(old, next, replacedBy) : notWritten(next.name);
  }

  /** Writes both records to the disk; null, and everything as it was, when that fails. */
  private record(old: DeviceRecord, next: DeviceRecord, about: { at: string; by: string }): ReplacedBy | null {
    const { registry, batch } = this.parts;
    const { name, notes, approval, rejectedAtMs, replacedBy } = old;
    const { name: ownName, notes: ownNotes, board, replaces } = next;
    const after = recordsAfter(old, next, about);
    Object.assign(old, after.old);
    Object.assign(next, after.next);
    for (const device of [old, next]) registry.save(device);
    if (batch.commitPlantNow()) return old.replacedBy;
    Object.assign(old, { name, notes, approval, rejectedAtMs, replacedBy });
    Object.assign(next, { name: ownName, notes: ownNotes, board, replaces });
    for (const device of [old, next]) registry.save(device);
    return null;
  }

  /** Every step may be repeated; the last one settles the old record. */
  private finish(old: DeviceRecord, next: DeviceRecord, replacedBy: ReplacedBy): JobResult<null> {
    const { registry, operations, stop, calibrations, journal, removeAccount, batch } = this.parts;
    if (!this.moveHistory(old.id, next.id)) return notWritten(next.name);
    calibrations.moveDevice(old.id, next.id);
    stop.replaceDevice(old.id, next.id);
    const problems = this.moveSettings(old, next, replacedBy.by);
    operations.removeDevice(old.id, 'retired');
    removeAccount(old.id);
    const settled = {
      zone: noZone,
      subzones: [],
      config: noConfiguration,
      replacedBy: { ...replacedBy, isDone: true },
    };
    Object.assign(old, settled);
    registry.save(old);
    const left = problems.length === 0 ? '' : ` Not everything fits the new board: ${problems.join(' ')}`;
    journal.add({
      kind: 'device.replaced',
      deviceId: next.id,
      actor: replacedBy.by,
      message: `${next.name}: ${next.id} takes the place of ${old.id}, with its settings and its history.${left}`,
      details: { replaces: old.id, problems },
    });
    if (!batch.commitPlantNow()) {
      old.replacedBy = replacedBy; // repeated, it ends here again
      return notWritten(next.name);
    }
    if (problems.length === 0) return jobSuccess(null);
    const reason = problems.join(' ');
    return jobFailure(
      'configuration_refused',
      `${next.name} has its new hardware, with name, zone and history, but the board cannot take everything: ${reason} Open its page, choose other pins and send the configuration.`,
      { reason: withoutStop(reason), deviceId: next.id },
      false,
    );
  }

  private moveHistory(from: DeviceId, to: DeviceId): boolean {
    const { series, actuators, batch, changes } = this.parts;
    const changed: readonly SeriesId[] | null = series.moveDevice(from, to);
    if (changed === null || !actuators.moveDevice(from, to)) return false;
    for (const id of changed) changes.sensor(id);
    batch.flush();
    return batch.fault === null;
  }

  /** Asks the new device for what the old one had; returns why something cannot be asked of it. */
  private moveSettings(old: DeviceRecord, next: DeviceRecord, actor: string): string[] {
    const { assignment, subzones, configuration, operations } = this.parts;
    const problems: string[] = [];
    const oldZone = old.zone.desired ?? (old.zone.state === 'pending' ? null : old.zone.confirmed);
    const zoneId = next.zone.desired ?? oldZone; // the setup has asked for it already, perhaps for another one
    const isThere =
      next.zone.desired === zoneId && (next.zone.confirmed === zoneId || operations.has(next.id, ZONE_SLOT));
    const assigned = zoneId === null || isThere ? null : assignment.assign(next.id, { zoneId }, actor);
    if (assigned?.ok === false) problems.push(assigned.error.message);
    problems.push(...subzones.takeOver(next, old.subzones, actor));
    const wish = old.config.desired ?? old.config.confirmed;
    const pushed = wish && Object.keys(wish).length > 0 ? configuration.takeOver(next.id, wish, actor) : null;
    if (pushed?.ok === false) problems.push(pushed.error.message);
    return problems;
  }
}

function notWritten(name: string): JobResult<null> {
  const reason = 'the disk takes no data';
  return jobFailure(
    'disk_full',
    `The replacement by ${name} is not complete, because ${reason}. Make room on it and try again; nothing is lost, and the console finishes it with its next start.`,
    { reason },
  );
}
