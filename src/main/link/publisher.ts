import type { DeviceId } from '../../shared/domain/ids';
import { success, type Failure, type Result } from '../../shared/domain/result';
import { encodePayload } from '../../shared/wire/encode';
import type { OutboundMessage } from '../../shared/wire/message';
import { deviceTopic } from '../../shared/wire/topic';
import type { Clock } from '../clock';
import { keepTrace, traceProperties } from '../trace';
import { closedBreaker, nextBreaker, shownBreaker, type BreakerEvent, type BreakerState } from './breaker-state';
import type { BrokerConnection } from './connection';
import type { LinkCounters } from './counters';
import { breakerOpen, isRefusedLogin, notConnected, notEncoded, notTakenOver } from './publish-failures';

/** The broker takes a message over within this time, or the publish has failed. */
const PUBLISH_DEADLINE_MS = 5_000;
/** MQTT 5 brokers drop a volatile message that they could not deliver within this time. */
const VOLATILE_EXPIRY_S = 30;
/** How measurements name a retained message that was removed; it has no name in the catalogue. */
const CLEARED_RETAINED = 'retained clear';

export type Target = { readonly deviceId: DeviceId; readonly gpio?: number };

/** Who measures and records what the publisher does. */
export type PublishObserver = {
  /** The broker took a message over after `ms`, or did not. */
  readonly published: (message: string, ms: number, isError: boolean) => void;
  /** A message was refused before anything was sent; the caller knows why. */
  readonly refused: (message: string) => void;
  /** The breaker has another state. */
  readonly breaker: (now: BreakerState['kind'], before: BreakerState['kind']) => void;
};

/**
 * All outgoing device traffic but the stop goes through here: encoding with byte budget, QoS from the catalogue, circuit breaker,
 * deadline, counters, trace. Nothing is queued while the broker is away.
 */
export class Publisher {
  private breaker: BreakerState = closedBreaker;
  private observer: PublishObserver | undefined;
  /** Counts the connections; what was sent on an earlier one says nothing about this one. */
  private connections = 0;

  constructor(
    private readonly connection: Pick<BrokerConnection, 'isOnline' | 'publish'>,
    private readonly kaiserId: string,
    private readonly counters: LinkCounters,
    private readonly clock: Clock,
  ) {}

  /** Names the one observer. */
  observe(observer: PublishObserver): void {
    this.observer = observer;
  }

  get breakerState(): BreakerState['kind'] {
    return shownBreaker(this.breaker, this.clock.monotonic());
  }

  /** A fresh connection closes the breaker. */
  reconnected(): void {
    this.connections += 1;
    this.step('reconnected');
  }

  /**
   * Sends one message to one device. The result of this call says whether it was handed to the socket; `onFailure` is called later if the
   * broker did not take it over in time. Fails with `broker_unavailable`, `forbidden` or `too_large`, each with the code of wire contract 6.2.
   */
  send<T>(
    message: OutboundMessage<T>,
    target: Target,
    payload: T,
    onFailure: (error: Failure) => void = () => undefined,
  ): Result<void> {
    const refuse = (error: Failure): Result<void> => {
      this.observer?.refused(message.name);
      return { ok: false, error };
    };
    if (!this.connection.isOnline) return refuse(notConnected);
    const encoded = encodePayload(message, payload);
    if (!encoded.ok) return refuse(notEncoded(encoded.error));
    // Last, because a breaker that is half open waits for the outcome of what it lets through.
    if (!this.isAllowed()) return refuse(breakerOpen);
    const topic = deviceTopic(this.kaiserId, target.deviceId, message.path, target.gpio);
    const options = {
      topic,
      payload: encoded.value,
      qos: message.qos,
      ...(message.isVolatile && { expiryS: VOLATILE_EXPIRY_S }),
    };
    this.hand(message.name, options, onFailure);
    return success(undefined);
  }

  /** Removes a retained message of a device (an explicit empty retained publish). */
  clearRetained(deviceId: DeviceId, path: string): void {
    const topic = deviceTopic(this.kaiserId, deviceId, path);
    this.hand(CLEARED_RETAINED, { topic, payload: '', qos: 1, isRetained: true }, () => undefined);
  }

  private hand(
    name: string,
    publication: Parameters<BrokerConnection['publish']>[0],
    onFailure: (error: Failure) => void,
  ): void {
    const startedMs = this.clock.monotonic();
    const { connections } = this;
    let isOver = false;
    const finish = (error: Error | undefined) => {
      if (isOver) return;
      isOver = true;
      cancel();
      this.counters[error ? 'publishFailed' : 'published'] += 1;
      this.observer?.published(name, this.clock.monotonic() - startedMs, error !== undefined);
      const isSameConnection = connections === this.connections;
      if (isSameConnection) this.step(error && !isRefusedLogin(error) ? 'failure' : 'success');
      if (error) onFailure(notTakenOver(error, isSameConnection && this.connection.isOnline));
    };
    const cancel = this.clock.after(PUBLISH_DEADLINE_MS, () => finish(new Error('deadline')));
    this.connection.publish({ ...publication, ...traceProperties() }, keepTrace(finish));
  }

  private isAllowed(): boolean {
    this.step('tick');
    return this.breaker.kind !== 'open';
  }

  private step(event: BreakerEvent): void {
    const before = this.breaker.kind;
    this.breaker = nextBreaker(this.breaker, event, this.clock.monotonic());
    if (this.breaker.kind !== before) this.observer?.breaker(this.breaker.kind, before);
  }
}
