import type { CalibrationView } from '../../shared/api/calibration';
import { calibrate, type CalibrationMethod, type CalibrationPoint } from '../../shared/domain/calibration';
import type { DeviceId, SeriesId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Clock } from '../clock';
import type { Journal } from '../journal/journal';
import type { WriteBatch } from '../store/write-batch';
import type { CalibrationStore } from './calibration-store';

export type CalibrationParts = {
  readonly store: CalibrationStore;
  readonly batch: WriteBatch;
  readonly journal: Journal;
  readonly clock: Clock;
  /** The series' device, type and name, if there is such a series. */
  readonly series: (
    id: SeriesId,
  ) => { readonly deviceId: DeviceId; readonly type: string; readonly name: string } | undefined;
};

/** Which line turns the raw numbers of a probe into values. Readings keep their raw number, so a mistake can be undone. */
export class Calibrations {
  private readonly bySeries = new Map<SeriesId, CalibrationView>();

  constructor(private readonly parts: CalibrationParts) {}

  load(): void {
    for (const calibration of this.parts.store.all()) this.bySeries.set(calibration.seriesId, calibration);
  }

  /** The calibration of a series, if it has one; asked for every reading. */
  of(id: SeriesId): CalibrationView | undefined {
    return this.bySeries.get(id);
  }

  /** Computes and stores a calibration; it holds from the next reading on. */
  apply(
    id: SeriesId,
    method: CalibrationMethod,
    points: readonly CalibrationPoint[],
    actor: string,
  ): Result<CalibrationView> {
    const { series, clock, batch, store, journal } = this.parts;
    const found = series(id);
    if (!found) return failure('not_found', `There is no series ${id}. It appears with its first reading.`);
    const computed = calibrate(found.type, method, points);
    if (!computed.ok) return computed;
    const view: CalibrationView = {
      seriesId: id,
      ...computed.value,
      points: [...computed.value.points],
      appliedAt: new Date(clock.now()).toISOString(),
      by: actor,
    };
    this.bySeries.set(id, view);
    batch.plant(() => store.save(view));
    journal.add({
      kind: 'calibration.applied',
      deviceId: found.deviceId,
      actor,
      message: `${found.name} calibrated (${method})`,
      details: { seriesId: id, method, points: view.points, slope: view.slope, intercept: view.intercept },
    });
    return success(view);
  }

  /** Gives the series of a device the calibrations of the one that it replaces; one that it was given itself stands. */
  moveDevice(from: DeviceId, to: DeviceId): void {
    const { batch, store } = this.parts;
    for (const [id, view] of this.bySeries) {
      if (!id.startsWith(`${from}:`)) continue;
      const seriesId = `${to}${id.slice(from.length)}` as SeriesId;
      const moved = this.bySeries.get(seriesId) ?? { ...view, seriesId };
      this.bySeries.delete(id);
      this.bySeries.set(seriesId, moved);
      batch.plant(() => {
        store.remove(id);
        store.save(moved);
      });
    }
  }

  /** Back to the default conversion. */
  remove(id: SeriesId, actor: string): Result<{ removed: boolean }> {
    const { series, batch, store, journal } = this.parts;
    if (!this.bySeries.delete(id)) return failure('not_found', `The series ${id} has no calibration.`);
    batch.plant(() => store.remove(id));
    const found = series(id);
    journal.add({
      kind: 'calibration.removed',
      actor,
      message: `Calibration of ${found?.name ?? id} removed`,
      details: { seriesId: id },
      ...(found && { deviceId: found.deviceId }),
    });
    return success({ removed: true });
  }
}
