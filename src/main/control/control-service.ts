import { randomUUID } from 'node:crypto';
import type { Block, CommandView, SystemCommandName } from '../../shared/api/control';
import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Failure, type Result } from '../../shared/domain/result';
import { wireLimits } from '../../shared/wire/limits';
import { actuatorCommand, type ActuatorCommand } from '../../shared/wire/messages/actuator-command';
import type { ActuatorResponse } from '../../shared/wire/messages/actuator-response';
import type { IntentOutcome } from '../../shared/wire/messages/intent-outcome';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal } from '../journal/journal';
import type { Publisher } from '../link/publisher';
import type { WriteBatch } from '../store/write-batch';
import type { Actuators } from './actuators';
import { isFinal, nextCommand, type CommandEvent } from './command-state';
import type { CommandFilter, CommandStore } from './command-store';

export type CommandInput = {
  readonly command: ActuatorCommand['command'];
  readonly value?: number | undefined;
  readonly durationS?: number | undefined;
};

export type SystemInput = {
  readonly command: SystemCommandName;
  readonly params?: Readonly<Record<string, string | number | boolean>> | undefined;
};

/** Commands kept in memory for matching late answers and for the screens. */
const KEPT = 500;
const DEFAULT_PAGE = 100;

/** Answers of the device that mean "not executed" although they come as a response (wire contract 3.3). */
const REJECTED_TEXT = /^Rejected before execution/;

type Running = { command: CommandView; readonly sentMs: number; readonly cancelTimer: () => void };

/** Commands from request to final state: refused with a reason, or journaled, sent and followed until the device has answered. */
export class ControlService {
  private readonly running = new Map<string, Running>();

  constructor(
    private readonly parts: {
      readonly devices: DeviceRegistry;
      readonly actuators: Actuators;
      readonly store: CommandStore;
      readonly batch: WriteBatch;
      readonly publisher: Publisher;
      readonly journal: Journal;
      readonly clock: Clock;
      readonly changes: Changes;
      readonly stopBlock: (deviceId: DeviceId) => Block | null;
    },
  ) {}

  /** Commands that the last process left open are never sent again; their end is not known. */
  load(): void {
    const at = new Date(this.parts.clock.now()).toISOString();
    for (const command of this.parts.store.open()) {
      const ended = nextCommand(command, { kind: 'timeout' }, at, 0);
      this.parts.batch.plant(() => this.parts.store.save(ended));
    }
  }

  stop(): void {
    for (const { cancelTimer } of this.running.values()) cancelTimer();
  }

  /** Why ON, TOGGLE and PWM would be refused now. OFF passes a stop. */
  blocksOf(device: DeviceRecord): Block[] {
    const { name, approval, presence, id } = device;
    const blocks: Block[] = [];
    if (approval !== 'approved')
      blocks.push({
        code: 'not_approved',
        message: `${name} is not approved. Approve it first.`,
        details: { approval },
      });
    if (presence.state !== 'online') {
      blocks.push({
        code: 'offline',
        message: `${name} is ${presence.state} (${presence.reason}). Commands are possible when it is online.`,
        details: { presence: presence.state, reason: presence.reason, name },
      });
    }
    const stop = this.parts.stopBlock(id);
    if (stop) blocks.push(stop);
    return blocks;
  }

  /** Sends one command. The row is on disk before the message leaves, unless storage fails: control goes on without it. */
  command(deviceId: DeviceId, gpio: number, input: CommandInput, actor: string): Result<CommandView> {
    const { devices, store, batch, publisher, journal, clock } = this.parts;
    const found = devices.find(deviceId);
    if (!found.ok) return found;
    const refusal = this.refusal(found.value, input);
    if (refusal) return this.refused(found.value, gpio, input, { actor, refusal });
    const now = clock.now();
    const command = newCommand(deviceId, gpio, { ...input, actor, at: new Date(now).toISOString() });
    batch.plant(() => store.save(command));
    journal.add({
      kind: 'command.sent',
      deviceId,
      actor,
      message: `${found.value.name}: pin ${gpio} ${describe(command)}`,
      details: { commandId: command.id, gpio },
    });
    batch.commitPlantNow(); // a full disk is counted and shown; it must not keep anybody from switching
    const cancelTimer = clock.after(wireLimits.commandTerminalMs, () => this.step(command.id, { kind: 'timeout' }));
    const entry: Running = { command, sentMs: clock.monotonic(), cancelTimer };
    this.running.set(command.id, entry);
    this.trim();
    this.shown(command); // before it is sent: the broker's refusal may come within the call
    const sent = publisher.send(actuatorCommand, { deviceId, gpio }, payloadOf(command, now), (error) =>
      this.notSent(command.id, error),
    );
    if (!sent.ok) {
      this.notSent(command.id, sent.error);
      return sent;
    }
    return success(entry.command);
  }

  /** The device's response; one without a known correlation id completes nothing (conformance E6). */
  responded(deviceId: DeviceId, gpio: number, response: ActuatorResponse): void {
    const entry = this.matching(deviceId, response.correlationId);
    if (!entry || entry.command.gpio !== gpio) return;
    const { isSuccess, message } = response;
    const state = isSuccess ? 'applied' : REJECTED_TEXT.test(message) ? 'rejected' : 'failed';
    const latencyMs = this.parts.clock.monotonic() - entry.sentMs;
    this.step(entry.command.id, { kind: 'ended', by: 'response', state, ...(message !== '' && { message }) });
    this.parts.actuators.acknowledged(entry.command, { isSuccess, message, latencyMs });
  }

