import type { StopView } from '../../shared/api/stop';
import type { DeviceId } from '../../shared/domain/ids';
import { wireLimits } from '../../shared/wire/limits';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import { withTrace } from '../trace';
import type { StopBook } from './stop-book';
import type { StopSender } from './stop-sender';

/** A refused clear is asked once more after this: the 5 s after the device's stop, and a second for the way. */
const CLEAR_AGAIN_MS = 6_000;

/** What was asked of one device for one stop. Times are monotonic ms. */
type Asked = {
  stopMs?: number;
  clearMs?: number;
  /** The clear was refused and is asked once more; `cancel` while that waits. */
  again?: { cancel: (() => void) | null };
};

export type StopDispatchParts = {
  readonly book: StopBook;
  readonly sender: StopSender;
  readonly clock: Clock;
  /** The confirmation time of these devices is over. */
  readonly onOverdue: (stopId: string, deviceIds: ReadonlySet<DeviceId>) => void;
};

/** Hands out stops and clears, and remembers what was asked of whom and when. */
export class StopDispatch {
  private readonly asked = new Map<string, Map<DeviceId, Asked>>();
  private readonly timers = new Set<() => void>();

  constructor(private readonly parts: StopDispatchParts) {}

  stop(): void {
    for (const cancel of this.timers) cancel();
    for (const devices of this.asked.values()) for (const { again } of devices.values()) again?.cancel?.();
  }

  /** Hands out the messages at once; a repeat for one device does not need the broadcast again. */
  send(stop: StopView, targets: readonly DeviceRecord[], { isRepeat = false } = {}): void {
    const { sender, clock } = this.parts;
    const { id: correlationId, reason } = stop;
    const sentMs = clock.monotonic();
    withTrace(stop.traceId, () => {
      if (stop.scope.kind === 'all' && !isRepeat)
        sender.broadcast({ correlationId, reason }, stop.by, new Date(clock.now()).toISOString());
      for (const device of targets) {
        this.of(stop.id, device.id).stopMs = sentMs;
        sender.device(device.id, 'emergency_stop', { correlationId, reason });
      }
    });
    this.markSent(stop.id, targets);
    this.after(wireLimits.stopConfirmMs, () => {
      // Whoever was asked again meanwhile has its own time.
      const late = targets.map(({ id }) => id).filter((id) => this.stopSentMs(stop.id, id) === sentMs);
      this.parts.onOverdue(stop.id, new Set(late));
    });
  }

  /** The same stop once more. Its time goes on from the first message, so that an answer to that one is not measured from here. */
  repeat({ id: correlationId, reason, traceId }: StopView, deviceId: DeviceId): void {
    withTrace(traceId, () => this.parts.sender.device(deviceId, 'emergency_stop', { correlationId, reason }));
  }

  /** Sends a clear; `isAgain` when the device refused the one before. */
  clear(stop: StopView, deviceId: DeviceId, { isAgain = false } = {}): void {
    const { sender, clock, book } = this.parts;
    const asked = this.of(stop.id, deviceId);
    asked.again?.cancel?.();
    if (isAgain) asked.again = { cancel: null };
    else delete asked.again;
    asked.clearMs = clock.monotonic();
    book.step(stop.id, { kind: 'clear_sent', deviceId });
    withTrace(stop.traceId, () =>
      sender.device(deviceId, 'clear_emergency', { correlationId: stop.id, reason: 'cleared by the operator' }),
    );
  }

  /** Asks for a refused clear once more after a while. `waits`: that is under way already; `no`: it was refused twice. */
  clearAgain(stopId: string, deviceId: DeviceId): 'planned' | 'waits' | 'no' {
    const asked = this.of(stopId, deviceId);
    if (asked.again) return asked.again.cancel ? 'waits' : 'no';
    const cancel = this.after(CLEAR_AGAIN_MS, () => {
      asked.again = { cancel: null };
      const stop = this.parts.book.clearingOf(deviceId);
      if (stop?.id === stopId) this.clear(stop, deviceId, { isAgain: true });
    });
    asked.again = { cancel };
    return 'planned';
  }

  /** Since when a device is expected to stop; undefined when this process has not asked it. */
  stopSentMs(stopId: string, deviceId: DeviceId): number | undefined {
    return this.asked.get(stopId)?.get(deviceId)?.stopMs;
  }

  clearSentMs(stopId: string, deviceId: DeviceId): number | undefined {
    return this.asked.get(stopId)?.get(deviceId)?.clearMs;
  }

  /** Time since the stop was handed out to a device; after a restart of the console by the wall clock. */
  latencyMs(stopId: string, { deviceId, sentAt }: StopView['devices'][number]): number | undefined {
    const { clock } = this.parts;
    const sentMs = this.stopSentMs(stopId, deviceId);
    if (sentMs !== undefined) return Math.round(clock.monotonic() - sentMs);
    return sentAt === undefined ? undefined : Math.max(0, clock.now() - Date.parse(sentAt));
  }

  /** Forgets what was asked of a device that left a stop, and of stops that nobody remembers. */
  forget(stopId: string, deviceId: DeviceId): void {
    const devices = this.asked.get(stopId);
    devices?.get(deviceId)?.again?.cancel?.();
    devices?.delete(deviceId);
    for (const [id, left] of this.asked) if (left.size === 0 || !this.parts.book.get(id)) this.asked.delete(id);
  }

  /** Devices in memory, for all stops together; what a test of the bound looks at. */
  get remembered(): number {
    return [...this.asked.values()].reduce((sum, devices) => sum + devices.size, 0);
  }

  /** An offline device gets the message too, but it is not waited for. */
  private markSent(id: string, targets: readonly DeviceRecord[]): void {
    const present = targets.filter(({ presence }) => presence.state !== 'offline').map((device) => device.id);
    if (present.length > 0) this.parts.book.step(id, { kind: 'sent', deviceIds: new Set(present) });
  }

  private of(stopId: string, deviceId: DeviceId): Asked {
    const devices = this.asked.get(stopId) ?? new Map<DeviceId, Asked>();
    this.asked.set(stopId, devices);
    const asked = devices.get(deviceId) ?? {};
    devices.set(deviceId, asked);
    return asked;
  }

  private after(ms: number, action: () => void): () => void {
    const cancel = this.parts.clock.after(ms, () => {
      this.timers.delete(cancel);
      action();
    });
    this.timers.add(cancel);
    return () => {
      this.timers.delete(cancel);
      cancel();
    };
  }
}
