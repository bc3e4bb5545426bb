import { boardOf, type BoardId } from '../../shared/domain/boards';
import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import { heartbeatAck, type Heartbeat } from '../../shared/wire/messages/heartbeat';
import type { SessionAnnounce } from '../../shared/wire/messages/session-announce';
import { will as willMessage, type Will } from '../../shared/wire/messages/will';
import type { Clock } from '../clock';
import type { Journal } from '../journal/journal';
import type { Publisher } from '../link/publisher';
import { DeviceJournal } from './device-journal';
import type { DeviceRecord } from './device-record';
import type { DeviceRegistry } from './device-registry';
import { DeviceSequences } from './device-sequences';
import { DeviceWills } from './device-wills';
import { Discovery } from './discovery';
import {
  ackEpoch,
  conditionsOf,
  errorAnswer,
  healthOf,
  heartbeatAnswer,
  nextHealth,
  nextRejection,
} from './heartbeat-rules';
import { nextPresence, type PresenceEvent } from './presence-state';
import { RetiredDevices } from './retired-devices';
import { SplitMetrics } from './split-metrics';
import { TimedWarnings } from './timed-warnings';

/** How often silence is looked for; a device is offline 180 s after its last sign plus at most this. */
const SWEEP_MS = 10_000;
/** How often last-seen times are stored. */
const SAVE_LAST_SEEN_MS = 60_000;
/** A device that does not ask by itself within this time is told that it was approved or rejected. */
const TELL_DECISION_MS = 2_000;
/** A sweep that comes this much too late means that the whole console stood still. */
const STANDSTILL_MS = 10_000;
/** Said while the device's publish queue is full; settled by the device, by its restart, or by time. */
export const QUEUE_PRESSURE = 'queue_pressure';

export type DeviceServiceParts = {
  readonly registry: DeviceRegistry;
  readonly publisher: Publisher;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly kaiserId: string;
  readonly countUnknown: () => void;
  /** Publishes the retained online status again. */
  readonly announceOnline: () => void;
};

/** Discovery, approval and presence of devices (wire contract 2). Calls back when a device comes, goes or restarts. */
export class DeviceService {
  readonly timed: TimedWarnings;
  readonly sequences: DeviceSequences;
  readonly metrics: SplitMetrics;
  /** Journal of what devices cause, bounded per device. */
  readonly events: DeviceJournal;
  /** Devices whose place was taken, and that come back all the same. */
  readonly retired: RetiredDevices;
  private readonly discovery: Discovery;
  private readonly wills: DeviceWills;
  private sweptAtMs = 0;
  private readonly stops: (() => void)[] = [];
  /** Devices that were approved or rejected and not told yet, with what cancels telling them. */
  private readonly undecided = new Map<DeviceId, () => void>();
  private readonly presenceListeners: ((device: DeviceRecord) => void)[] = [];
  private readonly restartListeners: ((id: DeviceId) => void)[] = [];
  private readonly countListeners: ((id: DeviceId) => void)[] = [];
  private readonly heartbeatListeners: ((device: DeviceRecord, beat: Heartbeat) => void)[] = [];

  constructor(private readonly parts: DeviceServiceParts) {
    const { registry, journal, clock } = parts;
    this.timed = new TimedWarnings(registry, clock);
    this.sequences = new DeviceSequences(registry, ({ id }) => {
      for (const listener of this.countListeners) listener(id);
    });
    this.metrics = new SplitMetrics(clock);
    this.events = new DeviceJournal(journal, clock);
    this.retired = new RetiredDevices({ registry, journal, clock });
    this.discovery = new Discovery(parts);
    this.wills = new DeviceWills(registry, this.timed, clock);
  }

  start(): void {
    const { clock, registry } = this.parts;
    this.sweptAtMs = clock.monotonic();
    this.stops.push(clock.every(SWEEP_MS, () => this.sweep()));
    this.stops.push(clock.every(SAVE_LAST_SEEN_MS, () => registry.saveLastSeen()));
  }

  stop(): void {
    for (const stop of [...this.stops.splice(0), ...this.undecided.values()]) stop();
    this.events.sweep(true);
    this.parts.registry.saveLastSeen();
  }

  /** Called after a device came online, went offline or became unknown. */
  onPresence(listener: (device: DeviceRecord) => void): void {
    this.presenceListeners.push(listener);
  }

  /** Called after a heartbeat was taken. */
  onHeartbeat(listener: (device: DeviceRecord, beat: Heartbeat) => void): void {
    this.heartbeatListeners.push(listener);
  }

  /** Called when a device says that it restarted. */
  onRestart(listener: (id: DeviceId) => void): void {
    this.restartListeners.push(listener);
  }

  /** Called when a device counts its messages anew, also when it does not say why. */
  onCountAnew(listener: (id: DeviceId) => void): void {
    this.countListeners.push(listener);
  }

