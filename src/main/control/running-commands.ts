import type { CommandKind, CommandView } from '../../shared/api/control';
import type { DeviceId } from '../../shared/domain/ids';
import { wireLimits } from '../../shared/wire/limits';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal } from '../journal/journal';
import type { WriteBatch } from '../store/write-batch';
import { withTrace } from '../trace';
import { isFinal, nextCommand, type CommandEvent } from './command-state';
import type { CommandStore } from './command-store';
import { commandText } from './command-text';

/** Commands kept in memory for matching answers and for the screens. */
const KEPT = 500;
/** A device's outbox may replay an answer hours later (wire contract 1.10); after this time it is no answer to anything any more. */
const LATE_ANSWER_MS = 24 * 3_600_000;

/** A command that is followed. */
export type Running = {
  command: CommandView;
  /** Monotonic ms. */
  readonly sentMs: number;
  readonly cancelTimer: () => void;
  /** It was loaded from the store, after a restart or for a late answer; only its record is updated. */
  readonly isFromStore: boolean;
};

/** Who answers: the topic says which device, which kind of command and, for outputs and sensors, which pin. */
export type Answerer = {
  readonly deviceId: DeviceId;
  /** Absent for intent outcomes, whose topic is the same for all kinds. */
  readonly kind?: CommandKind;
  readonly gpio?: number;
};

/** `foreign`: the id is known, but the command was another device's, another pin's or another kind's. */
export type Match = Running | 'foreign' | null;

type Parts = {
  readonly store: CommandStore;
  readonly batch: WriteBatch;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly devices: DeviceRegistry;
  /** Called after every step of a command of this process, and when it is opened. */
  readonly onStep: (command: CommandView) => void;
};

/**
 * The commands that wait for their end, and those that ended lately: in memory, written through to the store, each with its deadline. Used by
 * the control service only, which decides what is sent and what an answer means.
 */
export class RunningCommands {
  private readonly running = new Map<string, Running>();

  constructor(private readonly parts: Parts) {}

  /** Commands that the last process left open are never sent again; their end is not known. */
  load(): void {
    for (const command of this.parts.store.open()) this.step(this.restored(command), { kind: 'timeout' });
  }

  stop(): void {
    for (const { cancelTimer } of this.running.values()) cancelTimer();
  }

  /** Follows a command until it has ended or its deadline is over. */
  open(command: CommandView): Running {
    const { clock } = this.parts;
    const cancelTimer = clock.after(wireLimits.commandTerminalMs, () => this.step(entry, { kind: 'timeout' }));
    const entry: Running = { command, sentMs: clock.monotonic(), cancelTimer, isFromStore: false };
    this.running.set(command.id, entry);
    this.trim();
    this.shown(entry);
    return entry;
  }

  get(id: string): CommandView | undefined {
    return this.running.get(id)?.command ?? this.parts.store.get(id);
  }

  /** The command that an answer belongs to, by id and by who answers; also one that only the store still knows. */
  match(id: string | undefined, { deviceId, kind, gpio }: Answerer): Match {
    const entry = id === undefined ? undefined : (this.running.get(id) ?? this.fromStore(id));
    if (!entry) return null;
    const { command } = entry;
    const isMeant =
      command.deviceId === deviceId && (kind === undefined || (command.kind === kind && command.gpio === gpio));
    return isMeant ? entry : 'foreign';
  }

  /** Maintenance commands of a device with this name, oldest first. */
  systemCommands(deviceId: DeviceId, name: string): Running[] {
    return [...this.running.values()].filter(
      ({ command }) => command.kind === 'system' && command.deviceId === deviceId && command.command === name,
    );
  }

  /** Takes one event: state, journal, store and screens follow, all as a part of the command's trace. */
  step(entry: Running, event: CommandEvent): void {
    withTrace(entry.command.traceId, () => {
      const { clock } = this.parts;
      const before = entry.command;
      const latencyMs = Math.round(clock.monotonic() - entry.sentMs);
      entry.command = nextCommand(before, event, new Date(clock.now()).toISOString(), latencyMs);
      if (entry.command === before) return;
      if (!isFinal(before.state) && isFinal(entry.command.state)) {
        entry.cancelTimer();
        this.journalEnd(entry.command, latencyMs);
      }
      if (!before.conflict && entry.command.conflict) this.journalConflict(entry.command);
      this.shown(entry);
    });
  }

  private fromStore(id: string): Running | undefined {
    const { store, clock } = this.parts;
    if (id.length > wireLimits.correlationIdChars) return undefined; // none of ours
    const command = store.get(id);
    const isYoung = command !== undefined && clock.now() - Date.parse(command.at) <= LATE_ANSWER_MS;
    return isYoung ? this.restored(command) : undefined;
  }

  private restored(command: CommandView): Running {
    const { clock } = this.parts;
    const ageMs = Math.max(0, clock.now() - Date.parse(command.at)); // by the wall clock; the monotonic one began anew
    return { command, sentMs: clock.monotonic() - ageMs, cancelTimer: () => undefined, isFromStore: true };
  }

  private journalEnd(command: CommandView, latencyMs: number): void {
    const { id, kind, state, deviceId, code, message } = command;
    const why = message ?? (code === 'NONE' ? undefined : code);
    const last = command.history.at(-1)?.event;
    const isOwnWord = last !== 'timeout' && last !== 'not_sent'; // the device said it, not the console
    this.parts.journal.add({
      kind: `command.${state}`,
      deviceId,
      ...(isOwnWord && { actor: `device:${deviceId}` }),
      message: `${this.nameOf(deviceId)}: ${commandText(command)} ${state}${why === undefined ? '' : ` (${why})`}`,
      details: { commandId: id, kind, latencyMs, ...(code !== undefined && { code }) },
    });
  }

  private journalConflict(command: CommandView): void {
    const { id, kind, state, deviceId } = command;
    const said = command.history.filter((entry) => isFinal(entry.state)).map(({ event }) => event);
    this.parts.journal.add({
      kind: 'command.conflict',
      deviceId,
      actor: `device:${deviceId}`,
      message: `${this.nameOf(deviceId)}: the answers to ${commandText(command)} contradict each other; ${state} counts. Check on the device what is true.`,
      details: { commandId: id, kind, signals: said },
    });
  }

  private shown(entry: Running): void {
    const { batch, store, changes, onStep } = this.parts;
    const { command } = entry;
    batch.plant(() => store.save(command));
    if (!entry.isFromStore) onStep(command);
    changes.command(command.id);
  }

  /** Forgets the oldest ended commands; they stay in the store. */
  private trim(): void {
    for (const [id, { command }] of this.running) {
      if (this.running.size <= KEPT) return;
      if (isFinal(command.state)) this.running.delete(id);
    }
  }

  private nameOf(deviceId: DeviceId): string {
    return this.parts.devices.get(deviceId)?.name ?? deviceId;
  }
}
