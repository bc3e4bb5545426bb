import { randomUUID } from 'node:crypto';
import type { Block } from '../../shared/api/control';
import type { StopScope, StopView } from '../../shared/api/stop';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import { utf8Bytes } from '../../shared/wire/encode';
import { wireLimits } from '../../shared/wire/limits';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal } from '../journal/journal';
import type { WriteBatch } from '../store/write-batch';
import type { StopSender } from './stop-sender';
import { covers, isEngaged, nextStop, stopReason, withNewDevice, type StopEvent } from './stop-state';
import type { StopStore } from './stop-store';

/** Cleared stops that the screens show. */
const PAST_STOPS = 20;
/** UTF-8 bytes of a reason that leave room in the 256-byte pool of stock firmware beside two ids and a token key (wire contract 0.5). */
const DEVICE_REASON_BYTES = 60;
/** The same for the 512-byte pool of the broadcast. */
const BROADCAST_REASON_BYTES = 160;
/** UTF-8 bytes of the operator's name in the broadcast. */
const ISSUER_BYTES = 64;

export type StopParts = {
  readonly store: StopStore;
  readonly batch: WriteBatch;
  readonly devices: DeviceRegistry;
  readonly sender: StopSender;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly zoneName: (id: ZoneId) => string | undefined;
};

/**
 * The software stop: latched on disk before it is sent, on its own path, confirmed by each device or named. It survives a restart, reaches
 * devices that come back while it is engaged, and clearing it starts nothing.
 */
export class StopService {
  private readonly stops = new Map<string, StopView>();
  private readonly sentMs = new Map<string, number>();
  private readonly timers = new Set<() => void>();

  constructor(private readonly parts: StopParts) {}

  /** Restores the latch. Whoever had not confirmed is asked again when it is back. */
  load(): void {
    for (const stop of this.parts.store.load(PAST_STOPS))
      this.stops.set(stop.id, nextStop(stop, { kind: 'overdue' }, this.parts.clock.now()));
  }

  stop(): void {
    for (const cancel of this.timers) cancel();
  }

  /** Engaged ones first, then the last cleared ones, newest first. */
  list(): StopView[] {
    const newest = [...this.stops.values()].sort((a, b) => (a.engagedAt < b.engagedAt ? 1 : -1));
    return [...newest.filter(isEngaged), ...newest.filter((stop) => !isEngaged(stop)).slice(0, PAST_STOPS)];
  }

  get(id: string): StopView | undefined {
    return this.stops.get(id);
  }

  /** The stop that forbids a device to be switched on, as a sentence. */
  blockOf(deviceId: DeviceId): Block | null {
    const stop = this.engagedFor(deviceId);
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
    const { clock, journal } = this.parts;
    const targets = this.targets(scope);
    if (scope.kind === 'device' && targets.length === 0)
      return failure(
        'not_found',
        `There is no device ${scope.deviceId}. For everything use the stop of the whole plant.`,
      );
    if (scope.kind === 'zone' && this.parts.zoneName(scope.zoneId) === undefined)
      return failure('not_found', `There is no zone ${scope.zoneId}. For everything use the stop of the whole plant.`);
    const now = clock.now();
    const stop: StopView = {
      id: randomUUID(),
      scope,
      reason,
      by: actor,
      engagedAt: new Date(now).toISOString(),
      clearableAt: new Date(now + wireLimits.clearAfterStopMs).toISOString(),
      devices: targets.map(({ id }) => ({ deviceId: id, state: 'offline' })),
    };
    this.keep(stop);
    this.parts.batch.commitPlantNow();
    this.send(stop, targets);
    journal.add({
      kind: 'stop.engaged',
      actor,
      message: `Software stop engaged: ${this.scopeName(scope)}${reason === '' ? '' : ` (${reason})`}`,
      details: { stopId: stop.id, scope },
    });
    return success(this.stops.get(stop.id) ?? stop);
  }

