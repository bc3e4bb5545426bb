import { randomUUID } from 'node:crypto';
import type { Block, CommandView, SystemCommandName } from '../../shared/api/control';
import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Failure, type Result } from '../../shared/domain/result';
import type { OutboundMessage } from '../../shared/wire/message';
import { actuatorCommand, type ActuatorCommand } from '../../shared/wire/messages/actuator-command';
import type { ActuatorResponse } from '../../shared/wire/messages/actuator-response';
import type { SensorResponse, SystemResponse } from '../../shared/wire/messages/command-response';
import type { IntentOutcome } from '../../shared/wire/messages/intent-outcome';
import type { OnewireScan } from '../../shared/wire/messages/onewire-scan';
import { sensorCommand } from '../../shared/wire/messages/sensor-command';
import { systemCommand } from '../../shared/wire/messages/system-command';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { Journal } from '../journal/journal';
import type { Publisher } from '../link/publisher';
import type { WriteBatch } from '../store/write-batch';
import { currentTraceId, newTraceId, withTrace } from '../trace';
import type { Actuators } from './actuators';
import { CommandAnswers } from './command-answers';
import { deviceBlocks, pressureBlock } from './command-blocks-rules';
import type { CommandFilter, CommandStore } from './command-store';
import { actuatorPayload, sensorPayload, systemPayload } from './command-payloads';
import { commandText } from './command-text';
import { MeasurePace } from './measure-pace';
import { RunningCommands } from './running-commands';
import { shownParams, systemCommands, systemParams } from './system-command-table';
import { TokenKeeper, type OnTokenSet } from './token-keeper';

export type CommandInput = {
  readonly command: ActuatorCommand['command'];
  readonly value?: number | undefined;
  readonly durationS?: number | undefined;
};

export type SystemInput = {
  readonly command: SystemCommandName;
  readonly params?: Readonly<Record<string, string | number | boolean>> | undefined;
};

export type ControlParts = {
  readonly devices: DeviceRegistry;
  readonly actuators: Actuators;
  readonly store: CommandStore;
  readonly batch: WriteBatch;
  readonly publisher: Publisher;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly stopBlock: (deviceId: DeviceId) => Block | null;
  /** A device named its chip in the answer to `diagnostics`. */
  readonly onChipModel: (deviceId: DeviceId, chipModel: string) => void;
  readonly onTokenSet: OnTokenSet;
};

/** What a new command consists of beside its id, its time and its trace. */
type Draft = Pick<CommandView, 'kind' | 'deviceId' | 'command'> &
  Partial<Pick<CommandView, 'gpio' | 'value' | 'durationS' | 'params'>>;
type Sending = {
  readonly command: CommandView;
  readonly refusal: Failure | null;
  readonly isDestructive?: boolean;
  /** Hands the message to the publisher; `onFailure` is called when the broker did not take it over. */
  readonly send: (onFailure: (error: Failure) => void) => Result<void>;
};

const DEFAULT_PAGE = 100;

/**
 * Commands of all kinds from request to final state: refused with a reason, or journaled, sent and followed until the device has answered.
 * Called by the API (`command`, `measure`, `system`) and by the handlers of the device's answers.
 */
export class ControlService {
  private readonly commands: RunningCommands;
  private readonly tokens: TokenKeeper;
  private readonly answers: CommandAnswers;
  private readonly pace = new MeasurePace();

  constructor(private readonly parts: ControlParts) {
    const onStep = (command: CommandView) => {
      if (command.kind === 'actuator') parts.actuators.requested(command);
    };
    this.commands = new RunningCommands({ ...parts, onStep });
    this.tokens = new TokenKeeper(parts.onTokenSet);
    this.answers = new CommandAnswers({ ...parts, commands: this.commands, tokens: this.tokens });
  }

  /** Commands that the last process left open are never sent again; their end is not known. */
  load(): void {
    this.commands.load();
  }

  stop(): void {
    this.commands.stop();
  }

  /** Why ON, TOGGLE and PWM would be refused now. OFF passes a stop. */
  blocksOf(device: DeviceRecord): Block[] {
    const stop = this.parts.stopBlock(device.id);
    return [...deviceBlocks(device), ...(stop ? [stop] : [])];
  }

