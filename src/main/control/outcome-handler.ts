import type { DeviceId } from '../../shared/domain/ids';
import { intentOutcome, type IntentOutcome } from '../../shared/wire/messages/intent-outcome';
import type { HandlerRegistry } from '../link/handler-registry';

/** Where an intent's report goes: each flow has its own room, and a stop or clear is told by its code. */
export type OutcomeReceivers = {
  readonly command: (deviceId: DeviceId, outcome: IntentOutcome) => void;
  readonly config: (deviceId: DeviceId, outcome: IntentOutcome) => void;
  readonly stopped: (deviceId: DeviceId, correlationId: string | undefined) => void;
  readonly recovered: (deviceId: DeviceId, correlationId: string | undefined) => void;
  readonly unknown: (deviceId: DeviceId, outcome: IntentOutcome) => void;
};

const stopCodes = new Set(['EMERGENCY_STOP_TRIGGERED', 'BROADCAST_EMERGENCY_STOP_TRIGGERED']);
/** Offline rules are a section of a configuration. */
const configFlows = new Set(['config', 'offline_rules']);
const clearCode = 'EMERGENCY_CLEAR_APPLIED';

/** Life-cycle reports of intents (wire contract 1.10). */
export function registerOutcomeHandler(registry: HandlerRegistry, receivers: OutcomeReceivers): void {
  registry.register(intentOutcome, ({ deviceId, payload }) => {
    if (payload.isUnknownOutcome) receivers.unknown(deviceId, payload);
    if (payload.outcome === 'applied' && payload.code !== undefined && stopCodes.has(payload.code))
      receivers.stopped(deviceId, payload.correlationId);
    else if (payload.outcome === 'applied' && payload.code === clearCode)
      receivers.recovered(deviceId, payload.correlationId);
    else if (configFlows.has(payload.flow)) receivers.config(deviceId, payload);
    else receivers.command(deviceId, payload);
  });
}