  /** Clears a stop, not before the devices take it (5 s after their stop). Repeating it asks the devices that have not answered again. */
  clear(id: string, actor: string): Result<StopView> {
    const { clock, journal } = this.parts;
    const stop = this.stops.get(id);
    if (!stop) return failure('not_found', `There is no stop ${id}.`);
    const waitMs = Date.parse(stop.clearableAt) - clock.now();
    if (isEngaged(stop) && waitMs > 0 && waitMs <= wireLimits.clearAfterStopMs * 2) {
      return failure(
        'too_early',
        `Devices accept a clear no earlier than 5 seconds after their stop. Try again in ${Math.ceil(waitMs / 1000)} s.`,
        { retryable: true, details: { retryAfterMs: waitMs } },
      );
    }
    if (isEngaged(stop)) {
      this.step(id, { kind: 'clear', by: actor });
      journal.add({
        kind: 'stop.cleared',
        actor,
        message: `Software stop cleared: ${this.scopeName(stop.scope)}. Nothing was started.`,
        details: { stopId: id },
      });
    }
    for (const { deviceId, state } of stop.devices)
      if (state !== 'cleared' && !this.engagedFor(deviceId)) this.sendClear(id, deviceId);
    this.refreshActuators(stop);
    return success(this.stops.get(id) ?? stop);
  }

  /** A device confirmed by acknowledgement (with its id), outcome, or alert and status of all its actuators (without). */
  confirmed(deviceId: DeviceId, correlationId: string | undefined): void {
    for (const stop of this.stops.values()) {
      const isMeant = correlationId === undefined ? isEngaged(stop) : correlationId === stop.id;
      const device = isMeant && stop.devices.find((candidate) => candidate.deviceId === deviceId);
      if (!device || device.state === 'confirmed' || device.state === 'cleared') continue;
      const latencyMs = this.latencyMs(stop.id, device);
      if (latencyMs === undefined) continue; // it was never asked
      this.step(stop.id, { kind: 'confirmed', deviceId, latencyMs });
      this.parts.journal.add({
        kind: 'stop.confirmed',
        deviceId,
        actor: `device:${deviceId}`,
        message: `${this.nameOf(deviceId)} confirmed the stop after ${latencyMs} ms`,
        details: { stopId: stop.id, latencyMs },
      });
    }
  }

  /** Time since the stop was handed out to a device; after a restart of the console by the wall clock. */
  private latencyMs(stopId: string, { deviceId, sentAt }: StopView['devices'][number]): number | undefined {
    const { clock } = this.parts;
    const sentMs = this.sentMs.get(`${stopId}:${deviceId}`);
    if (sentMs !== undefined) return Math.round(clock.monotonic() - sentMs);
    return sentAt === undefined ? undefined : Math.max(0, clock.now() - Date.parse(sentAt));
  }

  /** A device said that it left the stop. */
  recovered(deviceId: DeviceId): void {
    for (const stop of this.stops.values()) {
      const state = stop.devices.find((candidate) => candidate.deviceId === deviceId)?.state;
      if (isEngaged(stop) || state === undefined || state === 'cleared') continue;
      this.step(stop.id, { kind: 'device_cleared', deviceId });
      this.parts.journal.add({
        kind: 'stop.device_cleared',
        deviceId,
        actor: `device:${deviceId}`,
        message: `${this.nameOf(deviceId)} left the stop; its outputs stay off`,
        details: { stopId: stop.id },
      });
    }
  }

  /** A device is there (again): an engaged stop is sent to it, and a clear that it missed. */
  deviceOnline(deviceId: DeviceId): void {
    for (const stop of this.stops.values()) {
      if (isEngaged(stop) && this.holds(stop, deviceId)) {
        const next = withNewDevice(stop, deviceId);
        if (next !== stop) this.keep(next);
        const state = next.devices.find((device) => device.deviceId === deviceId)?.state;
        if (state === 'sent') continue; // also one that confirmed is asked: a restart may have cost it the latch
        this.send(
          next,
          this.parts.devices.all().filter(({ id }) => id === deviceId),
          { isRepeat: true },
        );
      } else if (!isEngaged(stop) && !this.engagedFor(deviceId)) {
        const state = stop.devices.find((device) => device.deviceId === deviceId)?.state;
        if (state !== undefined && state !== 'cleared') this.sendClear(stop.id, deviceId); // harmless to one that is not stopped
      }
    }
  }

  /** The broker is back: what is engaged is sent again to everybody who has not confirmed. */
  brokerOnline(): void {
    for (const stop of this.stops.values()) {
      if (!isEngaged(stop)) continue;
      const open = new Set(stop.devices.filter(({ state }) => state !== 'confirmed').map(({ deviceId }) => deviceId));
      if (open.size > 0 || stop.scope.kind === 'all')
        this.send(
          stop,
          this.parts.devices.all().filter(({ id }) => open.has(id)),
        );
    }
  }

