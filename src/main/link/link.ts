import type { Logger } from 'pino';
import type { ConnectionView } from '../../shared/api/status';
import type { Clock } from '../clock';
import type { WriteBatch } from '../store/write-batch';
import { withoutTrace } from '../trace';
import { BrokerConnection, type BrokerLogin } from './connection';
import { newCounters, type LinkCounters } from './counters';
import { HandlerRegistry, type Malformed } from './handler-registry';
import { Publisher } from './publisher';

export type LinkOptions = {
  readonly url: string;
  readonly isEmbedded: boolean;
  readonly login: BrokerLogin;
  readonly clientId: string;
  readonly kaiserId: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly batch: WriteBatch;
  readonly onMalformed: (malformed: Malformed) => void;
  readonly onConnection: (isOnline: boolean) => void;
};

/** The MQTT side of the console, assembled: connection, registry, publisher and their counters. */
export class Link {
  readonly counters: LinkCounters = newCounters();
  readonly registry: HandlerRegistry;
  readonly connection: BrokerConnection;
  readonly publisher: Publisher;

  constructor(options: LinkOptions) {
    const { kaiserId, clock, log, batch, onMalformed, onConnection, ...connection } = options;
    this.registry = new HandlerRegistry(kaiserId, this.counters, log, onMalformed);
    this.connection = new BrokerConnection({
      ...connection,
      kaiserId,
      clock,
      log,
      subscriptions: () => this.registry.subscriptions(),
      onPacket: (packet) => withoutTrace(() => this.registry.dispatch(packet)),
      afterCommit: (action) => batch.afterCommit(action),
      onChange: (isOnline) =>
        withoutTrace(() => {
          if (isOnline) this.publisher.reconnected();
          onConnection(isOnline);
        }),
    });
    this.publisher = new Publisher(this.connection, kaiserId, this.counters, clock);
  }

  /** The connection as the screens show it. */
  describe(): ConnectionView {
    return { ...this.connection.describe(), breaker: this.publisher.breakerState };
  }
}
