import type { StopRefusal, StopScope } from '../../shared/api/stop';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import { assertNever } from '../../shared/domain/assert';

/** A scope as the operator reads it. */
export function scopeName(
  scope: StopScope,
  zoneName: (id: ZoneId) => string | undefined,
  deviceName: (id: DeviceId) => string,
): string {
  switch (scope.kind) {
    case 'all':
      return 'whole plant';
    case 'zone':
      return `zone ${zoneName(scope.zoneId) ?? scope.zoneId}`;
    case 'device':
      return `device ${deviceName(scope.deviceId)}`;
    default:
      return assertNever(scope);
  }
}

/** Why a scope means nothing, as a sentence; null when it exists. */
export function unknownScope(
  scope: StopScope,
  devices: { readonly get: (id: DeviceId) => unknown },
  zoneName: (id: ZoneId) => string | undefined,
): string | null {
  if (scope.kind === 'device' && devices.get(scope.deviceId) === undefined)
    return `There is no device ${scope.deviceId}.`;
  if (scope.kind === 'zone' && zoneName(scope.zoneId) === undefined) return `There is no zone ${scope.zoneId}.`;
  return null;
}

/** What a device did that refused, for the journal; `text` is what it said itself. */
export function refusalText(what: 'stop' | 'clear', reason: StopRefusal | undefined, text: string): string {
  if (reason === 'unauthorized')
    return `refused the ${what}: the stop token is wrong. Store the token of this device, and go there meanwhile.`;
  if (reason === 'no_token')
    return `refused the ${what}: it demands a stop token and has none. Set one on the device, and go there meanwhile.`;
  return `refused the ${what} (${text}). Go there.`;
}