  /** Switches one output. The row is on disk before the message leaves, unless storage fails: control goes on without it. */
  command(deviceId: DeviceId, gpio: number, input: CommandInput, actor: string): Result<CommandView> {
    const found = this.parts.devices.find(deviceId);
    if (!found.ok) return found;
    const { command: name, value, durationS } = input;
    const command = this.newCommand(actor, {
      kind: 'actuator',
      deviceId,
      gpio,
      command: name,
      ...(value !== undefined && { value }),
      ...(durationS !== undefined && { durationS }),
    });
    const canExpire = found.value.health.capabilities?.includes('expiry') === true;
    return this.issue(found.value, {
      command,
      refusal: this.switchRefusal(found.value, input),
      send: (onFailure) =>
        this.publish(actuatorCommand, command, actuatorPayload(command, this.nowS(), canExpire), onFailure),
    });
  }

  /** Measures one pin now. A software stop does not hinder it. */
  measure(deviceId: DeviceId, gpio: number, actor: string): Result<CommandView> {
    const found = this.parts.devices.find(deviceId);
    if (!found.ok) return found;
    const { name } = found.value;
    const waitMs = this.pace.waitMs(deviceId, gpio, this.parts.clock.monotonic());
    const tooSoon = failure('busy', `${name} was asked to measure just now. Measure again in ${waitMs} ms.`, {
      retryable: true,
      details: { retryAfterMs: waitMs },
    });
    const block = deviceBlocks(found.value)[0] ?? pressureBlock(found.value);
    if (!block && waitMs > 0) return tooSoon; // not journaled: a script that asks too fast would fill the journal
    const command = this.newCommand(actor, { kind: 'sensor', deviceId, gpio, command: 'MEASURE' });
    return this.issue(found.value, {
      command,
      refusal: block ? failureOf(block) : null,
      send: (onFailure) => {
        const sent = this.publish(sensorCommand, command, sensorPayload(command.id, this.nowS()), onFailure);
        if (sent.ok) this.pace.asked(deviceId, gpio, this.parts.clock.monotonic());
        return sent;
      },
    });
  }

  /** Sends a maintenance command. Its parameters are checked by its line in the table; secrets stay out of all records. */
  system(deviceId: DeviceId, { command: name, params = {} }: SystemInput, actor: string): Result<CommandView> {
    const found = this.parts.devices.find(deviceId);
    if (!found.ok) return found;
    const checked = systemParams(name, params);
    const shown = checked.ok ? shownParams(checked.value) : {};
    const command = this.newCommand(actor, {
      kind: 'system',
      deviceId,
      command: name,
      ...(Object.keys(shown).length > 0 && { params: shown }),
    });
    return this.issue(found.value, {
      command,
      refusal: checked.ok ? this.systemRefusal(found.value, name) : checked.error,
      isDestructive: systemCommands[name].isDestructive,
      send: (onFailure) => {
        if (!checked.ok) return checked;
        this.tokens.keep(command.id, checked.value);
        return this.publish(systemCommand, command, systemPayload(command, checked.value, this.nowS()), onFailure);
      },
    });
  }

  /** Answers of devices; what they mean stands in command-answers.ts. */
  responded(deviceId: DeviceId, gpio: number, response: ActuatorResponse): void {
    this.answers.responded(deviceId, gpio, response);
  }

  measured(deviceId: DeviceId, gpio: number, response: SensorResponse): void {
    this.answers.measured(deviceId, gpio, response);
  }

  systemAnswered(deviceId: DeviceId, response: SystemResponse): void {
    this.answers.systemAnswered(deviceId, response);
  }

  scanned(deviceId: DeviceId, scan: OnewireScan): void {
    this.answers.scanned(deviceId, scan);
  }

  outcome(deviceId: DeviceId, report: IntentOutcome): void {
    this.answers.outcome(deviceId, report);
  }

