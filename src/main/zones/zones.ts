import type { ZoneView } from '../../shared/api/zones';
import type { ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { Changes } from '../api/changes';
import type { Journal } from '../journal/journal';
import type { WriteBatch } from '../store/write-batch';
import type { ZoneStore } from './zone-store';

export type ZoneInput = {
  id: ZoneId;
  name: string;
  masterZoneId?: ZoneId | null | undefined;
  order?: number | undefined;
};

/** The plant model: which zones there are, their names and order. */
export class Zones {
  private readonly zones = new Map<ZoneId, ZoneView>();

  constructor(
    private readonly parts: {
      readonly store: ZoneStore;
      readonly batch: WriteBatch;
      readonly changes: Changes;
      readonly journal: Journal;
      readonly devicesIn: (id: ZoneId) => number;
    },
  ) {}

  load(): void {
    for (const zone of this.parts.store.all()) this.zones.set(zone.id, zone);
  }

  get(id: ZoneId): ZoneView | undefined {
    return this.zones.get(id);
  }

  /** In display order. */
  list(): ZoneView[] {
    return [...this.zones.values()].sort((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));
  }

  /** Creates or changes a zone; what is not given stays. */
  put(input: ZoneInput, actor: string, isDemo = false): ZoneView {
    const before = this.zones.get(input.id);
    const zone: ZoneView = {
      id: input.id,
      name: input.name,
      masterZoneId: input.masterZoneId === undefined ? (before?.masterZoneId ?? null) : input.masterZoneId,
      order: input.order ?? before?.order ?? this.zones.size,
      demo: before?.demo ?? isDemo,
    };
    this.zones.set(zone.id, zone);
    this.parts.batch.plant(() => this.parts.store.save(zone));
    this.parts.changes.zone(zone.id);
    this.parts.journal.add({
      kind: before ? 'zone.changed' : 'zone.created',
      actor,
      message: `Zone ${zone.name} ${before ? 'changed' : 'created'}`,
      details: { zoneId: zone.id },
    });
    return zone;
  }

  /** Deletes an empty zone. */
  remove(id: ZoneId, actor: string): Result<{ removed: boolean }> {
    const zone = this.zones.get(id);
    if (!zone) return failure('not_found', `There is no zone ${id}.`);
    const devices = this.parts.devicesIn(id);
    if (devices > 0)
      return failure('conflict', `Zone ${zone.name} still has ${devices} device(s). Move them to another zone first.`, {
        details: { devices },
      });
    this.zones.delete(id);
    this.parts.batch.plant(() => this.parts.store.remove(id));
    this.parts.changes.zone(id);
    this.parts.journal.add({
      kind: 'zone.removed',
      actor,
      message: `Zone ${zone.name} removed`,
      details: { zoneId: id },
    });
    return success({ removed: true });
  }
}
