import type { SubzoneView } from '../../shared/api/devices';
import type { OperationView } from '../../shared/api/operations';
import type { DeviceId, SubzoneId, ZoneId } from '../../shared/domain/ids';
import { subzoneAssign, subzoneRemove, subzoneSafe, type SubzoneAck } from '../../shared/wire/messages/subzone';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal } from '../journal/journal';
import type { Publisher } from '../link/publisher';
import type { Ending, Operations } from '../operations/operations';
import type { PendingChange } from '../operations/pending-change';
import { LaneSender, type LaneEnd } from './lane-sender';
import {
  eventOf,
  isSubzoneKind,
  refusalOf,
  subzoneAnswer,
  wordsOf,
  type SubzoneAnswer,
  type SubzoneKind,
} from './subzone-answer-rules';
import { nextSubzone, type SubzoneEvent } from './subzone-rules';

/** Said to the device with a removal and with safe mode; it only logs it. */
const WIRE_REASON = 'console request';

/** What the outbox keeps of each kind of change. */
export type AssignBody = {
  readonly id: SubzoneId;
  readonly name: string;
  readonly gpios: readonly number[];
  readonly parentZoneId: ZoneId | null;
  /** After a change of the zone: in whichever zone the device is (wire contract 4.3). */
  readonly isTransfer: boolean;
};
export type RemoveBody = { readonly id: SubzoneId };
export type SafeBody = {
  readonly id: SubzoneId;
  readonly isEnabled: boolean;
  /** What counts again when the change is withdrawn. */
  readonly before: SubzoneView['safeMode'];
};

export type ExchangeParts = {
  readonly devices: DeviceRegistry;
  readonly operations: Operations;
  readonly publisher: Publisher;
  readonly journal: Journal;
  readonly clock: Clock;
};

/** Outbox slots of a subzone. */
export const subzoneSlot = (id: string) => `subzone:${id}`;
export const safeSlot = (id: string) => `subzone-safe:${id}`;

/** Sends the changes of subzones and takes the answers; what is wished stands in the records (subzones.ts). */
export class SubzoneExchange {
  private readonly lane: LaneSender<SubzoneAck>;

  constructor(private readonly parts: ExchangeParts) {
    const { operations } = parts;
    this.lane = new LaneSender(parts);
    operations.executor('subzone_assign', (change) => this.sendAssign(change));
    operations.executor('subzone_remove', (change) => this.sendRemove(change));
    operations.executor('subzone_safe', (change) => this.sendSafe(change));
    operations.onEnd((operation, ending, body) => this.ended(operation, ending, body));
  }

  stop(): void {
    this.lane.stop();
  }

  /** An acknowledgement. Without a waiting operation it only tells what the device says. */
  acknowledged(deviceId: DeviceId, ack: SubzoneAck): void {
    if (this.lane.resolve(deviceId, ack)) return;
    const device = this.parts.devices.get(deviceId);
    if (!device) return;
    const operation = this.operationOf(device, ack.correlationId);
    if (operation && this.answeredLate(device, operation, ack)) return;
    const subzone = device.subzones.find(({ id }) => id === ack.subzoneId);
    const words = ack.status === 'error' ? `refused a subzone change: ${refusalOf(ack)}` : `says: ${ack.status}`;
    this.note(device, 'reported', `subzone ${subzone?.name ?? ack.subzoneId ?? 'unknown'}: the device ${words}`, {
      details: { status: ack.status, subzoneId: ack.subzoneId },
      isAnswer: true,
    });
    if (subzone && ack.status !== 'error') this.said(device, subzone, ack.status === 'subzone_assigned');
  }

  /** Puts an event to a subzone of a device; what is gone leaves the record. */
  step(device: DeviceRecord, id: SubzoneId, event: SubzoneEvent): void {
    device.subzones = device.subzones.flatMap((subzone) => {
      if (subzone.id !== id) return [subzone];
      const next = nextSubzone(subzone, event);
      return next ? [next] : [];
    });
    this.parts.devices.save(device);
  }

