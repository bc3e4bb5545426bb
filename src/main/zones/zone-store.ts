import type Database from 'better-sqlite3';
import type { ZoneView } from '../../shared/api/zones';
import type { ZoneId } from '../../shared/domain/ids';

type Row = { id: string; name: string; master_zone_id: string | null; position: number; is_demo: number };

/** SQL of the plant model. */
export class ZoneStore {
  private readonly upsert;
  private readonly removeOne;

  constructor(private readonly database: Database.Database) {
    this.upsert = database.prepare(`
      INSERT INTO zones (id, name, master_zone_id, position, is_demo) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, master_zone_id = excluded.master_zone_id, position = excluded.position`);
    this.removeOne = database.prepare('DELETE FROM zones WHERE id = ?');
  }

  all(): ZoneView[] {
    return this.database
      .prepare<[], Row>('SELECT * FROM zones')
      .all()
      .map((row) => ({
        id: row.id as ZoneId,
        name: row.name,
        masterZoneId: row.master_zone_id as ZoneId | null,
        order: row.position,
        demo: row.is_demo === 1,
      }));
  }

  save(zone: ZoneView): void {
    this.upsert.run(zone.id, zone.name, zone.masterZoneId, zone.order, zone.demo ? 1 : 0);
  }

  remove(id: ZoneId): void {
    this.removeOne.run(id);
  }
}