  /** Handles a heartbeat: the device is discovered or refreshed and answered at once. */
  heartbeat(id: DeviceId, beat: Heartbeat): void {
    const { registry, clock } = this.parts;
    const device = registry.get(id) ?? this.discovery.add(id);
    if (!device) return;
    if (!this.isAskingAgain(device)) this.answer(device, beat.active_handover_epoch);
    this.seen(device);
    device.health = nextHealth(device.health, healthOf(beat, clock.now()), this.metrics.merged(id, beat.metrics));
    this.noteBoot(device, beat.boot_sequence_id);
    this.noteCondition(device, beat);
    this.noteBoard(device, beat.hardware_type);
    this.step(device, { kind: 'heartbeat' });
    this.clearRetainedWill(device);
    registry.save(device);
    if (this.retired.refuses(device)) return;
    for (const listener of this.heartbeatListeners) listener(device, beat);
  }

  /** Answers a heartbeat that breaks the contract, so that the device's server time-out is reset; nothing is stored. */
  malformedHeartbeat(id: DeviceId, reason: string): void {
    const device = this.parts.registry.get(id);
    if (!device && !this.discovery.answersStranger()) return;
    const answer = errorAnswer(ackEpoch(undefined, device?.epoch ?? 1), this.parts.clock.now(), reason);
    this.parts.publisher.send(heartbeatAck, { deviceId: id }, answer);
  }

  announce(id: DeviceId, { epoch, reason }: SessionAnnounce): void {
    const { registry } = this.parts;
    const device = registry.get(id) ?? this.discovery.add(id);
    if (!device) return;
    device.epoch = epoch;
    this.seen(device);
    if (reason === 'boot') this.restarted(device);
    registry.save(device);
  }

  /** Handles a last will. A retained one is only a hint (1.5), and so is one that the broker delivers again: the device may be back. */
  will(id: DeviceId, will: Will, isRetained: boolean, isRedelivered = false): void {
    const device = this.parts.registry.get(id);
    if (!device) return;
    device.hasRetainedWill = true;
    const { reason } = will;
    if (isRetained || isRedelivered) {
      this.step(device, { kind: 'retained_will', reason });
      if (device.presence.state === 'online') this.clearRetainedWill(device);
      return;
    }
    this.wills.count(device, will);
    this.step(device, { kind: 'live_will', reason });
  }

  /** A message that the device wrote just now: proof of life where nothing is known yet. */
  freshMessage(device: DeviceRecord): void {
    this.seen(device);
    if (device.presence.state !== 'offline') this.step(device, { kind: 'fresh_message' });
  }

  /** Any other message: counted and remembered as last seen. */
  seen(device: DeviceRecord): void {
    device.counters.messages += 1;
    device.lastSeenMs = this.parts.clock.now();
  }

  /** While the console has no broker it cannot know who is there. */
  brokerLost(): void {
    for (const device of this.parts.registry.all()) this.step(device, { kind: 'broker_lost' });
  }

  approve(id: DeviceId, name: string | undefined, actor: string): Result<DeviceRecord> {
    const found = this.parts.registry.find(id);
    if (!found.ok) return found;
    const device = found.value;
    if (device.replacedBy)
      return failure(
        'conflict',
        `${device.name} was replaced by ${device.replacedBy.deviceId} and is refused for ever. To use this hardware again, forget it here and let it report anew.`,
        { details: { replacedBy: device.replacedBy.deviceId } },
      );
    if (device.approval !== 'approved') device.approvedAtMs = this.parts.clock.now();
    device.approval = 'approved';
    device.rejectedAtMs = null;
    if (name !== undefined) device.name = name;
    this.decided(device, 'device.approved', `${device.name} approved`, actor);
    return success(device);
  }

  reject(id: DeviceId, reason: string | undefined, actor: string): Result<DeviceRecord> {
    const found = this.parts.registry.find(id);
    if (!found.ok) return found;
    const device = found.value;
    device.approval = 'rejected';
    device.approvedAtMs = null;
    device.rejectedAtMs = this.parts.clock.now();
    this.decided(
      device,
      'device.rejected',
      reason ? `${device.name} rejected: ${reason}` : `${device.name} rejected`,
      actor,
    );
    return success(device);
  }

  update(
    id: DeviceId,
    change: { name?: string | undefined; notes?: string | undefined; board?: BoardId | null | undefined },
    actor: string,
  ): Result<DeviceRecord> {
    const found = this.parts.registry.find(id);
    if (!found.ok) return found;
    const device = found.value;
    const before = device.name;
    if (change.name !== undefined) device.name = change.name;
    if (change.notes !== undefined) device.notes = change.notes;
    if (change.board !== undefined) device.board = { id: change.board, source: change.board ? 'operator' : 'unknown' };
    this.parts.registry.save(device);
    this.parts.journal.add({
      kind: 'device.changed',
      deviceId: id,
      actor,
      message: `${before} changed`,
      details: { ...change },
    });
    return success(device);
  }

