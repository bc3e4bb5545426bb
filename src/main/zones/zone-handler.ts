import type { DeviceId } from '../../shared/domain/ids';
import { subzoneAck } from '../../shared/wire/messages/subzone';
import { zoneAck } from '../../shared/wire/messages/zone';
import type { HandlerRegistry } from '../link/handler-registry';
import type { Subzones } from './subzones';
import type { ZoneAssignment } from './zone-assignment';

/** Acknowledgements of zones and subzones. The topic names the device, never the payload's `esp_id`. */
export function registerZoneHandlers(
  registry: HandlerRegistry,
  rooms: { readonly assignment: ZoneAssignment; readonly subzones: Subzones },
  seen: (deviceId: DeviceId) => void,
): void {
  registry.register(zoneAck, ({ deviceId, payload }) => {
    seen(deviceId);
    rooms.assignment.acknowledged(deviceId, payload);
  });
  registry.register(subzoneAck, ({ deviceId, payload }) => {
    seen(deviceId);
    rooms.subzones.acknowledged(deviceId, payload);
  });
}
