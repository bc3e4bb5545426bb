import type { SubzoneView } from '../../shared/api/devices';
import type { Heartbeat } from '../../shared/wire/messages/heartbeat';
import type { DeviceRecord } from '../devices/device-record';

/** After a zone was confirmed, a reconnect sends nothing again for this long (wire contract 2.5). */
export const RECONNECT_COOL_DOWN_MS = 120_000;
/** A device that has lost its zone gets it again at most this often (2.5). Also the gap after a change that failed. */
export const ZONE_LOSS_COOL_DOWN_MS = 60_000;
/** A device that refuses or keeps silent is asked at ever longer gaps, at last once an hour, so that it does not fill the journal. */
export const LONGEST_COOL_DOWN_MS = 3_600_000;

/** Where the device says that it is: a zone, null for none, undefined when it does not say. */
export type ReportedZone = string | null | undefined;

export type ResyncFacts = {
  readonly device: Pick<DeviceRecord, 'approval' | 'zone' | 'subzones'>;
  readonly reported: ReportedZone;
  readonly subzoneCount: number | undefined;
  /** It came back or restarted, and has not been looked at since. */
  readonly isBack: boolean;
  /** A change of its zone is on its way, or waits. */
  readonly isZoneOpen: boolean;
  /** Since its last change of the zone was confirmed, and since the last one ended in any way; Infinity for never. */
  readonly sinceConfirmedMs: number;
  readonly sinceEndedMs: number;
  /** Changes of its zone that failed since the last confirmed one. */
  readonly failures: number;
};

/** `later`: look again at the next heartbeat. */
export type ResyncDecision =
  { readonly kind: 'nothing' } | { readonly kind: 'later' } | { readonly kind: 'send'; readonly why: string };

/** What a heartbeat tells about the zone. `zone_assigned: false` counts whatever stands beside it; `""` is no zone. */
export function reportedZone({ zone_id, zone_assigned }: Pick<Heartbeat, 'zone_id' | 'zone_assigned'>): ReportedZone {
  if (zone_assigned === false) return null;
  return zone_id === undefined ? undefined : zone_id || null;
}

/** Are zone and subzones sent again (4.5)? Healthy devices are left alone, and so are those for which nobody wished a zone. */
export function decideResync(facts: ResyncFacts): ResyncDecision {
  const { approval, zone } = facts.device;
  if (approval !== 'approved' || (zone.desired === null && zone.state !== 'failed')) return { kind: 'nothing' };
  if (facts.isZoneOpen) return { kind: 'later' };
  const why = lossOf(facts) ?? (facts.isBack ? disagreementOf(facts) : null);
  if (why === null) return { kind: 'nothing' };
  const isLoss = lossOf(facts) !== null;
  const isCool =
    facts.sinceEndedMs >= coolDownMs(facts.failures) && (isLoss || facts.sinceConfirmedMs >= RECONNECT_COOL_DOWN_MS);
  return isCool ? { kind: 'send', why } : { kind: 'later' };
}

/** 1, 1, 2, 4 … 60 minutes. */
function coolDownMs(failures: number): number {
  return Math.min(ZONE_LOSS_COOL_DOWN_MS * 2 ** Math.max(0, failures - 1), LONGEST_COOL_DOWN_MS);
}

function lossOf({ device: { zone }, reported }: ResyncFacts): string | null {
  if (zone.desired === null || reported === undefined || reported === zone.desired) return null;
  return reported === null ? 'the device reports no zone' : `the device reports zone ${reported}`;
}

function disagreementOf({ device: { zone, subzones }, subzoneCount }: ResyncFacts): string | null {
  if (zone.state === 'failed') return 'the last change of the zone was not confirmed';
  const failed = subzones.find(({ state }) => state === 'failed');
  if (failed) return `subzone ${failed.name} was not confirmed`;
  const confirmed = subzones.filter(isConfirmed).length;
  const isSettled = subzones.every(({ state }) => state !== 'pending');
  // Without subzones of its own the console has nothing to send, whatever another controller left on the device.
  return isSettled && subzones.length > 0 && subzoneCount !== undefined && subzoneCount !== confirmed
    ? `the device reports ${subzoneCount} subzones and ${confirmed} are confirmed`
    : null;
}

function isConfirmed({ confirmed }: SubzoneView): boolean {
  return confirmed !== null;
}

/** What the warning `zone_mismatch` says; null when the device agrees or does not say. */
export function zoneMismatch(
  { approval, zone }: Pick<DeviceRecord, 'approval' | 'zone'>,
  reported: ReportedZone,
): string | null {
  if (approval !== 'approved' || reported === undefined || reported === zone.confirmed) return null;
  const says = reported === null ? 'no zone' : `zone ${reported}`;
  const known = zone.confirmed === null ? 'none was confirmed' : `zone ${zone.confirmed} was confirmed`;
  return `The device says that it is in ${says}, but ${known}. Assign its zone again if it does not settle by itself.`;
}
