/*
 * What the broker remembers between packets, in memory: retained messages, persistent sessions with their queues, half-done QoS 2 exchanges.
 * It stands where aedes-persistence stands by default, because of what that one does (each point has a test):
 *  - it grows without bound: queues of clients that stay away, sessions of throw-away client ids (moscajs/aedes#599, #1087);
 *  - it repeats a message without DUP (#601), and once for each overlapping subscription;
 *  - aedes hands it every filter of a SUBSCRIBE, refused ones too, so that a persistent session would queue what its client may not read;
 *  - its stored wills are taken for those of a dead broker after a clock jump of three minutes, and wills of living clients are published;
 *  - it answers by promises, and aedes takes a message's number before it asks and emits the message after the answer. A QoS 0 message that
 *    was read together with it needs no answer, is emitted first with the higher number, and the one before it is then taken for a
 *    duplicate and lost. So what aedes asks on that way is answered at once (`AtOnce`).
 * Called by aedes only, except `watchStored`, `wants` and the counters.
 */
import { Readable } from 'node:stream';
import type { Client, PublishPacket, Subscription } from 'aedes';
import { brokerLimits } from './broker-limits';
import { SessionQueue, type QueuedPacket } from './session-queue';
import { matchesFilter } from './topic-filter';

type ClientRef = { readonly id: string };
type SessionSubscription = { readonly clientId: string; readonly topic: string; readonly qos: 0 | 1 | 2 };
type Session = { readonly subscriptions: Map<string, 0 | 1 | 2>; readonly queue: SessionQueue };

export type SessionMemoryOptions = {
  readonly isConnected: (clientId: string) => boolean;
  readonly isConsole: (clientId: string) => boolean;
  readonly maySubscribe: (client: Client, filter: string) => boolean;
};

/** An answer that is there already: `then` calls back within the call. `await` takes it like a promise. */
class AtOnce<T> {
  constructor(private readonly value: T) {}

  // oxlint-disable-next-line unicorn/no-thenable -- aedes calls `then` on it; being thenable is its purpose
  then(use: (value: T) => void): void {
    use(this.value);
  }
}

export class SessionMemory {
  /** Retained messages that found no place any more. */
  retainedRefused = 0;
  private readonly retained = new Map<string, PublishPacket>();
  /** Longest unused first. */
  private readonly sessions = new Map<string, Session>();
  private readonly incoming = new Map<string, Map<number, QueuedPacket>>();
  private readonly watchers = new WeakMap<Buffer, () => void>();

  constructor(private readonly options: SessionMemoryOptions) {}

  /** Messages that a persistent session lost because its client stayed away too long. */
  get dropped(): number {
    return [...this.sessions.values()].reduce((sum, { queue }) => sum + queue.dropped, 0);
  }

  /** Does the session of this client have a QoS 1 or 2 subscription for the topic? */
  wants(clientId: string, topic: string): boolean {
    return this.bestMatch(clientId, topic) !== undefined;
  }

  /**
   * `done` is called once when the console's session has acknowledged the message with exactly this payload object. The result forgets the
   * watch and tells whether the message has not even been queued.
   */
  watchStored(payload: Buffer, done: () => void): () => boolean {
    this.watchers.set(payload, done);
    return () => this.watchers.delete(payload);
  }

  async setup(): Promise<void> {
    // Nothing to open. aedes insists on an async function.
  }

  // Retained messages

