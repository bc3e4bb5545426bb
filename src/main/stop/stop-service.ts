import { randomUUID } from 'node:crypto';
import type { Block } from '../../shared/api/control';
import type { StopRefusal, StopScope, StopView } from '../../shared/api/stop';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import { wireLimits } from '../../shared/wire/limits';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal, JournalInput } from '../journal/journal';
import type { WriteBatch } from '../store/write-batch';
import { currentTraceId, withTrace } from '../trace';
import type { Drills } from './drills';
import type { Latencies } from './latencies';
import { isOpenFor, StopBook } from './stop-book';
import { StopDispatch } from './stop-dispatch';
import { StopObservations } from './stop-observations';
import type { StopSender } from './stop-sender';
import { isEngaged, withNewDevice } from './stop-state';
import type { StopStore } from './stop-store';
import type { StopTokens } from './stop-tokens';
import { refusalText, scopeName, unknownScope } from './stop-texts';

export type StopParts = {
  readonly store: StopStore;
  readonly batch: WriteBatch;
  readonly devices: DeviceRegistry;
  readonly sender: StopSender;
  readonly tokens: StopTokens;
  readonly latencies: Latencies;
  readonly drills: Drills;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly zoneName: (id: ZoneId) => string | undefined;
  /** Pins of the actuators that a device is known to have. */
  readonly actuatorPins: (id: DeviceId) => readonly number[];
};

/**
 * The software stop: latched on disk before it is sent, on its own path, confirmed by each device or named. It survives a restart, reaches
 * devices that come back while it is engaged, and clearing it starts nothing. It is no replacement for a hard-wired emergency stop.
 */
export class StopService {
  private readonly book: StopBook;
  private readonly dispatch: StopDispatch;
  private readonly observations: StopObservations;

  constructor(private readonly parts: StopParts) {
    const { sender, clock } = parts;
    this.book = new StopBook(parts);
    const onOverdue = (id: string, late: ReadonlySet<DeviceId>) => this.overdue(id, late);
    this.dispatch = new StopDispatch({ book: this.book, sender, clock, onOverdue });
    this.observations = new StopObservations(clock, (id) => this.pinsOf(id));
  }

  /** Restores latches, tokens and drills. */
  load(): void {
    this.parts.tokens.load();
    this.parts.drills.load();
    this.book.load();
  }

  stop(): void {
    this.dispatch.stop();
    this.parts.drills.stop();
  }

  /** Engaged ones first, then the last cleared ones, newest first. */
  list(): StopView[] {
    return this.book.list();
  }

  get(id: string): StopView | undefined {
    return this.book.get(id);
  }

  /** Stops and devices of which memory keeps something, for diagnosis. */
  get remembered(): { stops: number; asked: number } {
    return { stops: this.book.all().length, asked: this.dispatch.remembered };
  }

  /** The stop that forbids a device to be switched on, as a sentence. */
  blockOf(deviceId: DeviceId): Block | null {
    const stop = this.book.engagedFor(deviceId);
    if (!stop) return null;
    const details = { stopId: stop.id, scope: stop.scope.kind, since: stop.engagedAt, by: stop.by };
    return {
      code: 'blocked',
      message: `The software stop (${this.scopeName(stop.scope)}) is engaged since ${stop.engagedAt}. Clear it first; OFF is possible.`,
      details,
    };
  }

  /** Engages a stop. It is sent even when the latch cannot be stored: stopping comes before recording. */
  engage(scope: StopScope, reason: string, actor: string): Result<StopView> {
    const { clock, devices, zoneName, batch, drills } = this.parts;
    const unknown = unknownScope(scope, devices, zoneName);
    if (unknown !== null) return failure('not_found', `${unknown} For everything use the stop of the whole plant.`);
    const targets = devices.all().filter((device) => this.book.isCovered(scope, device.id) && !isGone(device));
    const now = clock.now();
    const traceId = currentTraceId();
    const stop: StopView = {
      id: randomUUID(),
      ...(traceId !== undefined && { traceId }),
      scope,
      reason,
      by: actor,
      engagedAt: new Date(now).toISOString(),
      clearableAt: new Date(now + wireLimits.clearAfterStopMs).toISOString(),
      devices: targets.map(({ id }) => ({ deviceId: id, state: 'offline' })),
    };
    this.book.keep(stop);
    batch.commitPlantNow();
    this.send(stop, targets);
    this.note(stop, {
      kind: 'stop.engaged',
      actor,
      message: `Software stop engaged: ${this.scopeName(scope)}${reason === '' ? '' : ` (${reason})`}`,
      details: { stopId: stop.id, scope },
    });
    drills.interrupt(targets.map(({ id }) => id));
    return success(this.book.get(stop.id) ?? stop);
  }

