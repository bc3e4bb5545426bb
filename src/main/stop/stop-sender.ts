import type { DeviceId } from '../../shared/domain/ids';
import { encodePayload } from '../../shared/wire/encode';
import { broadcastEmergency, deviceEmergency } from '../../shared/wire/messages/emergency';
import { BROADCAST_EMERGENCY_TOPIC, deviceTopic } from '../../shared/wire/topic';
import type { BrokerConnection } from '../link/connection';
import { traceProperties } from '../trace';
import { broadcastPayload, devicePayload, type DeviceEmergency } from './stop-payload-rules';

export type StopMessage = { readonly correlationId: string; readonly reason: string };

/** The secrets that devices may ask for. They go into the message and nowhere else. */
export type TokenSource = {
  readonly ofDevice: (deviceId: DeviceId) => string | undefined;
  readonly ofBroadcast: () => string | undefined;
};

/** The stop's own way to the socket: no breaker, no queue, no limit between the decision and the packet. Drills take the same way. */
export class StopSender {
  constructor(
    private readonly connection: Pick<BrokerConnection, 'publish'>,
    private readonly kaiserId: string,
    private readonly tokens: TokenSource,
    private readonly onFailure: (topic: string, error: Error) => void,
  ) {}

  /** Stops every device that hears the broadcast. The reason is cut to what fits. */
  broadcast(message: StopMessage, issuedBy: string, at: string): void {
    const payload = broadcastPayload({ ...message, issuedBy, at }, this.tokens.ofBroadcast());
    this.send(BROADCAST_EMERGENCY_TOPIC, encodePayload(broadcastEmergency, payload), broadcastEmergency.qos);
  }

  /** Stops, clears or drills one device. The reason is cut to what fits. */
  device(deviceId: DeviceId, command: DeviceEmergency['command'], message: StopMessage): void {
    // Always a text: stock firmware turns a missing one into "null" (0.5).
    const payload = devicePayload({ ...message, command }, this.tokens.ofDevice(deviceId) ?? '');
    const topic = deviceTopic(this.kaiserId, deviceId, deviceEmergency.path);
    this.send(topic, encodePayload(deviceEmergency, payload), deviceEmergency.qos);
  }

  private send(topic: string, encoded: ReturnType<typeof encodePayload>, qos: 0 | 1 | 2): void {
    if (!encoded.ok) throw new Error(`A stop message broke its budget: ${encoded.error.message}`);
    this.connection.publish({ topic, payload: encoded.value, qos, ...traceProperties() }, (error) => {
      if (error) this.onFailure(topic, error);
    });
  }
}
