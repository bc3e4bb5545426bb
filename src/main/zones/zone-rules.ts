import { assertNever } from '../../shared/domain/assert';
import type { ZoneId } from '../../shared/domain/ids';
import type { ZoneAck } from '../../shared/wire/messages/zone';
import type { ZoneAssignment as ZoneOfDevice } from '../devices/device-record';

/** What becomes of the subzones when their device moves to another zone (wire contract 4.3, docs/decisions/0008). */
export type SubzoneStrategy = 'transfer' | 'copy' | 'reset';

/** How a change of the zone ended. */
export type ZoneAnswer = {
  readonly state: 'confirmed' | 'failed' | 'timeout';
  readonly reason?: string;
  /** Where the device says that it is; absent when it said nothing about it. */
  readonly said?: ZoneId | null;
};

export type ZoneEvent =
  | { readonly kind: 'asked'; readonly zoneId: ZoneId | null }
  /** `isOvertaken`: the operator has wished something newer since, and it waits. */
  | {
      readonly kind: 'answered';
      readonly zoneId: ZoneId | null;
      readonly answer: ZoneAnswer;
      readonly isOvertaken: boolean;
    }
  /** The device told where it is without being waited for. */
  | { readonly kind: 'said'; readonly zoneId: ZoneId | null }
  | { readonly kind: 'given_up'; readonly reason: string }
  | { readonly kind: 'withdrawn' };

const silence = 'The device did not answer within 15 seconds. Check that it is there, then assign the zone again.';

/** What an acknowledgement, or its absence, means for what was asked (`null`: leave the zone). */
export function zoneAnswer(asked: ZoneId | null, ack: ZoneAck | null): ZoneAnswer {
  if (!ack) return { state: 'timeout', reason: silence };
  if (ack.status === 'error') return { state: 'failed', reason: ack.message ?? 'The device refused without a reason.' };
  const said = saidZone(ack, asked);
  const isRight = (ack.status === 'zone_removed') === (asked === null) && said === asked;
  if (isRight) return { state: 'confirmed', said };
  const words = [ack.status, ack.zoneId].filter(Boolean).join(' ');
  return { state: 'failed', reason: `The device answered ${words}, which is not what was asked.`, said };
}

/** Where the device is by an acknowledgement that is no error; one that does not repeat the zone means the one asked for. */
export function saidZone(ack: ZoneAck, asked: ZoneId | null): ZoneId | null {
  if (ack.status === 'zone_removed') return null;
  return ack.zoneId === undefined ? asked : ack.zoneId || null;
}

/** Life cycle of a device's zone: wished, then confirmed only by the device (wire contract 4.3). */
export function nextZone(zone: ZoneOfDevice, event: ZoneEvent): ZoneOfDevice {
  switch (event.kind) {
    case 'asked':
      return { desired: event.zoneId, confirmed: zone.confirmed, state: 'pending' };
    case 'answered': {
      const { answer, zoneId } = event;
      const confirmed = answer.said === undefined ? zone.confirmed : answer.said;
      if (event.isOvertaken) return { desired: zone.desired, confirmed, state: 'pending' };
      if (answer.state === 'confirmed') return agreed(zoneId);
      return { desired: zoneId, confirmed, state: 'failed', ...(answer.reason && { reason: answer.reason }) };
    }
    case 'said':
      if (zone.state === 'pending') return { ...zone, confirmed: event.zoneId };
      if (event.zoneId === zone.desired) return agreed(event.zoneId);
      // Nobody has wished anything: it is the device's own affair.
      if (zone.desired === null && zone.state === 'none') return { ...zone, confirmed: event.zoneId };
      return {
        desired: zone.desired,
        confirmed: event.zoneId,
        state: 'failed',
        reason: event.zoneId === null ? 'The device says that it left its zone.' : elsewhere(event.zoneId),
      };
    case 'given_up':
      return zone.state === 'pending'
        ? { desired: zone.desired, confirmed: zone.confirmed, state: 'failed', reason: event.reason }
        : zone;
    case 'withdrawn':
      return agreed(zone.confirmed);
    default:
      return assertNever(event);
  }
}

function agreed(zoneId: ZoneId | null): ZoneOfDevice {
  return { desired: zoneId, confirmed: zoneId, state: zoneId === null ? 'none' : 'confirmed' };
}

function elsewhere(zoneId: ZoneId): string {
  return `The device says that it is in zone ${zoneId}.`;
}
