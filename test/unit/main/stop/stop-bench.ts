import type { StopScope, StopView } from '../../../../src/shared/api/stop';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';
import { A, B, OPERATOR, found, openCore, type Core } from '../devices/core-bench';

export const tent = 'tent' as ZoneId;
export const all: StopScope = { kind: 'all' };

/** Engages and returns the stop. */
export function engage(core: Core, scope: StopScope = all, reason = 'leak'): StopView {
  const result = core.stop.engage(scope, reason, OPERATOR);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** `cleared`, or the code of the refusal. */
export function clear(core: Core, id: string): string {
  const result = core.stop.clear(id, OPERATOR);
  return result.ok ? 'cleared' : result.error.code;
}

export function statesOf(core: Core, id: string): Record<string, string> {
  return Object.fromEntries(found(core.stop.get(id)).devices.map(({ deviceId, state }) => [deviceId, state]));
}

/** The emergency commands that one device was sent. */
export function sentTo(core: Core, id: DeviceId): unknown[] {
  return core.connection.to(`${id}/actuator/emergency`).map(({ payload }) => payload['command']);
}

export function broadcasts(core: Core): Core['connection']['sent'] {
  return core.connection.sent.filter(({ topic }) => topic === 'kaiser/broadcast/emergency');
}

/** Two approved devices, with an empty journal. */
export function approvedPair(): Core {
  const core = openCore();
  for (const id of [A, B]) core.approved(id);
  core.entries.splice(0);
  return core;
}

/** Two approved devices, of which only the first is in the tent. */
export function plant(): Core {
  const core = openCore();
  core.zones.put({ id: tent, name: 'Tent 1' }, OPERATOR);
  for (const id of [A, B]) core.approved(id);
  const device = found(core.registry.get(A));
  device.zone = { desired: tent, confirmed: tent, state: 'confirmed' };
  core.registry.save(device);
  core.entries.splice(0);
  return core;
}
