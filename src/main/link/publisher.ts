import type { DeviceId } from '../../shared/domain/ids';
import { failure, success, type Failure, type Result } from '../../shared/domain/result';
import { encodePayload } from '../../shared/wire/encode';
import type { OutboundMessage } from '../../shared/wire/message';
import { deviceTopic } from '../../shared/wire/topic';
import type { Clock } from '../clock';
import { closedBreaker, nextBreaker, type BreakerEvent, type BreakerState } from './breaker-state';
import type { BrokerConnection } from './connection';
import type { LinkCounters } from './counters';

/** The broker takes a message over within this time, or the publish has failed. */
const PUBLISH_DEADLINE_MS = 5_000;
/** MQTT 5 brokers drop a volatile message that they could not deliver within this time. */
const VOLATILE_EXPIRY_S = 30;

export type Target = { readonly deviceId: DeviceId; readonly gpio?: number };

/**
 * All outgoing device traffic but the stop goes through here: encoding with byte budget, QoS from the catalogue, circuit breaker,
 * deadline, counters. Nothing is queued while the broker is away.
 */
export class Publisher {
  private breaker: BreakerState = closedBreaker;

  constructor(
    private readonly connection: Pick<BrokerConnection, 'isOnline' | 'publish'>,
    private readonly kaiserId: string,
    private readonly counters: LinkCounters,
    private readonly clock: Clock,
  ) {}

  get breakerState(): BreakerState['kind'] {
    return this.breaker.kind;
  }

  /** A fresh connection closes the breaker. */
  reconnected(): void {
    this.step('reconnected');
  }

  /**
   * Sends one message to one device. The result of this call says whether it was handed to the socket; `onFailure` is called later if the
   * broker did not take it over in time. Fails with `broker_unavailable` or `too_large`.
   */
  send<T>(
    message: OutboundMessage<T>,
    target: Target,
    payload: T,
    onFailure: (error: Failure) => void = () => undefined,
  ): Result<void> {
    if (!this.connection.isOnline)
      return failure('broker_unavailable', 'The console has no connection to the broker, so nothing was sent.', {
        retryable: true,
      });
    if (!this.isAllowed())
      return failure(
        'broker_unavailable',
        'The broker failed five times in a row, so nothing was sent. Try again in 30 seconds.',
        { retryable: true },
      );
    const encoded = encodePayload(message, payload);
    if (!encoded.ok) return encoded;
    const topic = deviceTopic(this.kaiserId, target.deviceId, message.path, target.gpio);
    const options = {
      topic,
      payload: encoded.value,
      qos: message.qos,
      ...(message.isVolatile && { expiryS: VOLATILE_EXPIRY_S }),
    };
    this.hand(options, onFailure);
    return success(undefined);
  }

  /** Removes a retained message of a device (an explicit empty retained publish). */
  clearRetained(deviceId: DeviceId, path: string): void {
    this.hand(
      { topic: deviceTopic(this.kaiserId, deviceId, path), payload: '', qos: 1, isRetained: true },
      () => undefined,
    );
  }

  private hand(publication: Parameters<BrokerConnection['publish']>[0], onFailure: (error: Failure) => void): void {
    let isOver = false;
    const finish = (error: Error | undefined) => {
      if (isOver) return;
      isOver = true;
      cancel();
      this.step(error ? 'failure' : 'success');
      if (!error) {
        this.counters.published += 1;
        return;
      }
      this.counters.publishFailed += 1;
      onFailure(failure('broker_unavailable', 'The broker did not take the message over.', { retryable: true }).error);
    };
    const cancel = this.clock.after(PUBLISH_DEADLINE_MS, () => finish(new Error('deadline')));
    this.connection.publish(publication, finish);
  }

  private isAllowed(): boolean {
    this.step('tick');
    return this.breaker.kind !== 'open';
  }

  private step(event: BreakerEvent): void {
    this.breaker = nextBreaker(this.breaker, event, this.clock.monotonic());
  }
}
