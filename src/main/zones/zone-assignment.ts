import type { OperationView } from '../../shared/api/operations';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import { zoneAssign, type ZoneAck } from '../../shared/wire/messages/zone';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal } from '../journal/journal';
import type { Publisher } from '../link/publisher';
import type { Ending, Operations } from '../operations/operations';
import type { PendingChange } from '../operations/pending-change';
import { LaneSender, type LaneEnd } from './lane-sender';
import type { Subzones } from './subzones';
import { nextZone, saidZone, zoneAnswer, type SubzoneStrategy, type ZoneAnswer, type ZoneEvent } from './zone-rules';
import type { Zones } from './zones';

/** Outbox slot of a device's zone. */
const SLOT = 'zone';
const RESYNC_ACTOR = 'system:resync';
/** An id is shown so far; ours have 36 characters. */
const RAW_CHARS = 64;

export type AssignInput = {
  readonly zoneId: ZoneId;
  readonly zoneName?: string | undefined;
  readonly masterZoneId?: ZoneId | undefined;
  readonly subzoneStrategy?: SubzoneStrategy | undefined;
};

/** What the outbox keeps of a change. */
type Body = { readonly zoneId: ZoneId | null; readonly strategy: SubzoneStrategy; readonly isResync: boolean };
/** When the last zone change of a device ended, when one was confirmed (monotonic ms), and how many failed since then. */
export type ZoneTimes = { readonly endedMs?: number; readonly confirmedMs?: number; readonly failures?: number };

/** Zone assignment: the wish is stored at once, confirmed only by the device's acknowledgement with the same id (wire contract 4). */
export class ZoneAssignment {
  private readonly lane: LaneSender<ZoneAck>;
  /** The last change that each device was sent, for an acknowledgement that comes too late and for a repetition. */
  private readonly last = new Map<DeviceId, Body>();
  private readonly times = new Map<DeviceId, ZoneTimes>();

  constructor(
    private readonly parts: {
      readonly devices: DeviceRegistry;
      readonly zones: Zones;
      readonly subzones: Subzones;
      readonly operations: Operations;
      readonly publisher: Publisher;
      readonly journal: Journal;
      readonly clock: Clock;
      readonly kaiserId: string;
    },
  ) {
    const { operations, devices } = parts;
    this.lane = new LaneSender(parts);
    operations.executor('zone_assign', (change) => this.send(change));
    operations.executor('zone_remove', (change) => this.send(change));
    operations.onEnd((operation, ending) => this.ended(operation, ending));
    devices.onRemove((id) => {
      this.last.delete(id);
      this.times.delete(id);
    });
  }

  stop(): void {
    this.lane.stop();
  }

  /** Asks the device to join a zone; an unknown zone is created. */
  assign(deviceId: DeviceId, input: AssignInput, actor: string): Result<OperationView> {
    const ready = this.ready(deviceId);
    if (!ready.ok) return ready;
    const device = ready.value;
    const { zones, subzones } = this.parts;
    const { zoneId, zoneName, masterZoneId, subzoneStrategy: strategy = 'transfer' } = input;
    const problem = strategy === 'copy' && device.zone.confirmed !== zoneId ? subzones.copyProblem(device) : null;
    if (problem !== null) return failure('conflict', problem);
    const known = zones.get(zoneId);
    if (!known || zoneName !== undefined)
      zones.put({ id: zoneId, name: zoneName || known?.name || zoneId, masterZoneId }, actor);
    return success(this.submit(device, { zoneId, strategy, isResync: false }, actor));
  }

  /** Asks the device to leave its zone. */
  remove(deviceId: DeviceId, actor: string): Result<OperationView> {
    const ready = this.ready(deviceId);
    if (!ready.ok) return ready;
    return success(this.submit(ready.value, { zoneId: null, strategy: 'transfer', isResync: false }, actor));
  }

  /** Sends the wished zone again, and after its acknowledgement the subzones. The caller says why and keeps the cool-downs. */
  resync(device: DeviceRecord, why: string): void {
    const { desired } = device.zone;
    const last = this.last.get(device.id);
    const strategy = last?.zoneId === desired ? last.strategy : 'transfer';
    this.parts.journal.add({
      kind: 'zone.resync',
      deviceId: device.id,
      actor: RESYNC_ACTOR,
      message: `${device.name}: its zone ${desired === null ? 'removal is' : `${this.zoneName(desired)} and its subzones are`} sent again, because ${why}`,
      details: { zoneId: desired },
    });
    this.submit(device, { zoneId: desired, strategy, isResync: true }, RESYNC_ACTOR);
  }