  /** The device's life-cycle report of an intent. */
  outcome(deviceId: DeviceId, report: IntentOutcome): void {
    const entry = this.matching(deviceId, report.correlationId);
    if (!entry) return;
    const texts = {
      ...(report.code !== undefined && { code: report.code }),
      ...(report.reason !== undefined && { message: report.reason }),
    };
    const { outcome } = report;
    if (outcome === 'accepted') this.step(entry.command.id, { kind: 'accepted', ...texts });
    else
      this.step(entry.command.id, {
        kind: 'ended',
        by: 'outcome',
        state: outcome === 'persisted' ? 'applied' : outcome,
        ...texts,
      });
  }

  /** Measures one pin now. */
  measure(_deviceId: DeviceId, _gpio: number, _actor: string): Result<CommandView> {
    return failure('unsupported', 'not built yet');
  }

  /** Sends a maintenance command. */
  system(_deviceId: DeviceId, _input: SystemInput, _actor: string): Result<CommandView> {
    return failure('unsupported', 'not built yet');
  }

  get(id: string): Result<CommandView> {
    const command = this.running.get(id)?.command ?? this.parts.store.get(id);
    return command ? success(command) : failure('not_found', `There is no command ${id}.`);
  }

  /** Newest first. */
  page(
    filter: CommandFilter,
    limit: number = DEFAULT_PAGE,
    cursor?: string,
  ): { items: CommandView[]; nextCursor?: string } {
    const rows = this.parts.store.list(filter, limit + 1, Number(cursor) || Number.MAX_SAFE_INTEGER);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ command }) => command),
      ...(rows.length > limit && last && { nextCursor: String(last.row) }),
    };
  }

  private refusal(device: DeviceRecord, { command, value }: CommandInput): Failure | null {
    const passesStop = command === 'OFF';
    const block = this.blocksOf(device).find(({ code }) => !(passesStop && code === 'blocked'));
    if (block)
      return failure(
        block.code === 'offline' || block.code === 'not_approved' ? block.code : 'blocked',
        block.message,
        block.details ? { details: block.details } : {},
      ).error;
    if (command === 'PWM' && value === undefined) return failure('invalid', 'PWM needs a value between 0 and 1.').error;
    return null;
  }

  private refused(
    device: DeviceRecord,
    gpio: number,
    input: CommandInput,
    { actor, refusal }: { actor: string; refusal: Failure },
  ): Result<never> {
    this.parts.journal.add({
      kind: 'command.refused',
      deviceId: device.id,
      actor,
      message: `${device.name}: pin ${gpio} ${input.command} refused (${refusal.message})`,
      details: { gpio, code: refusal.code },
    });
    return { ok: false, error: refusal };
  }

  private matching(deviceId: DeviceId, correlationId: string | undefined): Running | undefined {
    const entry = correlationId === undefined ? undefined : this.running.get(correlationId);
    return entry?.command.deviceId === deviceId ? entry : undefined;
  }

  private notSent(id: string, error: Failure): void {
    this.step(id, { kind: 'not_sent', message: error.message });
  }

  private step(id: string, event: CommandEvent): void {
    const entry = this.running.get(id);
    if (!entry) return;
    const { clock, journal, devices } = this.parts;
    const before = entry.command;
    const latencyMs = Math.round(clock.monotonic() - entry.sentMs);
    entry.command = nextCommand(before, event, new Date(clock.now()).toISOString(), latencyMs);
    if (entry.command === before) return;
    if (isFinal(entry.command.state)) entry.cancelTimer();
    if (entry.command.state !== before.state && isFinal(entry.command.state)) {
      const { state, deviceId, gpio, message } = entry.command;
      const name = devices.get(deviceId)?.name ?? deviceId;
      journal.add({
        kind: `command.${state}`,
        deviceId,
        actor: `device:${deviceId}`,
        message: `${name}: pin ${gpio} ${describe(before)} ${state}${message === undefined ? '' : ` (${message})`}`,
        details: { commandId: id, latencyMs },
      });
    }
    this.shown(entry.command);
  }

  private shown(command: CommandView): void {
    this.parts.batch.plant(() => this.parts.store.save(command));
    this.parts.actuators.requested(command);
    this.parts.changes.command(command.id);
  }

  /** Forgets the oldest ended commands; they stay in the store. */
  private trim(): void {
    for (const [id, { command }] of this.running) {
      if (this.running.size <= KEPT) return;
      if (isFinal(command.state)) this.running.delete(id);
    }
  }
}

function newCommand(
  deviceId: DeviceId,
  gpio: number,
  input: CommandInput & { actor: string; at: string },
): CommandView {
  const { command, value, durationS, actor: issuedBy, at } = input;
  return {
    id: randomUUID(),
    kind: 'actuator',
    deviceId,
    gpio,
    command,
    ...(value !== undefined && { value }),
    ...(durationS !== undefined && { durationS }),
    state: 'sent',
    issuedBy,
    at,
    history: [{ at, event: 'sent', state: 'sent' }],
  };
}

function payloadOf({ id, command, value, durationS, issuedBy }: CommandView, nowMs: number): ActuatorCommand {
  return {
    command: command as ActuatorCommand['command'],
    value: value ?? (command === 'ON' ? 1 : 0),
    duration: durationS ?? 0,
    timestamp: Math.floor(nowMs / 1000),
    issued_by: issuedBy,
    correlation_id: id,
    intent_id: id,
  };
}

function describe({ command, value, durationS }: CommandView): string {
  const percent = command === 'PWM' && value !== undefined ? ` ${Math.round(value * 100)} %` : '';
  return `${command}${percent}${durationS ? ` for ${durationS} s` : ''}`;
}
