import type { ConfigSectionName, ConfigSections } from '../../shared/api/devices';
import type { OperationView } from '../../shared/api/operations';
import type { DeviceId } from '../../shared/domain/ids';
import { pinProblems } from '../../shared/domain/pin-rules';
import { failure, success, type Result } from '../../shared/domain/result';
import type { ConfigResponse } from '../../shared/wire/messages/config';
import type { Heartbeat } from '../../shared/wire/messages/heartbeat';
import type { IntentOutcome } from '../../shared/wire/messages/intent-outcome';
import { leftoversAfter, namesOf, planMessages, type ReasonCode } from './config-plan';
import { isSame, pendingSections, withFailed, withoutWish, withUnfit, withWish } from './config-record-rules';
import { ConfigResync } from './config-resync';
import { ConfigSender, type ConfigChange, type ConfigParts } from './config-sender';
import type { DeviceRecord } from './device-record';

/** One slot of the outbox for all sections: a newer push takes the place of one that waits, and takes its other sections along. */
const SLOT = 'config';
/** Who sends configurations that nobody asked for. */
const RESYNC_ACTOR = 'system:resync';

/**
 * Configuration of devices (wire contract 5). The wish is stored at once and sent when the device is there; confirmed is only what the device
 * confirmed, section by section and pin by pin.
 */
export class DeviceConfiguration {
  private readonly sender: ConfigSender;
  private readonly resync: ConfigResync;
  /** The device whose waiting push is being replaced by a newer one. */
  private replacing: DeviceId | null = null;

  constructor(private readonly parts: ConfigParts) {
    const { registry, operations, clock } = parts;
    this.sender = new ConfigSender(parts);
    this.resync = new ConfigResync({
      registry,
      operations,
      clock,
      resend: (device, names, reason) => this.resend(device, names, reason),
    });
    operations.executor('config', (change) => this.sender.send(change));
    operations.onEnd((operation, ending) => (ending === 'lost' ? this.lost(operation) : this.givenUp(operation)));
    registry.onRemove((id) => {
      this.sender.removeDevice(id);
      this.resync.requested(id);
    });
  }

  stop(): void {
    this.sender.stop();
  }

  /** Takes a wish. Refused before anything is stored: `invalid` with all `problems`, or `too_large` with the size of the section. */
  push(deviceId: DeviceId, sections: ConfigSections, actor: string): Result<OperationView> {
    const found = this.parts.registry.find(deviceId);
    if (!found.ok) return found;
    const device = found.value;
    const { name, approval, config, board } = device;
    const asked = namesOf(sections);
    if (asked.length === 0) return failure('invalid', 'Give at least one of sensors, actuators and offlineRules.');
    if (approval !== 'approved')
      return failure('not_approved', `${name} is not approved. Approve it first.`, { details: { approval } });
    const wish = { ...this.waiting(device), ...sections };
    const planned = planMessages({ wish, leftovers: leftoversAfter(config, wish) });
    if (!planned.ok) return planned;
    const problems = pinProblems(board.id, { ...config.desired, ...sections }).filter(
      (problem) => asked.includes(problem.section) || (problem.with !== undefined && asked.includes(problem.with)),
    );
    const [first] = problems;
    if (first) return failure('invalid', first.message, { details: { problems } });
    this.resync.requested(deviceId);
    return success(this.submit(device, { sections: wish, reasonCode: 'manual_config_sync' }, actor));
  }

  /**
   * Gives a device the wish of the one that it replaces. What its board cannot take is kept as a failed wish, to be mended on the page of the
   * device; it is not sent by itself. May be repeated.
   */
  takeOver(deviceId: DeviceId, sections: ConfigSections, actor: string): Result<OperationView> {
    const pushed = this.push(deviceId, sections, actor);
    const device = this.parts.registry.get(deviceId);
    if (!pushed.ok && device) {
      device.config = withUnfit(device.config, sections, pushed.error);
      this.parts.registry.save(device);
    }
    return pushed;
  }

