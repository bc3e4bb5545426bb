import type { StopRefusal } from '../../shared/api/stop';
import type { DeviceId } from '../../shared/domain/ids';
import type { ActuatorAlert } from '../../shared/wire/messages/actuator-alert';
import type { ActuatorStatus } from '../../shared/wire/messages/actuator-status';
import type { EmergencyAck } from '../../shared/wire/messages/emergency';
import type { EmergencyError } from '../../shared/wire/messages/emergency-texts';
import type { IntentOutcome } from '../../shared/wire/messages/intent-outcome';
import type { DeviceRegistry } from '../devices/device-registry';
import type { JournalInput } from '../journal/journal';
import type { Drills } from './drills';
import { refusalOfCode, refusalOfError, refusalOfOutcome } from './refusal-rules';
import type { StopService } from './stop-service';

/** Alert type that means that the device latched a stop (wire contract 1.20). */
const STOP_ALERT = 'emergency_stop';
/** Pin of a device-wide alert. */
const DEVICE_WIDE = 255;
/** An id is shown so far; ours have 36 characters. */
const RAW_CHARS = 64;

export type StopAnswerParts = {
  readonly stop: StopService;
  readonly drills: Drills;
  readonly registry: DeviceRegistry;
  /** What devices cause is bounded per device. */
  readonly journal: { readonly add: (entry: JournalInput & { readonly deviceId: DeviceId }) => void };
  /** Shows the safety state of an actuator before its next status says it. */
  readonly showEmergency: (deviceId: DeviceId, state: 'active' | 'normal', gpio?: number) => void;
};

/** What devices say to stops, clears and drills: by which word each of them counts, and for which of the three. */
export class StopAnswers {
  constructor(private readonly parts: StopAnswerParts) {}

  /** 1.22. Only an acknowledgement with our id counts, and one of a drill never counts for a stop. */
  acknowledged(deviceId: DeviceId, { correlationId, isDrill }: EmergencyAck): void {
    const { drills, stop } = this.parts;
    if (correlationId !== undefined && drills.acknowledged(deviceId, correlationId, isDrill)) return;
    if (isDrill) return;
    if (correlationId === undefined || !stop.get(correlationId)) this.warnUnmatched(deviceId, 'stop', correlationId);
    else stop.confirmed(deviceId, correlationId);
  }

  /** An outcome `applied` with the code of an executed stop. */
  stopped(deviceId: DeviceId, correlationId: string | undefined): void {
    this.acknowledged(deviceId, { correlationId, isDrill: false, outcome: undefined });
  }

  /** recovery_confirm, or the outcome of a clear. A repeat, or one that we did not ask for, ends no other clear. */
  recovered(deviceId: DeviceId, correlationId: string | undefined): void {
    const answered = this.parts.stop.clearAnswered(deviceId, correlationId);
    if (answered === 'open') this.recoveredWithoutId(deviceId);
    if (answered === 'unknown') this.warnUnmatched(deviceId, 'clear', correlationId);
  }

  /** The legacy answer has no field for an id. */
  recoveredWithoutId(deviceId: DeviceId): void {
    this.parts.showEmergency(deviceId, 'normal');
    this.parts.stop.recovered(deviceId);
  }

  /** Any other outcome; false when it belongs to no stop and no drill. */
  outcome(deviceId: DeviceId, { correlationId: id, outcome, code, reason }: IntentOutcome): boolean {
    if (id === undefined || outcome === 'accepted' || outcome === 'applied' || outcome === 'persisted') return false;
    const why = refusalOfOutcome(code);
    const text = [code, reason].filter((part) => part !== undefined && part !== '').join(': ') || outcome;
    if (this.parts.drills.refused(deviceId, { id, reason: why ?? 'refused' })) return true;
    return this.parts.stop.refused(deviceId, { id, reason: why, text });
  }

  /** The legacy refusal, which has no id. */
  refused(deviceId: DeviceId, { error, message }: EmergencyError): void {
    const { registry, journal } = this.parts;
    const device = registry.get(deviceId);
    if (!device) return;
    const text = message ?? error ?? 'no reason given';
    registry.warn(device, {
      code: 'emergency_refused',
      message: `The device refused a stop or a clear (${text}).`,
      raw: error,
    });
    if (this.refusedWithoutId(deviceId, refusalOfError(error), text)) return;
    journal.add({
      kind: 'stop.refused',
      deviceId,
      actor: `device:${deviceId}`,
      message: `${device.name} refused a stop or clear: ${text}`,
      details: { error },
    });
  }

  /** 3500 and 3501: a stop token that is wrong or missing. */
  errorCode(deviceId: DeviceId, code: number): void {
    const reason = refusalOfCode(code);
    if (reason !== undefined) this.refusedWithoutId(deviceId, reason, `error ${code}`);
  }

  /** 1.20. */
  alert(deviceId: DeviceId, gpio: number, { alertType, message }: ActuatorAlert): void {
    const { registry, journal, drills, stop, showEmergency } = this.parts;
    const device = registry.get(deviceId);
    if (!device) return;
    if (alertType === STOP_ALERT) {
      showEmergency(deviceId, 'active', gpio === DEVICE_WIDE ? undefined : gpio);
      drills.alerted(deviceId);
      stop.alerted(deviceId, gpio);
    }
    journal.add({
      kind: 'device.alert',
      deviceId,
      actor: `device:${deviceId}`,
      message: `${device.name}: ${message || alertType}`,
      details: { alertType, gpio },
    });
  }

  /** 1.19: the safety state in the status of an actuator. */
  status(deviceId: DeviceId, gpio: number, { emergency }: ActuatorStatus): void {
    this.parts.stop.reported(deviceId, gpio, emergency);
  }

  private warnUnmatched(deviceId: DeviceId, what: 'stop' | 'clear', id: string | undefined): void {
    const device = this.parts.registry.get(deviceId);
    if (!device) return;
    this.parts.registry.warn(device, {
      code: 'unmatched_answer',
      message: `The device answered a ${what} that this console did not ask of it. That settled nothing.`,
      raw: `${what}: ${id?.slice(0, RAW_CHARS) ?? 'no id'}`,
    });
  }

  private refusedWithoutId(deviceId: DeviceId, reason: StopRefusal | undefined, text: string): boolean {
    const isDrill = reason !== 'clear_rejected' && this.parts.drills.refused(deviceId, { reason: reason ?? 'refused' });
    return isDrill || this.parts.stop.refused(deviceId, { reason, text });
  }
}
