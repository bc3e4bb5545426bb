import type { SubzoneView } from '../../shared/api/devices';
import { assertNever } from '../../shared/domain/assert';
import type { SubzoneId, ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import { wireLimits } from '../../shared/wire/limits';
import type { DeviceRecord, ZoneAssignment as ZoneOfDevice } from '../devices/device-record';

/** Definitions that a device keeps in the console, with those that are not on the device (empty originals of a copy). */
export const MAX_DEFINITIONS = 32;
/** Longest id of a subzone (wire contract 1.28). */
const ID_CHARS = 32;

export type SubzoneInput = {
  readonly id: SubzoneId;
  readonly name?: string | undefined;
  readonly gpios: readonly number[];
  readonly parentZoneId?: ZoneId | undefined;
};

export type SubzoneEvent =
  | { readonly kind: 'remove' }
  /** Its pins go to a copy; the definition stays, empty. */
  | { readonly kind: 'empty'; readonly parentZoneId: ZoneId | null }
  | { readonly kind: 'again'; readonly parentZoneId: ZoneId | null }
  /** The device told something while a newer wish is on its way. */
  | { readonly kind: 'said'; readonly confirmed: SubzoneView['confirmed'] }
  | { readonly kind: 'assigned'; readonly gpios: readonly number[]; readonly zoneId: ZoneId | null }
  | { readonly kind: 'removed' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'left' }
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'safe_asked'; readonly isEnabled: boolean }
  | { readonly kind: 'safe_ended'; readonly isSent: boolean }
  /** `isOpen`: the device still works on an older change of the safe mode. */
  | { readonly kind: 'safe_withdrawn'; readonly before: SubzoneView['safeMode']; readonly isOpen: boolean };

/** The zone that subzones of a device belong to: the wished one, or the one where it is. */
export function zoneForSubzones({ desired, confirmed, state }: ZoneOfDevice): ZoneId | null {
  return desired ?? (state === 'pending' ? null : confirmed);
}

/** The pins of an assignment without the bus pin 0 and repetitions, or why it cannot be sent (wire contract 4.1). */
export function checkedPins(
  { name, zone, subzones }: Pick<DeviceRecord, 'name' | 'zone' | 'subzones'>,
  { id, gpios, parentZoneId }: SubzoneInput,
  pinProblem: (gpio: number) => string | null,
): Result<number[]> {
  const zoneId = zoneForSubzones(zone);
  if (zoneId === null)
    return failure('conflict', `${name} is in no zone. Assign a zone first; subzones live inside it.`);
  if (parentZoneId !== undefined && parentZoneId !== zoneId)
    return failure(
      'conflict',
      `${name} belongs to zone ${zoneId}, not ${parentZoneId}. Leave the parent zone out, or move the device first.`,
      { details: { zoneId } },
    );
  const pins = [...new Set(gpios)].filter((gpio) => gpio !== 0);
  if (pins.length === 0)
    return failure('invalid', 'Pin 0 stands for a bus and cannot be in a subzone. Give at least one other pin.');
  const others = subzones.filter((other) => other.id !== id);
  if (others.filter(isOnDevice).length >= wireLimits.subzonesPerDevice)
    return failure(
      'conflict',
      `${name} has ${wireLimits.subzonesPerDevice} subzones, and devices handle no more. Dissolve one first.`,
    );
  if (others.length >= MAX_DEFINITIONS)
    return failure('conflict', `${name} has ${MAX_DEFINITIONS} subzones with the empty ones. Remove those not needed.`);
  for (const gpio of pins) {
    const owner = others.find((other) => occupiedPins(other).includes(gpio));
    if (owner)
      return failure(
        'conflict',
        `Pin ${gpio} is in subzone ${owner.name}. A pin can be in one subzone only; take it out there first.`,
        { details: { gpio, subzoneId: owner.id } },
      );
    const problem = pinProblem(gpio);
    if (problem !== null) return failure('invalid', problem, { details: { gpio } });
  }
  return success(pins);
}

