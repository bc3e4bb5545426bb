import type { DeviceId } from '../../shared/domain/ids';
import { encodePayload } from '../../shared/wire/encode';
import { broadcastEmergency, deviceEmergency } from '../../shared/wire/messages/emergency';
import { BROADCAST_EMERGENCY_TOPIC, deviceTopic } from '../../shared/wire/topic';
import type { BrokerConnection } from '../link/connection';

export type StopMessage = { readonly correlationId: string; readonly reason: string };

/** The stop's own way to the socket: no breaker, no queue, no limit between the decision and the packet. */
export class StopSender {
  constructor(
    private readonly connection: Pick<BrokerConnection, 'publish'>,
    private readonly kaiserId: string,
    private readonly onFailure: (topic: string, error: Error) => void,
  ) {}

  /** Stops every device that hears the broadcast. */
  broadcast({ correlationId, reason }: StopMessage, issuedBy: string, at: string): void {
    const ids = { correlation_id: correlationId, intent_id: correlationId };
    const payload = { command: 'emergency_stop' as const, reason, issued_by: issuedBy, timestamp: at, ...ids };
    this.send(BROADCAST_EMERGENCY_TOPIC, encodePayload(broadcastEmergency, payload), broadcastEmergency.qos);
  }

  /** Stops or clears one device. */
  device(
    deviceId: DeviceId,
    command: 'emergency_stop' | 'clear_emergency',
    { correlationId, reason }: StopMessage,
  ): void {
    const payload = { command, auth_token: '', reason, correlation_id: correlationId, intent_id: correlationId };
    const topic = deviceTopic(this.kaiserId, deviceId, deviceEmergency.path);
    this.send(topic, encodePayload(deviceEmergency, payload), deviceEmergency.qos);
  }

  private send(topic: string, encoded: ReturnType<typeof encodePayload>, qos: 0 | 1 | 2): void {
    if (!encoded.ok) throw new Error(`A stop message broke its budget: ${encoded.error.message}`);
    this.connection.publish({ topic, payload: encoded.value, qos }, (error) => {
      if (error) this.onFailure(topic, error);
    });
  }
}
