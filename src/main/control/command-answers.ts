import type { DeviceId } from '../../shared/domain/ids';
import { wireLimits } from '../../shared/wire/limits';
import type { ActuatorResponse } from '../../shared/wire/messages/actuator-response';
import type { SensorResponse, SystemResponse } from '../../shared/wire/messages/command-response';
import type { IntentOutcome } from '../../shared/wire/messages/intent-outcome';
import type { OnewireScan } from '../../shared/wire/messages/onewire-scan';
import type { Clock } from '../clock';
import type { DeviceRegistry } from '../devices/device-registry';
import { withTrace } from '../trace';
import type { Actuators } from './actuators';
import { actuatorAnswer, outcomeAnswer, sensorAnswer, systemAnswer } from './answer-rules';
import { isFinal, type CommandEvent } from './command-state';
import type { Answerer, Running, RunningCommands } from './running-commands';
import type { TokenKeeper } from './token-keeper';

/** A scan's devices come in a message of their own, before or after its answer. */
const SCAN = 'onewire/scan';
/** How much of a strange answer a warning keeps, characters. */
const RAW_CHARS = 200;

type Parts = {
  readonly commands: RunningCommands;
  readonly tokens: TokenKeeper;
  readonly actuators: Actuators;
  readonly devices: DeviceRegistry;
  readonly clock: Clock;
  readonly onChipModel: (deviceId: DeviceId, chipModel: string) => void;
};

/**
 * What devices answer to commands: each answer finds its command by correlation id, device, kind and pin, or settles nothing and is shown on
 * the device as a warning. All that an answer causes belongs to the trace of its command.
 */
export class CommandAnswers {
  constructor(private readonly parts: Parts) {}

  /** The device's response to an output's command; one without a known correlation id completes nothing (conformance E6). */
  responded(deviceId: DeviceId, gpio: number, response: ActuatorResponse): void {
    const entry = this.matched(response.correlationId, { deviceId, kind: 'actuator', gpio });
    if (!entry) return;
    const { isSuccess, message } = response;
    const latencyMs = this.parts.clock.monotonic() - entry.sentMs;
    this.answered(entry, actuatorAnswer(response));
    if (entry.isFromStore) return;
    withTrace(entry.command.traceId, () =>
      this.parts.actuators.acknowledged(entry.command, { isSuccess, message, latencyMs }),
    );
  }

  /** The device's answer to "measure now". */
  measured(deviceId: DeviceId, gpio: number, response: SensorResponse): void {
    const entry = this.matched(response.correlationId, { deviceId, kind: 'sensor', gpio });
    if (entry) this.answered(entry, sensorAnswer(response));
  }

  /**
   * The device's answer to a maintenance command. Stock firmware puts no correlation id into it (wire contract 1.12), so one without any id
   * settles the command when exactly one of that name is open on the device (docs/decisions/0007). An unknown id settles nothing.
   */
  systemAnswered(deviceId: DeviceId, response: SystemResponse): void {
    const { correlationId, command: name, fields } = response;
    const only = correlationId === undefined && name !== undefined ? this.onlyOpen(deviceId, name) : undefined;
    const entry = only ?? this.matched(correlationId, { deviceId, kind: 'system' });
    if (!entry) return;
    this.answered(entry, systemAnswer(response));
    const chipModel = fields['chip_model'];
    if (entry.command.command === 'diagnostics' && typeof chipModel === 'string')
      withTrace(entry.command.traceId, () => this.parts.onChipModel(deviceId, chipModel));
  }

  /** What a 1-Wire scan found goes to the scan that was asked for: on its pin, else the oldest one without a list. */
  scanned(deviceId: DeviceId, { devices }: OnewireScan): void {
    const { clock, commands } = this.parts;
    const waiting = commands
      .systemCommands(deviceId, SCAN)
      .filter(
        ({ command, sentMs }) =>
          !command.result?.['devices'] && clock.monotonic() - sentMs <= wireLimits.commandTerminalMs,
      );
    const entry = waiting.find(({ command }) => command.params?.['pin'] === devices[0]?.pin) ?? waiting[0];
    if (entry) this.answered(entry, { kind: 'told', result: { devices } });
    else this.warnUnmatched(deviceId, `onewire/scan_result: ${devices.map(({ rom_code: rom }) => rom).join(' ')}`);
  }

  /** The device's life-cycle report of an intent. */
  outcome(deviceId: DeviceId, report: IntentOutcome): void {
    const event = outcomeAnswer(report);
    // No warning for an unknown id: stops and clears report here too, and so do intents whose id the device invented itself.
    const match = event && this.parts.commands.match(report.correlationId, { deviceId });
    if (match === 'foreign') this.warnForeign(deviceId, report.correlationId);
    else if (match) this.answered(match, event);
  }

  /** The command that an answer belongs to. Any other answer is shown on the device as a warning and settles nothing. */
  private matched(id: string | undefined, answerer: Answerer): Running | undefined {
    const match = this.parts.commands.match(id, answerer);
    if (match && match !== 'foreign') return match;
    const { deviceId, kind, gpio } = answerer;
    if (match === 'foreign') this.warnForeign(deviceId, id);
    else this.warnUnmatched(deviceId, `${kind}${gpio === undefined ? '' : ` pin ${gpio}`}: ${id ?? 'no id'}`);
    return undefined;
  }

  private onlyOpen(deviceId: DeviceId, name: string): Running | undefined {
    const open = this.parts.commands.systemCommands(deviceId, name).filter(({ command }) => !isFinal(command.state));
    return open.length === 1 ? open[0] : undefined;
  }

  private answered(entry: Running, event: CommandEvent | null): void {
    const { deviceId, id, traceId } = entry.command;
    withTrace(traceId, () => {
      if (!event) {
        this.warnUnmatched(deviceId, `no result: ${id}`);
        return;
      }
      const masked = this.parts.tokens.masked(entry.command, event);
      this.parts.commands.step(entry, masked);
      this.parts.tokens.answered(entry.command, masked);
    });
  }

  private warnForeign(deviceId: DeviceId, id: string | undefined): void {
    this.warn(deviceId, {
      code: 'foreign_answer',
      message:
        'The device answered a command that was for another device, another pin or of another kind. It settled nothing.',
      raw: id?.slice(0, RAW_CHARS),
    });
  }

  private warnUnmatched(deviceId: DeviceId, raw: string): void {
    this.warn(deviceId, {
      code: 'unmatched_answer',
      message:
        'An answer of the device settled nothing: it fits no command of this console, or does not say how it ended.',
      raw: raw.slice(0, RAW_CHARS),
    });
  }

  private warn(deviceId: DeviceId, warning: Parameters<DeviceRegistry['warn']>[1]): void {
    const device = this.parts.devices.get(deviceId);
    if (device) this.parts.devices.warn(device, warning);
  }
}
