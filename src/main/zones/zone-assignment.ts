import type { OperationView } from '../../shared/api/operations';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import { wireLimits } from '../../shared/wire/limits';
import { zoneAssign, type ZoneAck } from '../../shared/wire/messages/zone';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal } from '../journal/journal';
import type { Publisher } from '../link/publisher';
import { ReplyWaiter } from '../link/reply-waiter';
import type { Operations } from '../operations/operations';
import type { PendingChange } from '../operations/outbox-store';
import type { Zones } from './zones';

export type AssignInput = {
  readonly zoneId: ZoneId;
  readonly zoneName?: string | undefined;
  readonly masterZoneId?: ZoneId | undefined;
};

/** Zone assignment: the wish is stored at once, confirmed only by the device's acknowledgement with the same id (wire contract 4). */
export class ZoneAssignment {
  private readonly replies: ReplyWaiter<ZoneAck>;

  constructor(
    private readonly parts: {
      readonly devices: DeviceRegistry;
      readonly zones: Zones;
      readonly operations: Operations;
      readonly publisher: Publisher;
      readonly journal: Journal;
      readonly clock: Clock;
      readonly kaiserId: string;
    },
  ) {
    this.replies = new ReplyWaiter(parts.clock);
    parts.operations.executor('zone_assign', (change) => this.send(change));
    parts.operations.executor('zone_remove', (change) => this.send(change));
  }

  stop(): void {
    this.replies.cancelAll();
  }

  /** Asks the device to join a zone; an unknown zone is created. */
  assign(deviceId: DeviceId, input: AssignInput, actor: string): Result<OperationView> {
    const ready = this.ready(deviceId);
    if (!ready.ok) return ready;
    const { zones } = this.parts;
    const known = zones.get(input.zoneId);
    if (!known || input.zoneName !== undefined) {
      zones.put(
        { id: input.zoneId, name: input.zoneName || known?.name || input.zoneId, masterZoneId: input.masterZoneId },
        actor,
      );
    }
    return success(this.submit(ready.value, input.zoneId, actor));
  }

  /** Asks the device to leave its zone. */
  remove(deviceId: DeviceId, actor: string): Result<OperationView> {
    const ready = this.ready(deviceId);
    return ready.ok ? success(this.submit(ready.value, null, actor)) : ready;
  }

  /** An acknowledgement of the device. Without a waiting operation it only tells what the device says. */
  acknowledged(deviceId: DeviceId, ack: ZoneAck): void {
    if (ack.correlationId !== undefined && this.replies.resolve(replyKey(deviceId, ack.correlationId), ack)) return;
    const device = this.parts.devices.get(deviceId);
    if (!device || ack.status === 'error' || device.zone.state === 'pending') return;
    const confirmed = ack.status === 'zone_assigned' && ack.zoneId ? ack.zoneId : null;
    if (confirmed === device.zone.confirmed) return;
    device.zone = { ...device.zone, confirmed, state: confirmed === device.zone.desired ? 'confirmed' : 'failed' };
    this.parts.devices.save(device);
  }

  /** After a restart of the console: what was pending is unknown now. */
  ended(operation: OperationView): void {
    const device = this.parts.devices.get(operation.deviceId);
    if (device?.zone.state !== 'pending') return;
    device.zone = { ...device.zone, state: 'failed', reason: operation.reason ?? '' };
    this.parts.devices.save(device);
  }

  private ready(deviceId: DeviceId): Result<DeviceRecord> {
    const found = this.parts.devices.find(deviceId);
    if (!found.ok) return found;
    const { name, approval } = found.value;
    return approval === 'approved'
      ? found
      : failure('not_approved', `${name} is not approved. Approve it first.`, { details: { approval } });
  }

