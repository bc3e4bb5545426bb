import { randomUUID } from 'node:crypto';
import type { DrillView, StopLatency, StopScope } from '../../shared/api/stop';
import type { DeviceId, ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import { wireLimits } from '../../shared/wire/limits';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal, JournalInput } from '../journal/journal';
import type { WriteBatch } from '../store/write-batch';
import { nextDrill, nobodySentence, skipReason, type DrillEvent } from './drill-state';
import type { DrillStore } from './drill-store';
import type { Latencies } from './latencies';
import type { StopSender } from './stop-sender';
import { covers } from './stop-state';
import { scopeName, unknownScope } from './stop-texts';

/** Drills that are kept for the screens; the journal and the latencies keep more. */
const KEPT = 100;

export type DrillParts = {
  readonly store: DrillStore;
  readonly batch: WriteBatch;
  readonly devices: DeviceRegistry;
  readonly sender: StopSender;
  readonly latencies: Latencies;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly zoneName: (id: ZoneId) => string | undefined;
  /** Does an engaged stop hold the device? */
  readonly isStopped: (id: DeviceId) => boolean;
};

/**
 * Stops that are measured and switch nothing (our extensions): the same sender, topic and priority as a stop, to devices that announce the
 * capability and to nobody else, and never by the broadcast, which others would take for a stop.
 */
export class Drills {
  private readonly drills = new Map<string, DrillView>();
  /** When each running drill was handed out, monotonic ms. */
  private readonly sentMs = new Map<string, number>();
  private readonly timers = new Set<() => void>();

  constructor(private readonly parts: DrillParts) {}

  /** Restores the drills; one that was under way is finished, because its answers are lost. */
  load(): void {
    for (const drill of this.parts.store.all()) {
      this.drills.set(drill.id, drill);
      this.step(drill.id, { kind: 'restarted' });
    }
  }

  stop(): void {
    for (const cancel of this.timers) cancel();
  }

  /** Newest first. */
  list(): DrillView[] {
    return [...this.drills.values()].reverse();
  }

  latencies(): StopLatency[] {
    return this.parts.latencies.list();
  }

  start(scope: StopScope, actor: string): Result<DrillView> {
    const { devices, zoneName, clock } = this.parts;
    const unknown = unknownScope(scope, devices, zoneName);
    if (unknown !== null) return failure('not_found', unknown);
    const rows = devices
      .all()
      .filter((device) => [device.zone.confirmed, device.zone.desired].some((zone) => covers(scope, device.id, zone)))
      .map((device) => this.rowOf(device));
    const taking = rows.filter(({ state }) => state === 'sent');
    if (taking.length === 0) return failure('unsupported', nobodySentence(rows));
    const busy = taking.find(({ deviceId }) => this.runningOf(deviceId));
    if (busy)
      return failure('busy', `A drill of ${this.nameOf(busy.deviceId)} is under way. Try again in 5 s.`, {
        retryable: true,
        details: { deviceId: busy.deviceId },
      });
    const startedAt = new Date(clock.now()).toISOString();
    const drill: DrillView = { id: randomUUID(), scope, by: actor, startedAt, devices: rows };
    this.keep(drill);
    this.send(drill, taking);
    const skipped = rows.length - taking.length;
    this.parts.journal.add({
      kind: 'drill.started',
      actor,
      message: `Stop drill: ${scopeName(scope, zoneName, (id) => this.nameOf(id))}, ${taking.length} devices asked, ${skipped} skipped`,
      details: { drillId: drill.id, scope },
    });
    return success(this.drills.get(drill.id) ?? drill);
  }

  /** An acknowledgement with the id of a drill; without `isDrill` the device took it for a stop. False when the id is none of a drill. */
  acknowledged(deviceId: DeviceId, id: string, isDrill: boolean): boolean {
    const drill = this.drills.get(id);
    if (!drill) return false;
    if (!isDrill) this.reallyStopped(drill, deviceId);
    else this.answered(drill, deviceId);
    return true;
  }

  /** A device raised a stop alert: in answer to a drill, or for another reason, which is none of ours. */
  alerted(deviceId: DeviceId): void {
    const drill = this.runningOf(deviceId);
    if (drill) this.reallyStopped(drill, deviceId);
  }

  /** A device refused: the drill with this id, or (without one) the one that it has not answered. False when there is none. */
  refused(deviceId: DeviceId, { id, reason }: { id?: string; reason: string }): boolean {
    const drill = id === undefined ? this.runningOf(deviceId) : this.drills.get(id);
    if (!drill) return false;
    if (this.step(drill.id, { kind: 'failed', deviceId, reason }))
      this.note(drill.id, {
        kind: 'drill.missed',
        deviceId,
        message: `${this.nameOf(deviceId)} refused the drill (${reason})`,
      });
    return true;
  }

