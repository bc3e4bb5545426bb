import type { ConfigSectionName, ConfigSections, ConfirmationState } from '../../shared/api/devices';
import { configSectionNames } from '../../shared/api/devices';
import type { OperationView } from '../../shared/api/operations';
import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import { wireLimits } from '../../shared/wire/limits';
import { configPush, type ConfigResponse } from '../../shared/wire/messages/config';
import type { IntentOutcome } from '../../shared/wire/messages/intent-outcome';
import type { Clock } from '../clock';
import type { Journal } from '../journal/journal';
import type { Publisher } from '../link/publisher';
import type { Operations } from '../operations/operations';
import type { PendingChange } from '../operations/outbox-store';
import type { DeviceRecord } from './device-record';
import type { DeviceRegistry } from './device-registry';

/** `type` of the device's answer → section. Offline rules have no answer of their own; they share the fate of the push. */
const sectionOf: Readonly<Record<string, ConfigSectionName>> = { sensor: 'sensors', actuator: 'actuators' };

type Push = {
  readonly operation: OperationView;
  readonly sections: ConfigSections;
  readonly waiting: Set<ConfigSectionName>;
  failed: string | null;
  cancelTimer: () => void;
};

/** Configuration push: desired at once, confirmed section by section by the device (wire contract 5). */
export class DeviceConfiguration {
  private readonly pushes = new Map<string, Push>();

  constructor(
    private readonly parts: {
      readonly registry: DeviceRegistry;
      readonly operations: Operations;
      readonly publisher: Publisher;
      readonly journal: Journal;
      readonly clock: Clock;
    },
  ) {
    parts.operations.executor('config', (change) => this.send(change));
  }

  stop(): void {
    for (const push of this.pushes.values()) push.cancelTimer();
  }

  /** Pushes the given sections; refused with the size when they do not fit into one message. */
  push(deviceId: DeviceId, sections: ConfigSections, actor: string): Result<OperationView> {
    const { registry, journal } = this.parts;
    const found = registry.find(deviceId);
    if (!found.ok) return found;
    const device = found.value;
    const names = configSectionNames.filter((name) => sections[name] !== undefined);
    if (names.length === 0) return failure('invalid', 'Give at least one of sensors, actuators and offlineRules.');
    const operation = this.parts.operations.submit({
      deviceId,
      slot: 'config',
      kind: 'config',
      body: sections,
      by: actor,
      subject: names.join(', '),
    });
    journal.add({
      kind: 'config.requested',
      deviceId,
      actor,
      message: `${device.name}: configuration sent`,
      details: { operationId: operation.id, sections: names },
    });
    return success(operation);
  }

  private send({ operationId: id, deviceId, body }: PendingChange): void {
    const { registry, operations, publisher, clock } = this.parts;
    const device = registry.get(deviceId);
    const found = operations.get(id);
    if (!device || !found.ok) return;
    const sections = body as ConfigSections;
    const names = configSectionNames.filter((name) => sections[name] !== undefined);
    const generation = Math.max(clock.now(), device.config.generation + 1);
    const limitMs = sections.offlineRules ? wireLimits.configAckWithRulesMs : wireLimits.configAckMs;
    const waiting = new Set(names.filter((name) => name !== 'offlineRules'));
    const cancelTimer = clock.after(limitMs, () =>
      this.finish(
        id,
        'timeout',
        'The device did not answer in time. Check that it is there, then send the configuration again.',
      ),
    );
    this.pushes.set(id, { operation: found.value, sections, waiting, failed: null, cancelTimer });
    const before = device.config;
    device.config = {
      ...before,
      generation,
      desired: { ...before.desired, ...sections },
      state: withState(device, names, 'pending'),
    };
    registry.save(device);
    const sent = publisher.send(configPush, { deviceId }, this.payload(id, generation, sections), ({ message }) =>
      this.finish(id, 'failed', message),
    );
    if (!sent.ok) this.finish(id, 'failed', sent.error.message);
  }

  /** One answer of a push; several come, one per section. */
  answered(deviceId: DeviceId, response: ConfigResponse): void {
    const push = this.pushes.get(response.correlationId ?? '');
    const device = this.parts.registry.get(deviceId);
    if (!push || !device || push.operation.deviceId !== deviceId) return;
    const name = Object.hasOwn(sectionOf, response.section) ? sectionOf[response.section] : undefined;
    const section = name && push.sections[name] ? name : undefined; // an answer about what was not asked settles nothing
    if (response.status !== 'success') push.failed ??= `${response.section}: ${response.message || response.status}`;
    if (section) {
      push.waiting.delete(section);
      this.settle(device, push, section, response.status === 'success');
    }
    if (push.waiting.size > 0 && response.section !== 'system') return;
    if (push.sections.offlineRules) this.settle(device, push, 'offlineRules', push.failed === null);
    this.finish(push.operation.id, push.failed === null ? 'confirmed' : 'failed', push.failed ?? undefined);
  }

  /** The device's own end of the intent: needed for pushes that get no answer per section. */
  outcome(correlationId: string | undefined, outcome: IntentOutcome): void {
    const push = this.pushes.get(correlationId ?? '');
    const device = push && this.parts.registry.get(push.operation.deviceId);
    if (!push || !device || outcome.outcome === 'accepted' || outcome.outcome === 'applied') return;
    if (outcome.outcome !== 'persisted') {
      this.finish(push.operation.id, 'failed', outcome.reason ?? outcome.code ?? outcome.outcome);
    } else if (push.waiting.size === 0) {
      if (push.sections.offlineRules) this.settle(device, push, 'offlineRules', true);
      this.finish(push.operation.id, 'confirmed');
    }
  }

  private settle(device: DeviceRecord, push: Push, section: ConfigSectionName, isConfirmed: boolean): void {
    const confirmed = isConfirmed
      ? { ...device.config.confirmed, [section]: push.sections[section] }
      : device.config.confirmed;
    device.config = {
      ...device.config,
      confirmed,
      state: withState(device, [section], isConfirmed ? 'confirmed' : 'failed'),
    };
    this.parts.registry.save(device);
  }

  private finish(id: string, state: 'confirmed' | 'failed' | 'timeout', reason?: string): void {
    const push = this.pushes.get(id);
    if (!push) return;
    this.pushes.delete(id);
    push.cancelTimer();
    const { deviceId } = push.operation;
    const device = this.parts.registry.get(deviceId);
    if (device && state !== 'confirmed') {
      const open = configSectionNames.filter((name) => device.config.state[name] === 'pending');
      device.config = { ...device.config, state: withState(device, open, 'failed') };
      this.parts.registry.save(device);
    }
    this.parts.operations.finish(id, state, reason);
    this.parts.journal.add({
      kind: `config.${state}`,
      deviceId,
      actor: `device:${deviceId}`,
      message: `${device?.name ?? deviceId}: configuration ${state}${reason === undefined ? '' : ` (${reason})`}`,
      details: { operationId: id },
    });
  }

  private payload(id: string, generation: number, sections: ConfigSections) {
    const { sensors, actuators, offlineRules } = sections;
    return {
      ...(sensors && { sensors }),
      ...(actuators && { actuators }),
      ...(offlineRules && { offline_rules: offlineRules }),
      correlation_id: id,
      intent_id: id,
      request_id: id,
      generation,
      reason_code: 'manual_config_sync',
      timestamp: Math.floor(this.parts.clock.now() / 1000),
    };
  }
}

function withState(device: DeviceRecord, names: readonly ConfigSectionName[], state: ConfirmationState) {
  return { ...device.config.state, ...Object.fromEntries(names.map((name) => [name, state])) };
}