  private submit(device: DeviceRecord, zoneId: ZoneId | null, actor: string): OperationView {
    const { operations, zones, journal, devices } = this.parts;
    device.zone = { desired: zoneId, confirmed: device.zone.confirmed, state: 'pending' };
    devices.save(device);
    journal.add({
      kind: 'zone.requested',
      deviceId: device.id,
      actor,
      message:
        zoneId === null
          ? `${device.name}: leave its zone`
          : `${device.name}: join zone ${zones.get(zoneId)?.name ?? zoneId}`,
      details: { zoneId },
    });
    return operations.submit({
      deviceId: device.id,
      slot: 'zone',
      kind: zoneId === null ? 'zone_remove' : 'zone_assign',
      body: { zoneId },
      by: actor,
      ...(zoneId !== null && { subject: zoneId }),
    });
  }

  private send({ operationId: id, deviceId, body }: PendingChange): void {
    const { operations, publisher, zones, clock, kaiserId, devices } = this.parts;
    const device = devices.get(deviceId);
    if (!device) {
      operations.finish(id, 'failed', 'The device was removed from the console.');
      return;
    }
    const { zoneId } = body as { zoneId: ZoneId | null };
    const zone = zoneId === null ? undefined : zones.get(zoneId);
    const payload = {
      zone_id: zoneId ?? '',
      master_zone_id: zone?.masterZoneId ?? '',
      zone_name: zone?.name ?? '',
      kaiser_id: kaiserId,
      correlation_id: id,
      timestamp: Math.floor(clock.now() / 1000),
    };
    // The broker's refusal may come within the call, so everything is in place before it.
    const giveUp = this.replies.expect(replyKey(deviceId, id), wireLimits.zoneAckMs, (ack) =>
      this.finish(device, id, zoneId, ack),
    );
    const postponed = () => {
      giveUp();
      operations.postpone(id);
    };
    const sent = publisher.send(zoneAssign, { deviceId }, payload, postponed);
    if (!sent.ok) postponed();
  }

  private finish(device: DeviceRecord, id: string, zoneId: ZoneId | null, ack: ZoneAck | null): void {
    const { operations, devices, journal } = this.parts;
    const outcome = outcomeOf(zoneId, ack);
    device.zone = {
      desired: zoneId,
      confirmed: outcome.state === 'confirmed' ? zoneId : device.zone.confirmed,
      state: outcome.state === 'confirmed' ? (zoneId === null ? 'none' : 'confirmed') : 'failed',
      ...(outcome.reason !== undefined && { reason: outcome.reason }),
    };
    devices.save(device);
    operations.finish(id, outcome.state, outcome.reason);
    journal.add({
      kind: `zone.${outcome.state}`,
      deviceId: device.id,
      actor: `device:${device.id}`,
      message: `${device.name}: zone ${zoneId ?? 'removal'} ${outcome.state}${outcome.reason === undefined ? '' : ` (${outcome.reason})`}`,
      details: { operationId: id, zoneId },
    });
  }
}

/** Key of a wait: an id counts only from the device that it was sent to. */
function replyKey(deviceId: DeviceId, correlationId: string): string {
  return `${deviceId}:${correlationId}`;
}

function outcomeOf(
  zoneId: ZoneId | null,
  ack: ZoneAck | null,
): { state: 'confirmed' | 'failed' | 'timeout'; reason?: string } {
  if (!ack)
    return {
      state: 'timeout',
      reason: 'The device did not answer within 15 seconds. Check that it is there, then assign the zone again.',
    };
  if (ack.status === 'error') return { state: 'failed', reason: ack.message ?? 'The device refused without a reason.' };
  const isRight =
    zoneId === null
      ? ack.status === 'zone_removed'
      : ack.status === 'zone_assigned' && (ack.zoneId === undefined || ack.zoneId === zoneId);
  return isRight
    ? { state: 'confirmed' }
    : {
        state: 'failed',
        reason: `The device answered ${ack.status} ${ack.zoneId ?? ''}, which is not what was asked.`,
      };
}
