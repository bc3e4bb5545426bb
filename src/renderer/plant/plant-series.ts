import { usePlant } from '../connection/plant-store';
import { hub } from '../telemetry/telemetry-hub';

const nothing = () => undefined;

/**
 * Follows every sensor of approved devices on all screens, as far as a subscription goes: the alarm line and the data age need them, and
 * strips then have no holes. Call once.
 */
export function startPlantSeries(): void {
  const followed = new Map<string, () => void>();
  usePlant.subscribe(({ sensors, devices }, before) => {
    if (sensors === before.sensors && devices === before.devices) return;
    const wanted = Object.values(sensors).filter(({ deviceId }) => devices[deviceId]?.approval === 'approved');
    const ids = new Set<string>(wanted.map(({ seriesId }) => seriesId));
    for (const [id, end] of followed) {
      if (ids.has(id)) continue;
      end();
      followed.delete(id);
    }
    for (const { seriesId } of wanted) {
      if (!followed.has(seriesId)) followed.set(seriesId, hub.subscribe(seriesId, nothing));
    }
  });
}