  private sendAssign(change: PendingChange): void {
    const body = change.body as AssignBody;
    const found = this.find(change, body.id);
    if (!found) return;
    const { device, subzone } = found;
    const { confirmed } = device.zone;
    if (!body.isTransfer && body.parentZoneId !== null && confirmed !== null && body.parentZoneId !== confirmed) {
      const reason = `${device.name} is in zone ${confirmed}, not ${body.parentZoneId}. Move the device first.`;
      this.conclude(change, { state: 'failed', reason });
      return;
    }
    const payload = {
      subzone_id: body.id,
      subzone_name: body.name,
      parent_zone_id: body.isTransfer ? '' : (confirmed ?? ''),
      assigned_gpios: [...body.gpios],
      safe_mode_active: subzone.safeMode.desired, // left out it would be true
      timestamp: this.nowS(),
      correlation_id: change.operationId,
    };
    this.lane.send(change, subzoneAssign, payload, (end) => this.answered(change, end));
  }

  private sendRemove(change: PendingChange): void {
    const { id } = change.body as RemoveBody;
    if (!this.find(change, id)) return;
    const payload = {
      subzone_id: id,
      reason: WIRE_REASON,
      timestamp: this.nowS(),
      correlation_id: change.operationId,
    };
    this.lane.send(change, subzoneRemove, payload, (end) => this.answered(change, end));
  }

  private sendSafe(change: PendingChange): void {
    const { id, isEnabled } = change.body as SafeBody;
    if (!this.find(change, id)) return;
    const payload = {
      subzone_id: id,
      action: isEnabled ? ('enable' as const) : ('disable' as const),
      reason: WIRE_REASON,
      timestamp: this.nowS(),
      correlation_id: change.operationId,
    };
    this.lane.send(change, subzoneSafe, payload, (end) => this.answered(change, end));
  }

  /** The subzone that a change is about; without it the change ends. */
  private find(change: PendingChange, id: SubzoneId): { device: DeviceRecord; subzone: SubzoneView } | undefined {
    const device = this.parts.devices.get(change.deviceId);
    const subzone = device?.subzones.find((one) => one.id === id);
    if (device && subzone) return { device, subzone };
    this.parts.operations.finish(change.operationId, 'failed', 'The subzone is not known any more.');
    return undefined;
  }

  private answered(change: PendingChange, end: LaneEnd<SubzoneAck>): void {
    if ('refusal' in end) {
      this.conclude(change, { state: 'failed', reason: end.refusal });
      return;
    }
    const { id } = change.body as RemoveBody;
    this.conclude(change, subzoneAnswer(change.kind as SubzoneKind, id, end.ack), end.ack !== null);
  }

  /** Takes an answer or its absence over: record, journal, operation. */
  private conclude(change: PendingChange, answer: SubzoneAnswer, isAnswer = false): void {
    const { devices, operations } = this.parts;
    const { operationId, deviceId, body } = change;
    const kind = change.kind as SubzoneKind;
    const device = devices.get(deviceId);
    const subzone = device?.subzones.find(({ id }) => id === (body as RemoveBody).id);
    if (device && subzone) {
      const gpios = kind === 'subzone_assign' ? (body as AssignBody).gpios : [];
      const event = eventOf({ kind, answer, gpios }, device.zone.confirmed, operations.isOvertaken(operationId));
      if (event) this.step(device, subzone.id, event);
      this.noteEnd(device, wordsOf(kind, subzone.name), answer, { operationId, subzoneId: subzone.id, isAnswer });
    }
    operations.finish(operationId, answer.state, answer.reason);
  }