  /** When zone changes of the device ended, for cool-downs. */
  timesOf(deviceId: DeviceId): ZoneTimes {
    return this.times.get(deviceId) ?? {};
  }

  /** Is a zone change of the device on its way, or waiting? */
  isOpen(deviceId: DeviceId): boolean {
    return this.parts.operations.has(deviceId, SLOT);
  }

  /** An acknowledgement of the device. Without a waiting operation it only tells what the device says. */
  acknowledged(deviceId: DeviceId, ack: ZoneAck): void {
    if (this.lane.resolve(deviceId, ack)) return;
    const device = this.parts.devices.get(deviceId);
    if (!device) return;
    const operation = this.operationOf(device, ack.correlationId);
    if (!operation) this.warnUnmatched(device, ack);
    if (operation && (operation.state === 'pending' || operation.state === 'timeout'))
      this.answeredLate(device, operation, ack);
    else if (ack.status !== 'error') this.said(device, saidZone(ack, device.zone.confirmed));
  }

  /** Wire contract 4.2: an id that is missing or unknown is worth a warning; what the device says about itself still counts. */
  private warnUnmatched(device: DeviceRecord, { status, message, correlationId }: ZoneAck): void {
    const words = message === undefined || message === '' ? status : `${status}: ${message}`;
    this.parts.devices.warn(device, {
      code: 'unmatched_answer',
      message: `The device acknowledged a zone (${words}) that this console did not ask of it. That completed no operation.`,
      raw: `zone: ${correlationId?.slice(0, RAW_CHARS) ?? 'no id'}`,
    });
  }

  private ready(deviceId: DeviceId): Result<DeviceRecord> {
    const found = this.parts.devices.find(deviceId);
    if (!found.ok) return found;
    const { name, approval } = found.value;
    return approval === 'approved'
      ? found
      : failure('not_approved', `${name} is not approved. Approve it first.`, { details: { approval } });
  }

  private submit(device: DeviceRecord, body: Body, actor: string): OperationView {
    const { zoneId, strategy, isResync } = body;
    this.step(device, { kind: 'asked', zoneId });
    if (!isResync)
      this.parts.journal.add({
        kind: 'zone.requested',
        deviceId: device.id,
        actor,
        message:
          zoneId === null ? `${device.name}: leave its zone` : `${device.name}: join zone ${this.zoneName(zoneId)}`,
        details: { zoneId, ...(strategy !== 'transfer' && { subzoneStrategy: strategy }) },
      });
    return this.parts.operations.submit({
      deviceId: device.id,
      slot: SLOT,
      kind: zoneId === null ? 'zone_remove' : 'zone_assign',
      body,
      by: actor,
      ...(zoneId !== null && { subject: zoneId }),
    });
  }

  private send(change: PendingChange): void {
    const { zones, clock, kaiserId } = this.parts;
    const { operationId: id, deviceId } = change;
    const body = change.body as Body;
    this.last.set(deviceId, body);
    const zone = body.zoneId === null ? undefined : zones.get(body.zoneId);
    const payload = {
      zone_id: body.zoneId ?? '',
      master_zone_id: zone?.masterZoneId ?? '',
      zone_name: zone?.name ?? '',
      kaiser_id: kaiserId,
      correlation_id: id,
      timestamp: Math.floor(clock.now() / 1000),
    };
    this.lane.send(change, zoneAssign, payload, (end) => this.answered(change, end));
  }

  private answered({ operationId: id, deviceId, body }: PendingChange, end: LaneEnd<ZoneAck>): void {
    const device = this.parts.devices.get(deviceId);
    const { zoneId } = body as Body;
    const answer: ZoneAnswer =
      'refusal' in end ? { state: 'failed', reason: end.refusal } : zoneAnswer(zoneId, end.ack);
    if (device) this.conclude(device, id, { zoneId, answer }, { isAnswer: 'ack' in end && end.ack !== null });
    this.parts.operations.finish(id, answer.state, answer.reason);
  }

  /** The right id, but nobody waits for it any more: too late, or the change waits to be sent again. */
  private answeredLate(device: DeviceRecord, { id, kind, subject }: OperationView, ack: ZoneAck): void {
    const zoneId = kind === 'zone_remove' ? null : (subject as ZoneId);
    const answer = zoneAnswer(zoneId, ack);
    const change = this.parts.operations.change(id);
    if (change) {
      if (answer.state === 'confirmed') this.answered(change, { ack }); // otherwise it is sent again, and answered again
    } else if (device.zone.state === 'failed' && device.zone.desired === zoneId)
      this.conclude(device, id, { zoneId, answer }, { isAnswer: true, isLate: true });
    else if (answer.said !== undefined) this.said(device, answer.said);
  }