/** Pins that a subzone holds: those wished, and, unless a change is on its way, those that the device still has in it. */
function occupiedPins({ gpios, confirmed, state, isRemoving }: SubzoneView): readonly number[] {
  const own = isRemoving ? [] : gpios;
  return state === 'pending' ? own : [...own, ...(confirmed?.gpios ?? [])];
}

/** Does it take one of the device's places? */
function isOnDevice({ gpios, isRemoving, state, confirmed }: SubzoneView): boolean {
  return (gpios.length > 0 && !isRemoving) || (state !== 'pending' && confirmed !== null);
}

/** The subzone as it is wished by an assignment. */
export function wished(
  before: SubzoneView | undefined,
  { id, name, gpios, parentZoneId }: SubzoneInput & { readonly gpios: number[] },
): SubzoneView {
  return {
    id,
    name: name || before?.name || id,
    gpios,
    parentZoneId: parentZoneId ?? null,
    state: 'pending',
    confirmed: before?.confirmed ?? null,
    isRemoving: false,
    safeMode: before?.safeMode ?? { desired: false, state: 'none' },
  };
}

/** Life cycle of a subzone: wished, then confirmed only by the device. Null: it is gone. */
export function nextSubzone(subzone: SubzoneView, event: SubzoneEvent): SubzoneView | null {
  const { reason: _reason, ...rest } = subzone;
  switch (event.kind) {
    case 'remove':
      return { ...rest, state: 'pending', isRemoving: true };
    case 'empty': {
      const safeMode = { desired: false, state: 'none' as const };
      return { ...rest, gpios: [], parentZoneId: event.parentZoneId, state: 'pending', isRemoving: false, safeMode };
    }
    case 'again':
      return { ...rest, parentZoneId: event.parentZoneId, state: 'pending' };
    case 'said':
      return { ...subzone, confirmed: event.confirmed };
    case 'assigned': {
      const { desired, state } = rest.safeMode;
      const safeMode = desired && state !== 'pending' ? { desired, state: 'sent' as const } : rest.safeMode;
      return { ...rest, state: 'confirmed', confirmed: { gpios: [...event.gpios], zoneId: event.zoneId }, safeMode };
    }
    case 'removed':
      return rest.isRemoving || rest.gpios.length > 0 ? null : { ...rest, state: 'none', confirmed: null };
    case 'failed':
      return { ...rest, state: 'failed', reason: event.reason };
    case 'left': {
      const lost = 'The device left its zone, and its subzones went with it.';
      return subzone.state === 'pending' || rest.gpios.length === 0
        ? { ...subzone, confirmed: null }
        : { ...rest, state: 'failed', reason: lost, confirmed: null };
    }
    case 'withdrawn':
      if (rest.confirmed) return { ...rest, gpios: rest.confirmed.gpios, state: 'confirmed', isRemoving: false };
      return rest.isRemoving ? { ...rest, gpios: [], state: 'none', isRemoving: false } : null;
    case 'safe_asked':
      return { ...subzone, safeMode: { desired: event.isEnabled, state: 'pending' } };
    case 'safe_ended':
      return { ...subzone, safeMode: { ...subzone.safeMode, state: event.isSent ? 'sent' : 'failed' } };
    case 'safe_withdrawn': {
      const { desired, state } = event.before;
      const settled = state === 'pending' ? 'sent' : state; // the older change was sent meanwhile
      return { ...subzone, safeMode: { desired, state: event.isOpen ? 'pending' : settled } };
    }
    default:
      return assertNever(event);
  }
}

/** A free id for a copy: `bed_a_copy`, `bed_a_copy_2` …, cut so that devices take it. */
export function copyId(id: SubzoneId, taken: ReadonlySet<string>): SubzoneId {
  const base = id.replace(/_copy(_\d+)?$/, '');
  const candidate = (number: number): string => {
    const suffix = number === 1 ? '_copy' : `_copy_${number}`;
    return `${base.slice(0, ID_CHARS - suffix.length)}${suffix}`;
  };
  let number = 1;
  while (taken.has(candidate(number))) number += 1;
  return candidate(number) as SubzoneId;
}
