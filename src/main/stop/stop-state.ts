import type { StopDeviceState, StopRefusal, StopScope, StopView } from '../../shared/api/stop';
import { assertNever } from '../../shared/domain/assert';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import { wireLimits } from '../../shared/wire/limits';

type StopDevice = StopView['devices'][number];

export type StopEvent =
  /** The stop message was (again) handed out to these devices, which are there to answer it. */
  | { readonly kind: 'sent'; readonly deviceIds: ReadonlySet<DeviceId> }
  /** The device says that its outputs are off; `latencyMs` since the message. */
  | { readonly kind: 'confirmed'; readonly deviceId: DeviceId; readonly latencyMs: number }
  /** The confirmation time is over, for these devices or for all. */
  | { readonly kind: 'overdue'; readonly deviceIds?: ReadonlySet<DeviceId> }
  /** The device says that it did not stop, or did not clear; undefined: it did not understand the message. */
  | { readonly kind: 'refused'; readonly deviceId: DeviceId; readonly reason: StopRefusal | undefined }
  | { readonly kind: 'clear'; readonly by: string }
  /** The clear was handed out to a device (again); an earlier refusal counts no more. */
  | { readonly kind: 'clear_sent'; readonly deviceId: DeviceId }
  /** The device says that it left the stop. */
  | { readonly kind: 'device_cleared'; readonly deviceId: DeviceId }
  | { readonly kind: 'device_removed'; readonly deviceId: DeviceId };

/** Is the stop in force? */
export function isEngaged(stop: StopView): boolean {
  return stop.clearedAt === undefined;
}

/** Does a scope cover a device? */
export function covers(scope: StopScope, deviceId: DeviceId, zoneId: ZoneId | null): boolean {
  switch (scope.kind) {
    case 'all':
      return true;
    case 'zone':
      return scope.zoneId === zoneId;
    case 'device':
      return scope.deviceId === deviceId;
    default:
      return assertNever(scope);
  }
}

/** Life cycle of a stop: it latches until it is cleared; clearing starts nothing. `nowMs` is Unix ms. */
export function nextStop(stop: StopView, event: StopEvent, nowMs: number): StopView {
  const at = new Date(nowMs).toISOString();
  switch (event.kind) {
    case 'sent':
      return {
        ...stop,
        devices: stop.devices.map((device) =>
          event.deviceIds.has(device.deviceId) && !isOver(device.state)
            ? { ...withoutReason(device), state: 'sent' as const, sentAt: at }
            : device,
        ),
      };
    case 'confirmed':
      return confirmed(stop, event.deviceId, event.latencyMs, nowMs);
    case 'overdue':
      return {
        ...stop,
        devices: stop.devices.map((device) =>
          device.state === 'sent' && (event.deviceIds?.has(device.deviceId) ?? true)
            ? { ...device, state: 'unconfirmed' as const }
            : device,
        ),
      };
    case 'refused':
      return refused(stop, event.deviceId, event.reason);
    case 'clear_sent':
      return stop.devices.some(({ deviceId, reason }) => deviceId === event.deviceId && reason !== undefined)
        ? withDevice(stop, event.deviceId, withoutReason)
        : stop;
    case 'clear':
      return isEngaged(stop) ? { ...stop, clearedAt: at, clearedBy: event.by } : stop;
    case 'device_cleared':
      return isEngaged(stop)
        ? stop
        : withDevice(stop, event.deviceId, (device) => ({ ...withoutReason(device), state: 'cleared' }));
    case 'device_removed':
      return { ...stop, devices: stop.devices.filter(({ deviceId }) => deviceId !== event.deviceId) };
    default:
      return assertNever(event);
  }
}

/** A device takes its clear no earlier than 5 s after its own stop, so a late confirmation moves the time. */
function confirmed(stop: StopView, deviceId: DeviceId, latencyMs: number, nowMs: number): StopView {
  const isNews = stop.devices.some((device) => device.deviceId === deviceId && !isOver(device.state));
  if (!isNews) return stop;
  const clearableMs = Math.max(Date.parse(stop.clearableAt), nowMs + wireLimits.clearAfterStopMs);
  const next = withDevice(stop, deviceId, (device) => ({ ...withoutReason(device), state: 'confirmed', latencyMs }));
  return isEngaged(stop) ? { ...next, clearableAt: new Date(clearableMs).toISOString() } : next;
}

/**
 * A refused stop is unconfirmed at once; a refused clear leaves the state and only names the reason. Who confirmed on one way (the broadcast
 * or its own message) is stopped, whatever it says on the other.
 */
function refused(stop: StopView, deviceId: DeviceId, reason: StopRefusal | undefined): StopView {
  const device = stop.devices.find((candidate) => candidate.deviceId === deviceId);
  if (!device || device.state === 'cleared') return stop;
  const state = isEngaged(stop) ? ('unconfirmed' as const) : device.state;
  if (isEngaged(stop) && device.state === 'confirmed') return stop;
  if (device.state === state && (reason === undefined || device.reason === reason)) return stop;
  return withDevice(stop, deviceId, (before) => ({ ...before, state, ...(reason !== undefined && { reason }) }));
}

function withoutReason({ reason: _reason, ...device }: StopDevice): StopDevice {
  return device;
}

function isOver(state: StopDeviceState): boolean {
  return state === 'confirmed' || state === 'cleared';
}

function withDevice(stop: StopView, deviceId: DeviceId, change: (device: StopDevice) => StopDevice): StopView {
  return { ...stop, devices: stop.devices.map((device) => (device.deviceId === deviceId ? change(device) : device)) };
}

/** Has everybody whom the stop held left it? */
export function isComplete(stop: StopView): boolean {
  return !isEngaged(stop) && stop.devices.every(({ state }) => state === 'cleared');
}

/**
 * Cleared stops that memory and start-up can do without: beyond the newest `past`, unless a device still has to be cleared, and beyond
 * `most` in any case.
 */
export function forgettable(stops: readonly StopView[], past: number, most: number): StopView[] {
  const cleared = stops.filter((stop) => !isEngaged(stop)).sort((a, b) => (a.engagedAt < b.engagedAt ? 1 : -1));
  return cleared.filter((stop, index) => index >= most || (index >= past && isComplete(stop)));
}

/** Adds a device that appeared while the stop is engaged; it is stopped like the others. */
export function withNewDevice(stop: StopView, deviceId: DeviceId): StopView {
  if (stop.devices.some((device) => device.deviceId === deviceId)) return stop;
  return { ...stop, devices: [...stop.devices, { deviceId, state: 'offline' }] };
}

/**
 * Reason as it fits every device: no quotes, control characters or halves of an emoji (they would grow in JSON), at most `maxBytes` of
 * UTF-8 and 100 UTF-16 units, as the message's schema counts them (wire contract 3.7.4).
 */
export function stopReason(text: string, maxBytes: number, bytesOf: (text: string) => number): string {
  const plain = text
    .toWellFormed()
    .replaceAll(/["\\]/g, "'")
    .replaceAll(/\p{Cc}/gu, ' ');
  let result = '';
  for (const character of plain) {
    const longer = result + character;
    if (longer.length > wireLimits.stopReasonChars || bytesOf(longer) > maxBytes) break;
    result = longer;
  }
  return result;
}
