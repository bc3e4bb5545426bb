import type { OperationKind } from '../../shared/api/operations';
import type { ZoneId } from '../../shared/domain/ids';
import type { SubzoneAck } from '../../shared/wire/messages/subzone';
import type { SubzoneEvent } from './subzone-rules';

/** The device does not know the subzone: after a removal that is what was wanted. */
const NOT_FOUND_CODE = 'SUBZONE_NOT_FOUND';
const silence = 'The device did not answer within 15 seconds. Check that it is there, then ask for it again.';
const safeSilence = 'Devices do not acknowledge safe mode; it was sent and not refused.';

export type SubzoneKind = Extract<OperationKind, 'subzone_assign' | 'subzone_remove' | 'subzone_safe'>;
export type SubzoneAnswer = { readonly state: 'confirmed' | 'failed' | 'timeout'; readonly reason?: string };

const rightStatus = { subzone_assign: 'subzone_assigned', subzone_remove: 'subzone_removed' } as const;

/** What an acknowledgement, or its absence, means for a change. Safe mode is never acknowledged, only refused (wire contract 1.30). */
export function subzoneAnswer(kind: SubzoneKind, id: string, ack: SubzoneAck | null): SubzoneAnswer {
  if (!ack) return { state: 'timeout', reason: kind === 'subzone_safe' ? safeSilence : silence };
  if (ack.status === 'error')
    return kind === 'subzone_remove' && ack.reasonCode === NOT_FOUND_CODE
      ? { state: 'confirmed' }
      : { state: 'failed', reason: refusalOf(ack) };
  if (kind === 'subzone_safe') return { state: 'confirmed' };
  const isRight = ack.status === rightStatus[kind] && (ack.subzoneId === undefined || ack.subzoneId === id);
  if (isRight) return { state: 'confirmed' };
  const words = [ack.status, ack.subzoneId].filter(Boolean).join(' ');
  return { state: 'failed', reason: `The device answered ${words}, which is not what was asked.` };
}

/** The words of a refusal. */
export function refusalOf({ message, errorCode }: SubzoneAck): string {
  if (message) return message;
  return errorCode === undefined
    ? 'The device refused without a reason.'
    : `The device refused it with error ${errorCode}.`;
}

/** What an answer does to the record. When the operator has wished something newer, only what the device has is taken over. */
export function eventOf(
  { kind, answer, gpios }: { kind: SubzoneKind; answer: SubzoneAnswer; gpios: readonly number[] },
  zoneId: ZoneId | null,
  isOvertaken: boolean,
): SubzoneEvent | null {
  const isConfirmed = answer.state === 'confirmed';
  if (kind === 'subzone_safe') return isOvertaken ? null : { kind: 'safe_ended', isSent: answer.state !== 'failed' };
  if (!isConfirmed) return isOvertaken ? null : { kind: 'failed', reason: answer.reason ?? '' };
  if (kind === 'subzone_assign')
    return isOvertaken
      ? { kind: 'said', confirmed: { gpios: [...gpios], zoneId } }
      : { kind: 'assigned', gpios, zoneId };
  return isOvertaken ? { kind: 'said', confirmed: null } : { kind: 'removed' };
}

export function isSubzoneKind(kind: OperationKind): kind is SubzoneKind {
  return kind === 'subzone_assign' || kind === 'subzone_remove' || kind === 'subzone_safe';
}

/** A change in words for the journal. */
export function wordsOf(kind: SubzoneKind, name: string): string {
  if (kind === 'subzone_assign') return `subzone ${name}`;
  return kind === 'subzone_remove' ? `dissolving subzone ${name}` : `safe mode of subzone ${name}`;
}
