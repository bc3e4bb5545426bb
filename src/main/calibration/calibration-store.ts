import type Database from 'better-sqlite3';
import type { CalibrationView } from '../../shared/api/calibration';

type Row = { record: string };

/** SQL of applied calibrations. */
export class CalibrationStore {
  private readonly upsert;
  private readonly removeOne;

  constructor(private readonly database: Database.Database) {
    this.upsert = database.prepare(
      'INSERT INTO calibrations (series_id, record) VALUES (?, ?) ON CONFLICT (series_id) DO UPDATE SET record = excluded.record',
    );
    this.removeOne = database.prepare('DELETE FROM calibrations WHERE series_id = ?');
  }

  all(): CalibrationView[] {
    return this.database
      .prepare<[], Row>('SELECT record FROM calibrations')
      .all()
      .map(({ record }) => JSON.parse(record) as CalibrationView);
  }

  save(calibration: CalibrationView): void {
    this.upsert.run(calibration.seriesId, JSON.stringify(calibration));
  }

  remove(seriesId: string): void {
    this.removeOne.run(seriesId);
  }
}