  removeDevice(deviceId: DeviceId): void {
    for (const stop of this.stops.values()) {
      if (stop.devices.some((device) => device.deviceId === deviceId))
        this.step(stop.id, { kind: 'device_removed', deviceId });
    }
  }

  /** Hands out the messages at once; a repeat for one device does not need the broadcast again. */
  private send(stop: StopView, targets: readonly DeviceRecord[], { isRepeat = false } = {}): void {
    const { sender, clock } = this.parts;
    if (stop.scope.kind === 'all' && !isRepeat)
      sender.broadcast(
        { correlationId: stop.id, reason: stopReason(stop.reason, BROADCAST_REASON_BYTES, utf8Bytes) },
        stopReason(stop.by, ISSUER_BYTES, utf8Bytes),
        new Date(clock.now()).toISOString(),
      );
    for (const device of targets) this.sendStop(stop, device.id);
    this.markSent(stop.id, targets);
    const cancel = clock.after(wireLimits.stopConfirmMs, () => {
      this.timers.delete(cancel);
      this.overdue(stop.id);
    });
    this.timers.add(cancel);
    this.refreshActuators(stop);
  }

  private sendStop(stop: StopView, deviceId: DeviceId): void {
    const { sender, clock } = this.parts;
    this.sentMs.set(`${stop.id}:${deviceId}`, clock.monotonic());
    sender.device(deviceId, 'emergency_stop', {
      correlationId: stop.id,
      reason: stopReason(stop.reason, DEVICE_REASON_BYTES, utf8Bytes),
    });
  }

  /** An offline device gets the message too, but it is not waited for. */
  private markSent(id: string, targets: readonly DeviceRecord[]): void {
    const present = targets.filter(({ presence }) => presence.state !== 'offline').map((device) => device.id);
    if (present.length > 0) this.step(id, { kind: 'sent', deviceIds: new Set(present) });
  }

  private sendClear(stopId: string, deviceId: DeviceId): void {
    this.parts.sender.device(deviceId, 'clear_emergency', { correlationId: stopId, reason: 'cleared by the operator' });
  }

  private overdue(id: string): void {
    const before = this.stops.get(id);
    if (!before || !isEngaged(before)) return;
    const late = before.devices.filter(({ state }) => state === 'sent');
    this.step(id, { kind: 'overdue' });
    for (const { deviceId } of late) {
      this.parts.journal.add({
        kind: 'stop.unconfirmed',
        deviceId,
        message: `${this.nameOf(deviceId)} has not confirmed the stop within 5 s. Go there.`,
        details: { stopId: id },
      });
    }
  }

  private step(id: string, event: StopEvent): void {
    const before = this.stops.get(id);
    const next = before && nextStop(before, event, this.parts.clock.now());
    if (next && next !== before) this.keep(next);
  }

  private keep(stop: StopView): void {
    this.stops.set(stop.id, stop);
    this.parts.batch.plant(() => this.parts.store.save(stop));
    this.parts.changes.stop(stop.id);
  }

  private targets(scope: StopScope): readonly DeviceRecord[] {
    return this.parts.devices.all().filter(({ id }) => this.isCovered(scope, id));
  }

  /** A device belongs to the zone that it confirmed, and also to the one it is asked to join. */
  private isCovered(scope: StopScope, deviceId: DeviceId): boolean {
    const zone = this.parts.devices.get(deviceId)?.zone;
    return [zone?.confirmed ?? null, zone?.desired ?? null].some((zoneId) => covers(scope, deviceId, zoneId));
  }

  /** A device that was stopped stays so until the clear, wherever it is moved meanwhile. */
  private holds(stop: StopView, deviceId: DeviceId): boolean {
    return this.isCovered(stop.scope, deviceId) || stop.devices.some((device) => device.deviceId === deviceId);
  }

  private engagedFor(deviceId: DeviceId): StopView | undefined {
    return [...this.stops.values()].find((stop) => isEngaged(stop) && this.holds(stop, deviceId));
  }

  private refreshActuators(stop: StopView): void {
    for (const { deviceId } of stop.devices) this.parts.changes.device(deviceId);
  }

  private nameOf(deviceId: DeviceId): string {
    return this.parts.devices.get(deviceId)?.name ?? deviceId;
  }

  private scopeName(scope: StopScope): string {
    if (scope.kind === 'all') return 'whole plant';
    return scope.kind === 'zone'
      ? `zone ${this.parts.zoneName(scope.zoneId) ?? scope.zoneId}`
      : `device ${this.nameOf(scope.deviceId)}`;
  }
}
