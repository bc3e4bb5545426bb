import type { SubzoneView } from '../../../../src/shared/api/devices';
import type { OperationView } from '../../../../src/shared/api/operations';
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

/** Assigns, or takes out of its zone with null, and returns the id of the operation. */
export function assignZone(core: Core, id: DeviceId, zoneId: ZoneId | null = tent): string {
  return valueOf(zoneId ? core.assignment.assign(id, { zoneId }, OPERATOR) : core.assignment.remove(id, OPERATOR)).id;
}

/** An acknowledgement of the zone, by default of the tent. */
export function ackZoneFrom(
  core: Core,
  from: DeviceId,
  id: string | undefined,
  fields: Record<string, unknown> = {},
): void {
  const payload = { correlation_id: id, status: 'zone_assigned', zone_id: tent, ...fields };
  core.assignment.acknowledged(from, zoneAck.schema.parse(payload));
}

/** The same from device A. */
export function ackZone(core: Core, id: string | undefined, fields: Record<string, unknown> = {}): void {
  ackZoneFrom(core, A, id, fields);
}

/** The zone of a device as the registry has it. */
export function zoneOf(core: Core, id: DeviceId): NonNullable<ReturnType<Core['registry']['get']>>['zone'] {
  return found(core.registry.get(id)).zone;
}

export function operationOf(core: Core, id: string): OperationView {
  return valueOf(core.operations.get(id));
}

export function stateOf(core: Core, id: string): OperationView['state'] {
  return operationOf(core, id).state;
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
  ackZone(core, assignZone(core, A));
  core.connection.take();
  return core;
}

/** A subzone of device A. */
export function subzone(core: Core, id: SubzoneId = bedA): SubzoneView {
  return found(found(core.registry.get(A)).subzones.find((one) => one.id === id));
}

/** Assigns a subzone of device A and returns the id of the operation. */
export function assignBed(core: Core, id: SubzoneId = bedA, gpios: readonly number[] = [4, 25]): string {
  return valueOf(core.subzones.assign(A, { id, gpios }, OPERATOR)).id;
}

/** A device in the tent with a confirmed subzone. */
export function withBed(core = openCore(), id = bedA, gpios: readonly number[] = [4, 25]): Core {
  if (!core.registry.get(A)) zoned(core);
  ackSubzone(core, assignBed(core, id, gpios), { subzone_id: id });
  core.connection.take();
  return core;
}

export const refusal = (result: Result<OperationView>) => (result.ok ? 'accepted' : result.error);