  /** Clears a stop, not before the devices take it (5 s after their stop). Repeating it asks the devices that have not answered again. */
  clear(id: string, actor: string): Result<StopView> {
    const stop = this.book.get(id);
    if (!stop) return failure('not_found', `There is no stop ${id}.`);
    const waitMs = Date.parse(stop.clearableAt) - this.parts.clock.now();
    if (isEngaged(stop) && waitMs > 0 && waitMs <= wireLimits.clearAfterStopMs * 2) {
      return failure(
        'too_early',
        `Devices accept a clear no earlier than 5 seconds after their stop. Try again in ${Math.ceil(waitMs / 1000)} s.`,
        { retryable: true, details: { retryAfterMs: waitMs } },
      );
    }
    if (isEngaged(stop)) {
      this.book.step(id, { kind: 'clear', by: actor });
      this.note(stop, {
        kind: 'stop.cleared',
        actor,
        message: `Software stop cleared: ${this.scopeName(stop.scope)}. Nothing was started.`,
        details: { stopId: id },
      });
    }
    for (const { deviceId, state } of stop.devices)
      if (state !== 'cleared' && !this.book.engagedFor(deviceId)) this.dispatch.clear(stop, deviceId);
    this.refreshActuators(stop);
    return success(this.book.get(id) ?? stop);
  }

  /** A device said with the id of a stop that its outputs are off. */
  confirmed(deviceId: DeviceId, correlationId: string): void {
    const stop = this.book.get(correlationId);
    if (stop) this.confirm(stop, deviceId);
  }

  /** A stop alert of one pin, or of the device as a whole (255). */
  alerted(deviceId: DeviceId, gpio: number): void {
    if (!this.parts.devices.get(deviceId)) return;
    this.observations.alert(deviceId, gpio);
    this.observed(deviceId);
  }

  /** The safety state in the status of one actuator. */
  reported(deviceId: DeviceId, gpio: number, emergency: string): void {
    if (!this.parts.devices.get(deviceId)) return;
    this.observations.status(deviceId, gpio, emergency);
    this.observed(deviceId);
  }

  /** What an answer with this id is to a device: to a clear that it has not answered, a repeat, or nothing that was asked. */
  clearAnswered(deviceId: DeviceId, correlationId: string | undefined): 'open' | 'repeated' | 'unknown' {
    const stop = correlationId === undefined ? undefined : this.book.get(correlationId);
    if (!stop || isEngaged(stop) || !stop.devices.some((device) => device.deviceId === deviceId)) return 'unknown';
    return isOpenFor(stop, deviceId) ? 'open' : 'repeated';
  }

  /** A device said that it left the stop. */
  recovered(deviceId: DeviceId): void {
    for (const stop of this.book.all()) if (!isEngaged(stop)) this.left(stop, deviceId);
  }

  /**
   * A device refused: the stop or clear with this id, or (without one) what it has not answered yet. `text` is what it said. False when
   * nothing was asked of it.
   */
  refused(deviceId: DeviceId, answer: { id?: string; reason: StopRefusal | undefined; text: string }): boolean {
    const waits = (stop: StopView) =>
      stop.devices.some((device) => device.deviceId === deviceId && device.state !== 'confirmed');
    const stop =
      answer.id === undefined
        ? (this.book.list().find((one) => isEngaged(one) && waits(one)) ?? this.book.clearingOf(deviceId))
        : this.book.get(answer.id);
    if (!stop?.devices.some((device) => device.deviceId === deviceId)) return false;
    const { reason, text } = answer;
    if (reason === 'clear_rejected') this.clearRejected(stop, deviceId, text);
    else if (this.book.step(stop.id, { kind: 'refused', deviceId, reason }))
      this.noteRefusal(stop, deviceId, refusalText(isEngaged(stop) ? 'stop' : 'clear', reason, text), reason);
    return true;
  }