  /** One answer of a push; several come, one per section. */
  answered(deviceId: DeviceId, response: ConfigResponse): void {
    if (this.sender.take(deviceId, response.correlationId, { kind: 'response', response })) return;
    const device = this.parts.registry.get(deviceId);
    const [refusal] = response.failures ?? [];
    if (!device) return;
    if (!refusal) {
      this.parts.registry.warn(device, {
        code: 'unmatched_answer',
        message:
          'The device answered a configuration that was not sent, or without its number; the answer was not counted.',
        ...(response.correlationId !== undefined && { raw: response.correlationId }),
      });
      return;
    }
    // A device that could not read the message can't name it either (5.5: JSON_PARSE_ERROR, PAYLOAD_TOO_LARGE).
    this.parts.registry.warn(device, {
      code: 'config_refused_unnamed',
      message: `The device refused a configuration without saying which (${refusal.error}). If one of yours is not answered, send it again.`,
      raw: refusal.error,
    });
  }

  /** The device's own end of the intent. */
  outcome(deviceId: DeviceId, outcome: IntentOutcome): void {
    this.sender.take(deviceId, outcome.correlationId, { kind: 'outcome', outcome });
  }

  /** After each heartbeat: are the counts those of the wish? */
  counted(device: DeviceRecord, beat: Heartbeat): void {
    this.resync.counted(device, beat);
  }

  /** A device came online. */
  deviceBack(deviceId: DeviceId): void {
    const device = this.parts.registry.get(deviceId);
    if (device) this.resync.deviceBack(device);
  }

  /** The console was restarted with it under way, and nothing was kept to send it again. */
  private lost({ kind, deviceId }: OperationView): void {
    const device = this.parts.registry.get(deviceId);
    if (kind !== 'config' || !device) return;
    device.config = withFailed(device.config, pendingSections(device.config));
    this.parts.registry.save(device);
  }

  private resend(device: DeviceRecord, names: readonly ConfigSectionName[], reasonCode: ReasonCode): void {
    const { desired } = device.config;
    const sections = Object.fromEntries(names.map((name) => [name, desired?.[name]])) as ConfigSections;
    this.submit(device, { sections, reasonCode }, RESYNC_ACTOR);
  }

  private submit(device: DeviceRecord, change: ConfigChange, actor: string): OperationView {
    const { registry, operations, journal } = this.parts;
    const names = namesOf(change.sections);
    device.config = withWish(device.config, change.sections);
    registry.save(device);
    journal.add({
      kind: 'config.requested',
      deviceId: device.id,
      actor,
      message: `${device.name}: configuration requested (${names.join(', ')})`,
      details: { sections: names, reason: change.reasonCode },
    });
    this.replacing = device.id;
    const operation = operations.submit({
      deviceId: device.id,
      slot: SLOT,
      kind: 'config',
      body: change,
      by: actor,
      subject: names.join(', '),
    });
    this.replacing = null;
    return operation;
  }

  /** Sections of a push that was not sent yet. A newer one takes its place, so it takes these along. */
  private waiting(device: DeviceRecord): ConfigSections {
    const { desired } = device.config;
    const names = this.waitingNames(device).filter((name) => desired?.[name] !== undefined);
    return Object.fromEntries(names.map((name) => [name, desired?.[name]]));
  }

  private waitingNames(device: DeviceRecord): ConfigSectionName[] {
    const { config } = device;
    const underWay = this.sender.underWay(device.id);
    return pendingSections(config).filter((name) => !isSame(underWay[name], config.desired?.[name]));
  }

  /** Withdrawn, or given up because too much waits: the wish goes back to what the device has. */
  private givenUp({ id, kind, deviceId }: OperationView): void {
    if (kind !== 'config') return;
    this.sender.drop(id);
    const device = this.parts.registry.get(deviceId);
    if (!device || this.replacing === deviceId) return;
    device.config = withoutWish(device.config, this.waitingNames(device));
    this.parts.registry.save(device);
  }
}