  /** A real stop goes first: whoever has not answered its drill is not waited for any more. */
  interrupt(deviceIds: readonly DeviceId[]): void {
    for (const deviceId of deviceIds) {
      const drill = this.runningOf(deviceId);
      if (drill) this.step(drill.id, { kind: 'failed', deviceId, reason: 'stopped' });
    }
  }

  private rowOf(device: DeviceRecord): DrillView['devices'][number] {
    const reason = skipReason({
      isApproved: device.approval === 'approved',
      isStopped: this.parts.isStopped(device.id),
      isOnline: device.presence.state === 'online',
      capabilities: device.health.capabilities,
    });
    return reason === null ? { deviceId: device.id, state: 'sent' } : { deviceId: device.id, state: 'skipped', reason };
  }

  private send({ id }: DrillView, taking: DrillView['devices']): void {
    const { sender, clock } = this.parts;
    this.sentMs.set(id, clock.monotonic());
    for (const { deviceId } of taking) sender.device(deviceId, 'drill', { correlationId: id, reason: 'drill' });
    const cancel = clock.after(wireLimits.stopConfirmMs, () => {
      this.timers.delete(cancel);
      this.overdue(id);
    });
    this.timers.add(cancel);
  }

  private answered(drill: DrillView, deviceId: DeviceId): void {
    const sentMs = this.sentMs.get(drill.id);
    if (sentMs === undefined) return; // it is finished; who comes now was counted as missed
    const latencyMs = Math.round(this.parts.clock.monotonic() - sentMs);
    if (!this.step(drill.id, { kind: 'answered', deviceId, latencyMs })) return;
    this.parts.latencies.add(deviceId, 'drill', latencyMs);
    const message = `${this.nameOf(deviceId)} answered the drill after ${latencyMs} ms`;
    this.note(drill.id, { kind: 'drill.confirmed', deviceId, message, details: { latencyMs } });
  }

  private reallyStopped(drill: DrillView, deviceId: DeviceId): void {
    const device = this.parts.devices.get(deviceId);
    if (!device || !this.step(drill.id, { kind: 'really_stopped', deviceId })) return;
    const message =
      'The device took a drill for a real stop: its outputs are off. Engage a stop for it and clear that to free it, and do not drill it again before its firmware is corrected.';
    this.parts.devices.warn(device, { code: 'drill_stopped', message });
    this.note(drill.id, {
      kind: 'drill.stopped',
      deviceId,
      message: `${device.name} really stopped in answer to a drill: its outputs are off`,
    });
  }

  private overdue(id: string): void {
    const drill = this.drills.get(id);
    if (!drill) return;
    const silent = drill.devices.filter(({ state }) => state === 'sent');
    this.step(id, { kind: 'overdue' });
    for (const { deviceId } of silent) {
      this.parts.latencies.add(deviceId, 'drill', null);
      this.note(drill.id, {
        kind: 'drill.missed',
        deviceId,
        message: `${this.nameOf(deviceId)} has not answered the drill within 5 s`,
      });
    }
  }

  private runningOf(deviceId: DeviceId): DrillView | undefined {
    return [...this.drills.values()].find((drill) =>
      drill.devices.some((device) => device.deviceId === deviceId && device.state === 'sent'),
    );
  }

  /** Takes a drill on by one event; false when that changed nothing. */
  private step(id: string, event: DrillEvent): boolean {
    const before = this.drills.get(id);
    const next = before && nextDrill(before, event, this.parts.clock.now());
    if (!next || next === before) return false;
    this.keep(next);
    if (next.finishedAt !== undefined) this.sentMs.delete(id);
    return true;
  }

  private keep(drill: DrillView): void {
    this.drills.set(drill.id, drill);
    const [oldest] = this.drills.keys();
    if (this.drills.size > KEPT && oldest !== undefined) this.drills.delete(oldest);
    this.parts.batch.plant(() => this.parts.store.save(drill, KEPT));
  }

  /** Journals what a device said or did not say to a drill. */
  private note(drillId: string, entry: JournalInput & { readonly deviceId: DeviceId }): void {
    const actor = `device:${entry.deviceId}`;
    this.parts.journal.add({ actor, ...entry, details: { drillId, ...entry.details } });
  }

  private nameOf(deviceId: DeviceId): string {
    return this.parts.devices.get(deviceId)?.name ?? deviceId;
  }
}
