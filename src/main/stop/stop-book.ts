import type { StopScope, StopView } from '../../shared/api/stop';
import type { DeviceId } from '../../shared/domain/ids';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { WriteBatch } from '../store/write-batch';
import { covers, forgettable, isEngaged, nextStop, type StopEvent } from './stop-state';
import type { StopStore } from './stop-store';

/** Cleared stops that the screens show and memory keeps. */
const PAST_STOPS = 20;
/** Cleared stops that are kept longer because a device has not left them; one of a later stop is cleared with that. */
const MOST_PAST_STOPS = 200;

export type StopBookParts = {
  readonly store: StopStore;
  readonly batch: WriteBatch;
  readonly devices: DeviceRegistry;
  readonly clock: Clock;
  readonly changes: Changes;
};

/** All stops that still matter, in memory and on disk, and whom they hold. */
export class StopBook {
  private readonly stops = new Map<string, StopView>();

  constructor(private readonly parts: StopBookParts) {}

  /** Restores the latches. Whoever had not confirmed is asked again when it is back. */
  load(): void {
    const { store, clock } = this.parts;
    for (const stop of store.load(MOST_PAST_STOPS))
      this.stops.set(stop.id, nextStop(stop, { kind: 'overdue' }, clock.now()));
    this.trim();
  }

  all(): StopView[] {
    return [...this.stops.values()];
  }

  get(id: string): StopView | undefined {
    return this.stops.get(id);
  }

  /** Engaged ones first, then the last cleared ones, newest first. */
  list(): StopView[] {
    const newest = this.newest();
    return [...newest.filter(isEngaged), ...newest.filter((stop) => !isEngaged(stop)).slice(0, PAST_STOPS)];
  }

  keep(stop: StopView): void {
    const { batch, store, changes } = this.parts;
    this.stops.set(stop.id, stop);
    batch.plant(() => store.save(stop));
    if (!isEngaged(stop)) this.trim();
    changes.stop(stop.id);
  }

  /** Takes a stop on by one event; the stop after it when that changed anything. */
  step(id: string, event: StopEvent): StopView | undefined {
    const before = this.stops.get(id);
    const next = before && nextStop(before, event, this.parts.clock.now());
    if (!next || next === before) return undefined;
    this.keep(next);
    return next;
  }

  /**
   * A device belongs to the zone that it confirmed, and also to the one it is asked to join. Retired hardware that comes back stands and
   * switches where the device in its place does, whatever it was told last.
   */
  isCovered(scope: StopScope, deviceId: DeviceId): boolean {
    const zones = this.placesOf(deviceId).flatMap(({ zone }) => [zone.confirmed, zone.desired]);
    return [null, ...zones].some((zoneId) => covers(scope, deviceId, zoneId));
  }

  /** The device, and those that took its place one after the other. */
  private placesOf(deviceId: DeviceId): DeviceRecord[] {
    const places: DeviceRecord[] = [];
    let device = this.parts.devices.get(deviceId);
    while (device && !places.includes(device)) {
      places.push(device);
      device = device.replacedBy ? this.parts.devices.get(device.replacedBy.deviceId) : undefined;
    }
    return places;
  }

  /** A device that was stopped stays so until the clear, wherever it is moved meanwhile. */
  holds(stop: StopView, deviceId: DeviceId): boolean {
    return this.isCovered(stop.scope, deviceId) || stop.devices.some((device) => device.deviceId === deviceId);
  }

  engagedFor(deviceId: DeviceId): StopView | undefined {
    return this.all().find((stop) => isEngaged(stop) && this.holds(stop, deviceId));
  }

  /** Newest cleared stop that a device has not left yet, unless another one still holds it. */
  clearingOf(deviceId: DeviceId): StopView | undefined {
    if (this.engagedFor(deviceId)) return undefined;
    return this.newest().find((stop) => !isEngaged(stop) && isOpenFor(stop, deviceId));
  }

  private newest(): StopView[] {
    return this.all().sort((a, b) => (a.engagedAt < b.engagedAt ? 1 : -1));
  }

  private trim(): void {
    for (const { id } of forgettable(this.all(), PAST_STOPS, MOST_PAST_STOPS)) this.stops.delete(id);
  }
}

/** Is a device in a stop that it has not left? */
export function isOpenFor(stop: StopView, deviceId: DeviceId): boolean {
  return stop.devices.some((device) => device.deviceId === deviceId && device.state !== 'cleared');
}