  /** The right id, but nobody waits for it any more. False when nothing follows for its operation. */
  private answeredLate(
    device: DeviceRecord,
    operation: OperationView & { kind: SubzoneKind },
    ack: SubzoneAck,
  ): boolean {
    const { id: operationId, kind, state, subject } = operation;
    const subzone = device.subzones.find(({ id }) => id === subject);
    if (!subzone) return false;
    const answer = subzoneAnswer(kind, subzone.id, ack);
    const change = this.parts.operations.change(operationId);
    if (change) {
      if (answer.state === 'confirmed') this.conclude(change, answer, true); // otherwise it is sent and answered again
      return true;
    }
    // Late: it counts only when the operator has wished nothing else since.
    const isNewest =
      kind === 'subzone_safe'
        ? subzone.safeMode.state === 'sent' && answer.state === 'failed'
        : subzone.state === 'failed' && subzone.isRemoving === (kind === 'subzone_remove');
    const { gpios, id: subzoneId } = subzone;
    const event = eventOf({ kind, answer, gpios }, device.zone.confirmed, false);
    if (state !== 'timeout' || !isNewest || !event) return false;
    this.step(device, subzoneId, event);
    const details = { operationId, subzoneId, isAnswer: true, isLate: true };
    this.noteEnd(device, wordsOf(kind, subzone.name), answer, details);
    return true;
  }

  /** What the device tells without being asked. */
  private said(device: DeviceRecord, { id, gpios, state, isRemoving }: SubzoneView, isThere: boolean): void {
    const zoneId = device.zone.confirmed;
    if (state === 'pending' || (isThere && isRemoving))
      this.step(device, id, { kind: 'said', confirmed: isThere ? { gpios: [...gpios], zoneId } : null });
    else this.step(device, id, isThere ? { kind: 'assigned', gpios, zoneId } : { kind: 'removed' });
  }

  /** An operation that ended without an answer of the device. */
  private ended({ deviceId, kind, subject, reason = '' }: OperationView, ending: Ending, body: unknown): void {
    const device = this.parts.devices.get(deviceId);
    const subzone = device?.subzones.find(({ id }) => id === subject);
    if (!device || !subzone || ending === 'replaced' || ending === 'withdrawn' || !isSubzoneKind(kind)) return;
    const isCancelled = ending === 'cancelled';
    const isSafe = kind === 'subzone_safe';
    // While the device still works on an older change of the slot, the state stays pending for that one.
    const isOpen = this.parts.operations.has(deviceId, (isSafe ? safeSlot : subzoneSlot)(subzone.id));
    if (isSafe && isCancelled) {
      const { before } = body as SafeBody;
      this.step(device, subzone.id, { kind: 'safe_withdrawn', before, isOpen });
    } else if (!isOpen && isSafe) this.step(device, subzone.id, { kind: 'safe_ended', isSent: false });
    else if (!isOpen) this.step(device, subzone.id, isCancelled ? { kind: 'withdrawn' } : { kind: 'failed', reason });
    this.note(device, isCancelled ? 'withdrawn' : 'failed', `${wordsOf(kind, subzone.name)} was not sent (${reason})`, {
      details: { ending },
      isAnswer: false,
    });
  }

  private operationOf(device: DeviceRecord, id: string | undefined) {
    const found = id === undefined ? undefined : this.parts.operations.get(id);
    if (!found?.ok || found.value.deviceId !== device.id) return undefined;
    const { kind } = found.value;
    return isSubzoneKind(kind) ? { ...found.value, kind } : undefined;
  }

  private noteEnd(
    device: DeviceRecord,
    what: string,
    { state, reason }: SubzoneAnswer,
    about: { operationId: string; subzoneId: SubzoneId; isAnswer: boolean; isLate?: boolean },
  ): void {
    const { isAnswer, isLate, ...details } = about;
    const words = `${what} ${isLate ? 'late ' : ''}${state}${reason === undefined ? '' : ` (${reason})`}`;
    this.note(device, state, words, { details: { ...details, ...(isLate && { late: true }) }, isAnswer });
  }

  private note(
    device: DeviceRecord,
    kind: string,
    words: string,
    { details, isAnswer }: { details: Readonly<Record<string, unknown>>; isAnswer: boolean },
  ): void {
    this.parts.journal.add({
      kind: `subzone.${kind}`,
      deviceId: device.id,
      ...(isAnswer && { actor: `device:${device.id}` }),
      message: `${device.name}: ${words}`,
      details,
    });
  }

  private nowS(): number {
    return Math.floor(this.parts.clock.now() / 1000);
  }
}
