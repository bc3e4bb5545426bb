import { zoneAck } from '../../shared/wire/messages/zone';
import type { HandlerRegistry } from '../link/handler-registry';
import type { ZoneAssignment } from './zone-assignment';

export function registerZoneHandler(registry: HandlerRegistry, assignment: ZoneAssignment): void {
  registry.register(zoneAck, ({ deviceId, payload }) => assignment.acknowledged(deviceId, payload));
}
