import type { DrillView } from '../../shared/api/stop';
import { assertNever } from '../../shared/domain/assert';
import type { DeviceId } from '../../shared/domain/ids';

type DrillDevice = DrillView['devices'][number];

export type DrillEvent =
  | { readonly kind: 'answered'; readonly deviceId: DeviceId; readonly latencyMs: number }
  /** The device will not answer any more, or answered something else. */
  | { readonly kind: 'failed'; readonly deviceId: DeviceId; readonly reason: string }
  /** It stopped its outputs instead; that is told even after the time is over. */
  | { readonly kind: 'really_stopped'; readonly deviceId: DeviceId }
  | { readonly kind: 'overdue' }
  /** The console was restarted while devices were waited for. */
  | { readonly kind: 'restarted' };

/** What is known of a device before a drill. */
export type DrillCandidate = {
  readonly isApproved: boolean;
  readonly isStopped: boolean;
  readonly isOnline: boolean;
  readonly capabilities: readonly string[] | undefined;
};

/** Capability that a device announces in its heartbeat (our extensions). */
const DRILL = 'drill';

/** Why a device takes no part in a drill; null when it can. A device that does not announce drills might really stop. */
export function skipReason({ isApproved, isStopped, isOnline, capabilities = [] }: DrillCandidate): string | null {
  if (!isApproved) return 'not_approved';
  if (isStopped) return 'stopped';
  if (!isOnline) return 'offline';
  return capabilities.includes(DRILL) ? null : 'no_capability';
}

/** Life cycle of a drill: each device answers or not, and the drill is finished when nobody is waited for. `nowMs` is Unix ms. */
export function nextDrill(drill: DrillView, event: DrillEvent, nowMs: number): DrillView {
  const devices = drill.devices.map((device) => nextDevice(device, event));
  if (devices.every((device, index) => device === drill.devices[index])) return drill;
  const isFinished = drill.finishedAt === undefined && devices.every(({ state }) => state !== 'sent');
  return { ...drill, devices, ...(isFinished && { finishedAt: new Date(nowMs).toISOString() }) };
}

function nextDevice(device: DrillDevice, event: DrillEvent): DrillDevice {
  const isWaiting = device.state === 'sent';
  switch (event.kind) {
    case 'answered':
      return isWaiting && device.deviceId === event.deviceId
        ? { ...device, state: 'confirmed', latencyMs: event.latencyMs }
        : device;
    case 'failed':
      return isWaiting && device.deviceId === event.deviceId
        ? { ...device, state: 'unconfirmed', reason: event.reason }
        : device;
    case 'really_stopped': {
      if (device.deviceId !== event.deviceId || device.state === 'skipped' || device.reason === event.kind)
        return device;
      const { latencyMs: _latencyMs, ...rest } = device;
      return { ...rest, state: 'unconfirmed', reason: event.kind };
    }
    case 'overdue':
      return isWaiting ? { ...device, state: 'unconfirmed' } : device;
    case 'restarted':
      return isWaiting ? { ...device, state: 'unconfirmed', reason: event.kind } : device;
    default:
      return assertNever(event);
  }
}

/** Why no device of a scope can take part, with what to do, as a sentence. */
export function nobodySentence(devices: readonly Pick<DrillDevice, 'reason'>[]): string {
  const count = (reason: string) => devices.filter((device) => device.reason === reason).length;
  const reasons = [
    [count('offline'), 'not online'],
    [count('stopped'), 'in an engaged stop'],
    [count('not_approved'), 'not approved'],
    [count('no_capability'), 'without the capability "drill" in the firmware'],
  ] as const;
  const parts = reasons.filter(([number]) => number > 0).map(([number, text]) => `${number} ${text}`);
  if (parts.length === 0) return 'There is no device here that could take part in a drill.';
  return `No device here can take part in a drill: ${parts.join(', ')}. A device that does not know drills might really stop, so none was asked. Bring one online or update its firmware.`;
}