  private said(device: DeviceRecord, zoneId: ZoneId | null): void {
    const { confirmed } = device.zone;
    if (confirmed === zoneId && (device.zone.desired !== zoneId || device.zone.state !== 'failed')) return;
    this.step(device, { kind: 'said', zoneId });
    if (confirmed === zoneId) return;
    this.parts.journal.add({
      kind: 'zone.reported',
      deviceId: device.id,
      actor: `device:${device.id}`,
      message: `${device.name} says that it is in ${zoneId === null ? 'no zone' : `zone ${this.zoneName(zoneId)}`}`,
      details: { zoneId },
    });
    if (zoneId === null) this.parts.subzones.deviceLeftZone(device);
  }

  /** Takes an answer or its absence over: zone, subzones, journal. The operation is finished by the caller, after this. */
  private conclude(
    device: DeviceRecord,
    operationId: string,
    { zoneId, answer }: { zoneId: ZoneId | null; answer: ZoneAnswer },
    options: { isAnswer: boolean; isLate?: boolean },
  ): void {
    const { operations, clock, journal, subzones } = this.parts;
    const before = device.zone.confirmed;
    const isConfirmed = answer.state === 'confirmed';
    this.step(device, { kind: 'answered', zoneId, answer, isOvertaken: operations.isOvertaken(operationId) });
    const endedMs = clock.monotonic();
    const times = this.timesOf(device.id);
    this.times.set(
      device.id,
      isConfirmed
        ? { endedMs, confirmedMs: endedMs, failures: 0 }
        : { ...times, endedMs, failures: (times.failures ?? 0) + 1 },
    );
    const what = zoneId === null ? 'leaving its zone' : `zone ${this.zoneName(zoneId)}`;
    const reason = answer.reason === undefined ? '' : ` (${answer.reason})`;
    journal.add({
      kind: `zone.${answer.state}`,
      deviceId: device.id,
      ...(options.isAnswer && { actor: `device:${device.id}` }),
      message: `${device.name}: ${what} ${options.isLate ? 'late ' : ''}${answer.state}${reason}`,
      details: { operationId, zoneId, ...(options.isLate && { late: true }) },
    });
    if (answer.said === null) subzones.deviceLeftZone(device);
    else if (isConfirmed && zoneId !== null) {
      const last = this.last.get(device.id);
      const hasMoved = before !== null && before !== zoneId;
      this.last.set(device.id, { zoneId, strategy: 'transfer', isResync: false }); // a strategy counts once
      if (hasMoved) subzones.deviceMoved(device, last?.strategy ?? 'transfer', before);
      else if (last?.isResync || before === null) subzones.resend(device, RESYNC_ACTOR);
    }
  }

  /** An operation that ended without an answer of the device. */
  private ended({ deviceId, kind, subject, reason = '' }: OperationView, ending: Ending): void {
    const device = this.parts.devices.get(deviceId);
    if (!device || ending === 'replaced' || (kind !== 'zone_assign' && kind !== 'zone_remove')) return;
    // While the device still works on an older change, the zone stays pending for that one.
    if (!this.isOpen(deviceId))
      this.step(device, ending === 'cancelled' ? { kind: 'withdrawn' } : { kind: 'given_up', reason });
    this.parts.journal.add({
      kind: ending === 'cancelled' ? 'zone.withdrawn' : 'zone.failed',
      deviceId,
      message: `${device.name}: ${kind === 'zone_remove' ? 'leaving its zone' : `zone ${this.zoneName(subject as ZoneId)}`} was not sent (${reason})`,
      details: { ending },
    });
  }

  private step(device: DeviceRecord, event: ZoneEvent): void {
    device.zone = nextZone(device.zone, event);
    this.parts.devices.save(device);
  }

  private operationOf(device: DeviceRecord, id: string | undefined): OperationView | undefined {
    const found = id === undefined ? undefined : this.parts.operations.get(id);
    if (!found?.ok || found.value.deviceId !== device.id) return undefined;
    return found.value.kind === 'zone_assign' || found.value.kind === 'zone_remove' ? found.value : undefined;
  }

  private zoneName(id: ZoneId): string {
    return this.parts.zones.get(id)?.name ?? id;
  }
}