  /** A device is there (again): an engaged stop is sent to it, and a clear that it missed. */
  deviceOnline(deviceId: DeviceId): void {
    const targets = this.parts.devices.all().filter(({ id }) => id === deviceId);
    for (const stop of this.book.all()) {
      if (!isEngaged(stop) || !this.book.holds(stop, deviceId)) continue;
      const next = withNewDevice(stop, deviceId);
      if (next !== stop) this.book.keep(next);
      const state = next.devices.find((device) => device.deviceId === deviceId)?.state;
      // Also to one that confirmed (a restart may have cost it the latch), and to one that still has time (its message may have gone into a dead connection).
      if (state === 'sent') this.dispatch.repeat(next, deviceId);
      else this.send(next, targets, { isRepeat: true });
    }
    const missed = this.book.clearingOf(deviceId);
    if (missed) this.dispatch.clear(missed, deviceId); // harmless to one that is not stopped
  }

  /** The broker is back: what is engaged is sent again to everybody who has not confirmed. */
  brokerOnline(): void {
    for (const stop of this.book.all()) {
      if (!isEngaged(stop)) continue;
      const open = new Set(stop.devices.filter(({ state }) => state !== 'confirmed').map(({ deviceId }) => deviceId));
      if (open.size === 0 && stop.scope.kind !== 'all') continue;
      const targets = this.parts.devices.all().filter(({ id }) => open.has(id));
      this.send(stop, targets);
    }
  }

  removeDevice(deviceId: DeviceId): void {
    const { tokens, latencies } = this.parts;
    for (const stop of this.book.all()) {
      if (!stop.devices.some((device) => device.deviceId === deviceId)) continue;
      this.book.step(stop.id, { kind: 'device_removed', deviceId });
      this.dispatch.forget(stop.id, deviceId);
    }
    this.observations.removeDevice(deviceId);
    tokens.removeDevice(deviceId);
    latencies.removeDevice(deviceId);
  }

  /**
   * Hardware was replaced: whatever stop holds the old device holds the new one, which is sent it when it is there; the old one is not waited
   * for any more. May be repeated.
   */
  replaceDevice(from: DeviceId, to: DeviceId): void {
    for (const stop of this.book.all()) {
      const next = isEngaged(stop) && this.book.holds(stop, from) ? withNewDevice(stop, to) : stop;
      if (next !== stop) this.book.keep(next);
      if (!stop.devices.some(({ deviceId }) => deviceId === from)) continue;
      this.book.step(stop.id, { kind: 'device_removed', deviceId: from });
      this.dispatch.forget(stop.id, from);
    }
    this.observations.removeDevice(from);
    this.parts.tokens.copyDevice(from, to);
    if (this.parts.devices.get(to)?.presence.state === 'online') this.deviceOnline(to);
  }

  private send(stop: StopView, targets: readonly DeviceRecord[], options: { isRepeat?: boolean } = {}): void {
    this.dispatch.send(stop, targets, options);
    this.refreshActuators(stop);
  }

  private confirm(stop: StopView, deviceId: DeviceId): void {
    const device = stop.devices.find((candidate) => candidate.deviceId === deviceId);
    const latencyMs = device && this.dispatch.latencyMs(stop.id, device);
    if (latencyMs === undefined) return; // it is not meant, or was never asked
    if (!this.book.step(stop.id, { kind: 'confirmed', deviceId, latencyMs })) return;
    // A late one is counted as missed already; its time would only tell how long it was away.
    if (this.dispatch.stopSentMs(stop.id, deviceId) !== undefined && latencyMs < wireLimits.stopConfirmMs)
      this.parts.latencies.add(deviceId, 'stop', latencyMs);
    this.note(stop, {
      kind: 'stop.confirmed',
      deviceId,
      actor: `device:${deviceId}`,
      message: `${this.nameOf(deviceId)} confirmed the stop after ${latencyMs} ms`,
      details: { stopId: stop.id, latencyMs },
    });
  }