  /** Forgets a device. History stays; if the device still runs it announces itself again as pending. */
  remove(id: DeviceId, actor: string): Result<{ removed: boolean }> {
    const { registry, journal } = this.parts;
    if (!registry.remove(id)) return failure('not_found', `There is no device ${id}.`);
    this.metrics.forget(id);
    journal.add({ kind: 'device.removed', deviceId: id, actor, message: `${id} removed` });
    return success({ removed: true });
  }

  private decided(device: DeviceRecord, kind: string, message: string, actor: string): void {
    this.parts.registry.save(device);
    this.parts.journal.add({ kind, deviceId: device.id, actor, message });
    this.tellDecision(device);
    for (const listener of this.presenceListeners) listener(device);
  }

  /** Tells the device soon, unless its next heartbeat comes first: it would ask only once a minute. */
  private tellDecision(device: DeviceRecord): void {
    const { clock } = this.parts;
    this.undecided.get(device.id)?.();
    const cancel = clock.after(TELL_DECISION_MS, () => {
      this.undecided.delete(device.id);
      if (this.parts.registry.get(device.id) === device) this.answer(device, undefined);
    });
    this.undecided.set(device.id, cancel);
  }

  /** Is this the heartbeat with which a rejected device asks anew? It gets no acknowledgement (2.7). */
  private isAskingAgain(device: DeviceRecord): boolean {
    if (device.approval !== 'rejected' || device.replacedBy) return false;
    const { isOver, rejectedAtMs } = nextRejection(device.rejectedAtMs, this.parts.clock.now());
    device.rejectedAtMs = rejectedAtMs;
    if (!isOver) return false;
    device.approval = 'pending';
    device.rejectedAtMs = null;
    this.events.add({
      kind: 'device.rediscovered',
      deviceId: device.id,
      message: `${device.name} was rejected, reports again and waits for approval`,
    });
    return true;
  }

  private noteCondition(device: DeviceRecord, beat: Heartbeat): void {
    const { registry } = this.parts;
    for (const { code, isOn, message, raw } of conditionsOf(beat, device.health)) {
      if (isOn) registry.warn(device, { code, message, raw });
      else if (isOn === false) registry.settle(device, code);
    }
    this.noteReject(device, beat.metrics?.lastReject);
  }

  /** The device refused one of our acknowledgements (2.4) and says why. */
  noteReject(device: DeviceRecord, raw: string | undefined): void {
    if (raw !== undefined && device.warnings.get('handover_rejected')?.raw !== raw)
      this.parts.registry.warn(device, {
        code: 'handover_rejected',
        message: 'The device refused an acknowledgement of the console. Restart its connection if it stays offline.',
        raw,
      });
  }

  private answer(device: DeviceRecord, activeEpoch: number | undefined): void {
    this.undecided.get(device.id)?.();
    this.undecided.delete(device.id);
    const epoch = ackEpoch(activeEpoch, device.epoch);
    this.parts.publisher.send(
      heartbeatAck,
      { deviceId: device.id },
      heartbeatAnswer(device.approval, epoch, this.parts.clock.now()),
    );
  }

  private noteBoot(device: DeviceRecord, bootId: string | undefined): void {
    if (bootId === undefined || bootId === device.bootId) return;
    const isFirst = device.bootId === null;
    device.bootId = bootId;
    if (isFirst) return;
    this.sequences.booted(device);
    this.restarted(device);
  }

  /** The board is learned from the device, but an operator's choice stands. */
  private noteBoard(device: DeviceRecord, hardwareType: string | undefined): void {
    const id = boardOf(hardwareType);
    if (id !== null && device.board.source !== 'operator') device.board = { id, source: 'device' };
  }

  private restarted(device: DeviceRecord): void {
    this.parts.registry.settle(device, QUEUE_PRESSURE);
    for (const listener of this.restartListeners) listener(device.id);
  }

  private clearRetainedWill(device: DeviceRecord): void {
    if (!device.hasRetainedWill) return;
    device.hasRetainedWill = false;
    this.parts.publisher.clearRetained(device.id, willMessage.path);
  }

  private sweep(): void {
    const { clock, registry, announceOnline } = this.parts;
    const now = clock.monotonic();
    const hasStoodStill = now - this.sweptAtMs - SWEEP_MS > STANDSTILL_MS;
    this.sweptAtMs = now;
    this.timed.sweep();
    this.events.sweep();
    // What devices sent meanwhile still waits in the socket: silence is judged with the next sweep.
    if (hasStoodStill) announceOnline();
    else for (const device of registry.all()) this.step(device, { kind: 'sweep' });
  }

  private step(device: DeviceRecord, event: PresenceEvent): void {
    const { clock, registry } = this.parts;
    const before = device.presence;
    device.presence = nextPresence(before, event, { nowMs: clock.now(), monotonicMs: clock.monotonic() });
    if (device.presence.state === before.state) return;
    const { state, reason } = device.presence;
    if (state !== 'unknown')
      this.events.add({
        kind: `device.${state}`,
        deviceId: device.id,
        message: `${device.name} is ${state} (${reason})`,
        details: { reason },
      });
    registry.save(device);
    for (const listener of this.presenceListeners) listener(device);
  }
}