  storeRetained(packet: PublishPacket): AtOnce<void> {
    const { topic, payload, qos } = packet;
    if (payload.length === 0) {
      this.retained.delete(topic);
    } else if (this.retained.has(topic) || this.retained.size < brokerLimits.retainedMessages) {
      this.retained.set(topic, { cmd: 'publish', topic, payload, qos, retain: true, dup: false });
    } else {
      this.retainedRefused += 1;
    }
    return new AtOnce(undefined);
  }

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    const found = new Map<string, PublishPacket>();
    for (const [topic, packet] of this.retained) {
      if (filters.some((filter) => matchesFilter(filter, topic))) found.set(topic, packet);
    }
    return Readable.from(found.values());
  }

  // Persistent sessions

  async addSubscriptions(client: Client, subscriptions: readonly Subscription[]): Promise<void> {
    const allowed = subscriptions.filter(({ topic }) => this.options.maySubscribe(client, topic));
    const session = this.sessions.get(client.id) ?? this.openSession(client.id);
    for (const { topic, qos } of allowed) session.subscriptions.set(topic, qos);
  }

  async removeSubscriptions(client: ClientRef, filters: readonly string[]): Promise<void> {
    const session = this.sessions.get(client.id);
    for (const filter of filters) session?.subscriptions.delete(filter);
  }

  async subscriptionsByClient(client: ClientRef): Promise<{ topic: string; qos: 0 | 1 | 2 }[]> {
    const session = this.sessions.get(client.id);
    if (!session) return [];
    this.sessions.delete(client.id);
    this.sessions.set(client.id, session); // used just now: goes to the end
    return [...session.subscriptions].map(([topic, qos]) => ({ topic, qos }));
  }

  /** One entry for each session that wants the message, with its highest QoS, so that overlapping filters deliver once. */
  subscriptionsByTopic(topic: string): AtOnce<SessionSubscription[]> {
    const found: SessionSubscription[] = [];
    for (const clientId of this.sessions.keys()) {
      const match = this.bestMatch(clientId, topic);
      if (match) found.push(match);
    }
    return new AtOnce(found);
  }

  /** A clean session begins: what the former one left is forgotten. */
  async cleanSubscriptions(client: ClientRef): Promise<void> {
    this.endSession(client.id);
  }

  // Queues of persistent sessions

  outgoingEnqueueCombi(subscriptions: readonly SessionSubscription[], packet: QueuedPacket): AtOnce<void> {
    for (const subscription of subscriptions) this.enqueue(subscription, packet);
    return new AtOnce(undefined);
  }

  async outgoingEnqueue(subscription: ClientRef & SessionSubscription, packet: QueuedPacket): Promise<void> {
    this.enqueue(subscription, packet);
  }

  /** Never fails: a message that was pushed out of a full queue is still delivered, only not repeated. */
  async outgoingUpdate(client: ClientRef, packet: QueuedPacket): Promise<void> {
    this.sessions.get(client.id)?.queue.update(packet);
  }

  async outgoingClearMessageId(
    client: ClientRef,
    packet: { readonly messageId?: number },
  ): Promise<QueuedPacket | undefined> {
    return this.sessions.get(client.id)?.queue.acknowledge(packet.messageId);
  }

  outgoingStream(client: ClientRef): Readable {
    return Readable.from(this.sessions.get(client.id)?.queue.owed() ?? []);
  }

  // QoS 2 from clients, between PUBLISH and PUBREL

  async incomingStorePacket(client: ClientRef, packet: QueuedPacket): Promise<void> {
    const store = this.incoming.get(client.id) ?? new Map<number, QueuedPacket>();
    this.incoming.set(client.id, store);
    if (packet.messageId !== undefined) store.set(packet.messageId, packet);
  }

  async incomingGetPacket(client: ClientRef, packet: QueuedPacket): Promise<QueuedPacket> {
    const found = packet.messageId === undefined ? undefined : this.incoming.get(client.id)?.get(packet.messageId);
    if (!found) throw new Error('no such packet'); // how aedes asks whether it is new
    return found;
  }

  async incomingDelPacket(client: ClientRef, packet: QueuedPacket): Promise<void> {
    if (packet.messageId !== undefined) this.incoming.get(client.id)?.delete(packet.messageId);
  }

  async cleanIncoming(client: ClientRef): Promise<void> {
    this.incoming.delete(client.id);
  }

  // Wills: aedes keeps them with the connection; a stored copy would only serve a cluster

  async putWill(): Promise<void> {
    // See above.
  }

  async delWill(): Promise<undefined> {
    return undefined;
  }

  streamWill(): Readable {
    return Readable.from([]);
  }

  private enqueue({ clientId, qos }: SessionSubscription, packet: QueuedPacket): void {
    const session = this.sessions.get(clientId);
    if (!session) return;
    const { topic, payload, brokerId, brokerCounter } = packet;
    session.queue.push(
      {
        cmd: 'publish',
        topic,
        payload,
        qos: qos < packet.qos ? qos : packet.qos,
        retain: false,
        dup: false,
        ...(brokerId !== undefined && { brokerId }),
        ...(brokerCounter !== undefined && { brokerCounter }),
      },
      this.claimWatcher(clientId, payload),
    );
  }

  private claimWatcher(clientId: string, payload: string | Buffer): () => void {
    if (typeof payload === 'string' || !this.options.isConsole(clientId)) return () => undefined;
    const done = this.watchers.get(payload);
    this.watchers.delete(payload);
    return done ?? (() => undefined);
  }

  private bestMatch(clientId: string, topic: string): SessionSubscription | undefined {
    let best: SessionSubscription | undefined;
    for (const [filter, qos] of this.sessions.get(clientId)?.subscriptions ?? []) {
      if (qos > (best?.qos ?? 0) && matchesFilter(filter, topic)) best = { clientId, topic: filter, qos };
    }
    return best;
  }

  private openSession(clientId: string): Session {
    const isConsole = this.options.isConsole(clientId);
    const queue = new SessionQueue({
      messages: isConsole ? brokerLimits.queuedConsoleMessages : brokerLimits.queuedMessages,
      bytes: isConsole ? brokerLimits.queuedConsoleBytes : brokerLimits.queuedBytes,
    });
    const session: Session = { subscriptions: new Map(), queue };
    this.sessions.set(clientId, session);
    if (this.sessions.size > brokerLimits.sessions) this.endLongestAway();
    return session;
  }

  private endLongestAway(): void {
    for (const clientId of this.sessions.keys()) {
      if (this.options.isConnected(clientId)) continue;
      this.endSession(clientId);
      return;
    }
  }

  private endSession(clientId: string): void {
    const session = this.sessions.get(clientId);
    this.sessions.delete(clientId);
    session?.queue.clear();
  }
}
