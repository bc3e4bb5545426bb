import type { SubzoneView } from '../../../../src/shared/api/devices';
import type { DeviceId, SubzoneId, ZoneId } from '../../../../src/shared/domain/ids';
import type { Result } from '../../../../src/shared/domain/result';
import { subzoneAck } from '../../../../src/shared/wire/messages/subzone';
import { zoneAck } from '../../../../src/shared/wire/messages/zone';
import { A, OPERATOR, found, openCore, type Core } from '../devices/core-bench';

export const tent = 'tent' as ZoneId;
export const shed = 'shed' as ZoneId;
export const bedA = 'bed_a' as SubzoneId;
export const bedB = 'bed_b' as SubzoneId;

/** The value of a result that the test knows to be one. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** An acknowledgement of the zone, by default of the tent. */
export function ackZone(core: Core, id: string | undefined, fields: Record<string, unknown> = {}): void {
  const payload = { correlation_id: id, status: 'zone_assigned', zone_id: tent, ...fields };
  core.assignment.acknowledged(A, zoneAck.schema.parse(payload));
}

/** An acknowledgement of a subzone, by default that bed A is assigned. */
export function ackSubzone(
  core: Core,
  id: string | undefined,
  fields: Record<string, unknown> = {},
  from: DeviceId = A,
): void {
  const payload = { correlation_id: id, status: 'subzone_assigned', subzone_id: bedA, ...fields };
  core.subzones.acknowledged(from, subzoneAck.schema.parse(payload));
}

/** Device A, approved, online and confirmed in the tent. */
export function zoned(core: Core = openCore()): Core {
  core.approved(A);
  ackZone(core, valueOf(core.assignment.assign(A, { zoneId: tent }, OPERATOR)).id);
  core.connection.take();
  return core;
}

/** A subzone of device A. */
export function subzone(core: Core, id: SubzoneId = bedA): SubzoneView {
  return found(found(core.registry.get(A)).subzones.find((one) => one.id === id));
}