  /** Confirms and ends by what all actuators of a device say. */
  private observed(deviceId: DeviceId): void {
    for (const stop of this.book.all()) {
      if (!isOpenFor(stop, deviceId)) continue;
      const sinceMs = isEngaged(stop)
        ? this.dispatch.stopSentMs(stop.id, deviceId)
        : this.dispatch.clearSentMs(stop.id, deviceId);
      if (sinceMs === undefined) continue;
      if (isEngaged(stop) && this.observations.isStoppedSince(deviceId, sinceMs)) this.confirm(stop, deviceId);
      if (!isEngaged(stop) && this.observations.isFreeSince(deviceId, sinceMs)) this.left(stop, deviceId);
    }
  }

  private left(stop: StopView, deviceId: DeviceId): void {
    if (!isOpenFor(stop, deviceId)) return;
    this.book.step(stop.id, { kind: 'device_cleared', deviceId });
    this.dispatch.forget(stop.id, deviceId);
    this.note(stop, {
      kind: 'stop.device_cleared',
      deviceId,
      actor: `device:${deviceId}`,
      message: `${this.nameOf(deviceId)} left the stop; its outputs stay off`,
      details: { stopId: stop.id },
    });
  }

  private clearRejected(stop: StopView, deviceId: DeviceId, text: string): void {
    if (isEngaged(stop) || !isOpenFor(stop, deviceId)) return;
    const plan = this.dispatch.clearAgain(stop.id, deviceId);
    if (plan === 'waits') return; // a device says one refusal up to three times
    const reason = 'clear_rejected' as const;
    const isOver = plan === 'no' && this.book.step(stop.id, { kind: 'refused', deviceId, reason });
    if (plan === 'planned')
      this.noteRefusal(stop, deviceId, `refused the clear (${text}); it is asked once more in 6 s`, reason);
    else if (isOver)
      this.noteRefusal(stop, deviceId, `refused the clear twice (${text}). Look at it, then clear again.`, reason);
  }

  private overdue(id: string, late: ReadonlySet<DeviceId>): void {
    const before = this.book.get(id);
    if (!before || !isEngaged(before)) return;
    const silent = before.devices.filter(({ deviceId, state }) => state === 'sent' && late.has(deviceId));
    this.book.step(id, { kind: 'overdue', deviceIds: late });
    for (const { deviceId } of silent) {
      this.parts.latencies.add(deviceId, 'stop', null);
      this.note(before, {
        kind: 'stop.unconfirmed',
        deviceId,
        message: `${this.nameOf(deviceId)} has not confirmed the stop within 5 s. Go there.`,
        details: { stopId: id },
      });
    }
  }

  /** Active actuators that a device must speak for. */
  private pinsOf(deviceId: DeviceId): number[] {
    const { config } = this.parts.devices.get(deviceId) ?? {};
    const configured = config?.confirmed?.actuators ?? config?.desired?.actuators ?? [];
    const inactive = new Set(configured.filter(({ active }) => !active).map(({ gpio }) => gpio));
    return this.parts.actuatorPins(deviceId).filter((gpio) => !inactive.has(gpio));
  }

  private noteRefusal(stop: StopView, deviceId: DeviceId, what: string, reason: StopRefusal | undefined): void {
    this.note(stop, {
      kind: 'stop.refused',
      deviceId,
      actor: `device:${deviceId}`,
      message: `${this.nameOf(deviceId)} ${what}`,
      details: { stopId: stop.id, ...(reason !== undefined && { reason }) },
    });
  }

  /** Journals something that belongs to a stop, under the trace of that stop. */
  private note(stop: StopView, entry: JournalInput): void {
    withTrace(stop.traceId, () => this.parts.journal.add(entry));
  }

  private refreshActuators(stop: StopView): void {
    for (const { deviceId } of stop.devices) this.parts.changes.device(deviceId);
  }

  private nameOf(deviceId: DeviceId): string {
    return this.parts.devices.get(deviceId)?.name ?? deviceId;
  }

  private scopeName(scope: StopScope): string {
    return scopeName(scope, this.parts.zoneName, (id) => this.nameOf(id));
  }
}

/** Retired hardware that is not there: a stop that waited for it would name it for ever. If it comes, it is stopped like any other. */
function isGone({ replacedBy, presence }: DeviceRecord): boolean {
  return replacedBy !== null && presence.state !== 'online';
}