  get(id: string): Result<CommandView> {
    const command = this.commands.get(id);
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

  private newCommand(issuedBy: string, draft: Draft): CommandView {
    const at = new Date(this.parts.clock.now()).toISOString();
    const traceId = currentTraceId() ?? newTraceId();
    const history: CommandView['history'] = [{ at, event: 'sent', state: 'sent' }];
    return { id: randomUUID(), ...draft, state: 'sent', issuedBy, at, traceId, history };
  }

  /** Refuses a command, or records it, follows it and lets it be sent. */
  private issue(device: DeviceRecord, { command, refusal, isDestructive, send }: Sending): Result<CommandView> {
    return withTrace(command.traceId, () => {
      if (refusal) return this.refused(device, command, refusal);
      const { batch, store, journal } = this.parts;
      const { id: commandId, kind, gpio, deviceId, issuedBy: actor } = command;
      batch.plant(() => store.save(command));
      journal.add({
        kind: 'command.sent',
        deviceId,
        actor,
        message: `${device.name}: ${commandText(command)}`,
        details: { commandId, kind, ...(gpio !== undefined && { gpio }) },
      });
      const isRecorded = batch.commitPlantNow(); // a full disk is counted and shown; it must not keep anybody from switching
      if (!isRecorded && isDestructive) return this.refused(device, command, notRecorded(command));
      const entry = this.commands.open(command); // before it is sent: the broker's refusal may come within the call
      const notSent = ({ message }: Failure) => this.commands.step(entry, { kind: 'not_sent', message });
      const sent = send(notSent);
      if (sent.ok) return success(entry.command);
      notSent(sent.error);
      return sent;
    });
  }

  private refused(device: DeviceRecord, command: CommandView, refusal: Failure): Result<never> {
    const { deviceId, kind, gpio, issuedBy: actor } = command;
    this.parts.journal.add({
      kind: 'command.refused',
      deviceId,
      actor,
      message: `${device.name}: ${commandText(command)} refused (${refusal.message})`,
      details: { kind, ...(gpio !== undefined && { gpio }), code: refusal.code },
    });
    return { ok: false, error: refusal };
  }

  private publish<T>(
    message: OutboundMessage<T>,
    { deviceId, gpio }: CommandView,
    payload: T,
    onFailure: (error: Failure) => void,
  ): Result<void> {
    return this.parts.publisher.send(message, { deviceId, ...(gpio !== undefined && { gpio }) }, payload, onFailure);
  }

  private switchRefusal(device: DeviceRecord, { command, value }: CommandInput): Failure | null {
    const block = this.blocksOf(device).find(({ code }) => !(command === 'OFF' && code === 'blocked'));
    if (block) return failureOf(block);
    if (command === 'PWM' && value === undefined) return failure('invalid', 'PWM needs a value between 0 and 1.').error;
    return null;
  }

  private systemRefusal(device: DeviceRecord, name: SystemCommandName): Failure | null {
    const [block] = deviceBlocks(device);
    if (block) return failureOf(block);
    const { capability, stopReason } = systemCommands[name];
    if (capability !== null && device.health.capabilities?.includes(capability) !== true)
      return failure(
        'unsupported',
        `${device.name} does not announce that it knows ${name}, so it was not sent. Stock firmware does not know it; newer firmware says so in its heartbeat.`,
        { details: { capability } },
      ).error;
    const stop = stopReason === null ? null : this.parts.stopBlock(device.id);
    return stop ? failureOf({ ...stop, message: `${name} ${stopReason}. ${stop.message}` }) : null;
  }

  private nowS(): number {
    return Math.floor(this.parts.clock.now() / 1000);
  }
}

const blockCodes = ['offline', 'not_approved', 'busy'] as const;

function failureOf({ code, message, details }: Block): Failure {
  const known = blockCodes.find((one) => one === code) ?? 'blocked';
  return failure(known, message, { retryable: known === 'busy', ...(details && { details }) }).error;
}

function notRecorded(command: CommandView): Failure {
  return failure(
    'storage_unavailable',
    `${command.command} was not sent: the disk does not take its record, and what it destroys cannot be had back. Make room and try again.`,
    { retryable: true },
  ).error;
}
