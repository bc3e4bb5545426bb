import type { SubzoneView } from '../../shared/api/devices';
import type { OperationView } from '../../shared/api/operations';
import type { DeviceId, SubzoneId, ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import type { SubzoneAck } from '../../shared/wire/messages/subzone';
import type { DeviceRecord } from '../devices/device-record';
import {
  safeSlot,
  subzoneSlot,
  SubzoneExchange,
  type AssignBody,
  type ExchangeParts,
  type RemoveBody,
  type SafeBody,
} from './subzone-exchange';
import { checkedPins, copyId, MAX_DEFINITIONS, wished, type SubzoneInput } from './subzone-rules';
import type { SubzoneStrategy } from './zone-rules';

const ZONE_ACTOR = 'system:zones';
const movedWords = {
  transfer: 'go along into the new zone',
  copy: 'are copied into the new zone',
  reset: 'are dissolved with the change of the zone',
} as const;
const leftZone = 'The device left its zone, and its subzones went with it.';

export type SubzoneParts = ExchangeParts & {
  /** Why a pin of a board cannot be in a subzone; null when it can. */
  readonly pinProblem?: (device: DeviceRecord, gpio: number) => string | null;
};

/** Subzones: groups of pins of one device inside its zone. Wished at once, confirmed only by the device (wire contract 4). */
export class Subzones {
  private readonly exchange: SubzoneExchange;

  constructor(private readonly parts: SubzoneParts) {
    this.exchange = new SubzoneExchange(parts);
  }

  stop(): void {
    this.exchange.stop();
  }

  /** Groups pins of a device, or changes a group. */
  assign(deviceId: DeviceId, input: SubzoneInput, actor: string): Result<OperationView> {
    const found = this.approved(deviceId);
    if (!found.ok) return found;
    const device = found.value;
    const { pinProblem = () => null } = this.parts;
    const pins = checkedPins(device, input, (gpio) => pinProblem(device, gpio));
    if (!pins.ok) return pins;
    const before = device.subzones.find(({ id }) => id === input.id);
    const subzone = wished(before, { ...input, gpios: pins.value });
    this.put(device, subzone);
    this.request(device, `subzone ${subzone.name} with pins ${pins.value.join(', ')}`, subzone.id, actor);
    return success(this.submitAssign(device, subzone, { actor, isTransfer: false }));
  }

  /** Dissolves a group. */
  remove(deviceId: DeviceId, id: SubzoneId, actor: string): Result<OperationView> {
    const found = this.known(deviceId, id);
    if (!found.ok) return found;
    const { device, subzone } = found.value;
    this.request(device, `dissolve subzone ${subzone.name}`, id, actor);
    return success(this.submitRemove(device, id, actor));
  }

  /** Puts the free pins of a group into safe mode, or out of it. No pump stops by it: pins of actuators are left alone (4.4). */
  safe(deviceId: DeviceId, id: SubzoneId, isEnabled: boolean, actor: string): Result<OperationView> {
    const found = this.known(deviceId, id);
    if (!found.ok) return found;
    const { device, subzone } = found.value;
    if (subzone.isRemoving)
      return failure('conflict', `Subzone ${subzone.name} is being dissolved. Assign it again first.`);
    if (subzone.gpios.length === 0)
      return failure('conflict', `Subzone ${subzone.name} has no pins. Assign pins to it first.`);
    const replaced = this.parts.operations.waiting(deviceId, safeSlot(id));
    const before = replaced ? (replaced.body as SafeBody).before : subzone.safeMode;
    this.exchange.step(device, id, { kind: 'safe_asked', isEnabled });
    this.request(device, `subzone ${subzone.name} ${isEnabled ? 'into' : 'out of'} safe mode`, id, actor);
    const body: SafeBody = { id, isEnabled, before };
    return success(
      this.parts.operations.submit({
        deviceId,
        slot: safeSlot(id),
        kind: 'subzone_safe',
        body,
        by: actor,
        subject: id,
      }),
    );
  }

  /** An acknowledgement of the device. */
  acknowledged(deviceId: DeviceId, ack: SubzoneAck): void {
    this.exchange.acknowledged(deviceId, ack);
  }

  /** Why the subzones of a device cannot be copied into another zone; null when they can. */
  copyProblem({ name, subzones }: DeviceRecord): string | null {
    const total = subzones.length + subzones.filter(isToMove).length;
    return total <= MAX_DEFINITIONS
      ? null
      : `With the copies ${name} would have ${total} subzones; ${MAX_DEFINITIONS} are kept. Remove empty ones, or move them with "transfer".`;
  }

  /** The device is in another zone now, and confirmed it (4.3; the strategies are decided in docs/decisions/0008). */
  deviceMoved(device: DeviceRecord, strategy: SubzoneStrategy, from: ZoneId): void {
    if (device.subzones.length === 0) return;
    this.parts.journal.add({
      kind: 'subzone.moved',
      deviceId: device.id,
      actor: ZONE_ACTOR,
      message: `${device.name}: its subzones ${movedWords[strategy]}`,
      details: { from, to: device.zone.confirmed, subzoneStrategy: strategy },
    });
    if (strategy === 'copy') this.copy(device, from);
    else if (strategy === 'reset') this.reset(device);
    else this.resend(device, ZONE_ACTOR);
  }

  /** Sends all subzones again, each with its own safe mode, into the zone where the device is. */
  resend(device: DeviceRecord, actor: string): void {
    const zoneId = device.zone.confirmed;
    for (const subzone of device.subzones) {
      const { id, gpios, confirmed, isRemoving } = subzone;
      const parentZoneId = subzone.parentZoneId === null ? null : zoneId;
      const isUnderWay = this.parts.operations.waiting(device.id, subzoneSlot(id)) !== undefined;
      if (isUnderWay && subzone.parentZoneId === parentZoneId) continue; // it will go into the right zone by itself
      if (isRemoving) this.submitRemove(device, id, actor);
      else if (gpios.length === 0 && confirmed !== null) this.emptyAgain(device, subzone, actor);
      else if (gpios.length > 0) {
        this.exchange.step(device, id, { kind: 'again', parentZoneId });
        this.submitAssign(device, { ...subzone, parentZoneId }, { actor, isTransfer: true });
      }
    }
  }

  /**
   * Gives a device the subzones of the one that it replaces; each is sent when the device is in its zone. A group whose pins the board does
   * not have is kept as failed. Returns why, one sentence each. May be repeated: what the device has already is left alone.
   */
  takeOver(device: DeviceRecord, subzones: readonly SubzoneView[], actor: string): string[] {
    const { pinProblem = () => null } = this.parts;
    const own = new Set(device.subzones.map(({ id }) => id));
    const problems: string[] = [];
    for (const { id, name, gpios, safeMode, isRemoving } of subzones) {
      if (own.has(id) || isRemoving) continue;
      const reason = gpios.map((gpio) => pinProblem(device, gpio)).find((one) => one !== null);
      const isSent = gpios.length > 0 && reason === undefined;
      const moved: SubzoneView = {
        id,
        name,
        gpios,
        parentZoneId: null,
        confirmed: null,
        isRemoving: false,
        state: reason !== undefined ? 'failed' : isSent ? 'pending' : 'none',
        ...(reason !== undefined && { reason }),
        safeMode: { desired: safeMode.desired, state: 'none' },
      };
      this.put(device, moved);
      if (reason !== undefined) problems.push(`Subzone ${name}: ${reason}`);
      if (isSent) this.submitAssign(device, moved, { actor, isTransfer: true });
    }
    return problems;
  }

  /** The device says that it is in no zone, so its subzones are gone. They are forgotten, unless it shall be in one. */
  deviceLeftZone(device: DeviceRecord): void {
    const isWished = device.zone.desired !== null;
    for (const { id } of device.subzones)
      if (isWished) this.exchange.step(device, id, { kind: 'left' });
      else this.forget(device, id);
  }

  private copy(device: DeviceRecord, from: ZoneId): void {
    const taken = new Set<string>(device.subzones.map(({ id }) => id));
    for (const original of device.subzones) {
      if (original.isRemoving) this.submitRemove(device, original.id, ZONE_ACTOR);
      if (!isToMove(original)) continue;
      const id = copyId(original.id, taken);
      taken.add(id);
      const parentZoneId = device.zone.confirmed;
      const copy: SubzoneView = {
        ...wished(undefined, { id, name: original.name, gpios: original.gpios }),
        parentZoneId,
        safeMode: { desired: original.safeMode.desired, state: 'none' },
      };
      // The pins must be free on the device before the copy takes them; the outbox keeps this order.
      this.exchange.step(device, original.id, { kind: 'empty', parentZoneId: original.parentZoneId ?? from });
      this.parts.operations.withdraw(device.id, safeSlot(original.id), 'Its pins went to a copy of the subzone.');
      this.submitRemoval(device, original.id, ZONE_ACTOR);
      this.put(device, copy);
      this.submitAssign(device, copy, { actor: ZONE_ACTOR, isTransfer: true });
    }
  }

  private reset(device: DeviceRecord): void {
    for (const { id, gpios, confirmed } of device.subzones)
      if (gpios.length === 0 && confirmed === null) this.forget(device, id);
      else this.submitRemove(device, id, ZONE_ACTOR);
  }

  private forget(device: DeviceRecord, id: SubzoneId): void {
    const { devices, operations, journal } = this.parts;
    const subzone = device.subzones.find((one) => one.id === id);
    for (const slot of [subzoneSlot(id), safeSlot(id)]) operations.withdraw(device.id, slot, leftZone);
    device.subzones = device.subzones.filter((one) => one !== subzone);
    devices.save(device);
    journal.add({
      kind: 'subzone.forgotten',
      deviceId: device.id,
      actor: ZONE_ACTOR,
      message: `${device.name}: subzone ${subzone?.name ?? id} is gone with the change of the zone`,
      details: { subzoneId: id },
    });
  }

  private approved(deviceId: DeviceId): Result<DeviceRecord> {
    const found = this.parts.devices.find(deviceId);
    if (!found.ok) return found;
    const { name, approval } = found.value;
    return approval === 'approved'
      ? found
      : failure('not_approved', `${name} is not approved. Approve it first.`, { details: { approval } });
  }

  private known(deviceId: DeviceId, id: SubzoneId): Result<{ device: DeviceRecord; subzone: SubzoneView }> {
    const found = this.approved(deviceId);
    if (!found.ok) return found;
    const device = found.value;
    const subzone = device.subzones.find((one) => one.id === id);
    return subzone
      ? success({ device, subzone })
      : failure('not_found', `${device.name} has no subzone ${id}. Check the id.`);
  }

  private put(device: DeviceRecord, subzone: SubzoneView): void {
    const isKnown = device.subzones.some(({ id }) => id === subzone.id);
    device.subzones = isKnown
      ? device.subzones.map((one) => (one.id === subzone.id ? subzone : one))
      : [...device.subzones, subzone];
    this.parts.devices.save(device);
  }

  private submitAssign(
    device: DeviceRecord,
    { id, name, gpios, parentZoneId }: SubzoneView,
    { actor, isTransfer }: { actor: string; isTransfer: boolean },
  ): OperationView {
    const body: AssignBody = { id, name, gpios, parentZoneId, isTransfer };
    return this.parts.operations.submit({
      deviceId: device.id,
      slot: subzoneSlot(id),
      kind: 'subzone_assign',
      body,
      by: actor,
      subject: id,
    });
  }

  private submitRemove(device: DeviceRecord, id: SubzoneId, actor: string): OperationView {
    this.exchange.step(device, id, { kind: 'remove' });
    return this.submitRemoval(device, id, actor);
  }

  /** The removal of an original whose pins went to its copy was not confirmed. */
  private emptyAgain(device: DeviceRecord, { id, parentZoneId }: SubzoneView, actor: string): void {
    this.exchange.step(device, id, { kind: 'again', parentZoneId });
    this.submitRemoval(device, id, actor);
  }

  private submitRemoval(device: DeviceRecord, id: SubzoneId, actor: string): OperationView {
    const body: RemoveBody = { id };
    return this.parts.operations.submit({
      deviceId: device.id,
      slot: subzoneSlot(id),
      kind: 'subzone_remove',
      body,
      by: actor,
      subject: id,
    });
  }

  private request(device: DeviceRecord, what: string, subzoneId: SubzoneId, actor: string): void {
    this.parts.journal.add({
      kind: 'subzone.requested',
      deviceId: device.id,
      actor,
      message: `${device.name}: ${what}`,
      details: { subzoneId },
    });
  }
}

/** Has it pins that go along when the device moves? */
function isToMove({ gpios, isRemoving }: SubzoneView): boolean {
  return gpios.length > 0 && !isRemoving;
}
