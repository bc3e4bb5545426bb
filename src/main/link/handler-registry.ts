import type { Logger } from 'pino';
import type { DeviceId } from '../../shared/domain/ids';
import { isStockAddress } from '../../shared/wire/catalogue';
import { wireLimits } from '../../shared/wire/limits';
import type { InboundMessage, Qos, Violation, RawPayload } from '../../shared/wire/message';
import { parseDeviceTopic, subscriptionPattern, type DeviceTopic } from '../../shared/wire/topic';
import type { LinkCounters } from './counters';
import { laneOf, type Lane } from './report-limiter';

/** A packet as it came from the broker. */
export type Packet = {
  readonly topic: string;
  readonly payload: Buffer;
  readonly isRetained: boolean;
  readonly isRedelivered: boolean;
};

/** A parsed message as its room gets it. */
export type Received<T> = {
  readonly deviceId: DeviceId;
  /** Pin of the topic; 0 for messages without one. */
  readonly gpio: number;
  readonly payload: T;
  readonly isRetained: boolean;
  readonly isRedelivered: boolean;
};

export type Malformed = {
  readonly deviceId: DeviceId;
  readonly message: string;
  readonly topic: string;
  readonly reason: string;
  readonly excerpt: string;
};

/** Who measures how long messages take. */
export type HandlingObserver = {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** A message of a known kind was handled, or was malformed or made its handler fail (`isError`). */
  readonly handled: (message: string, startedMs: number, isError: boolean) => void;
};

/** What the registry notices besides handing messages to their rooms. Quick, because `onNumber` runs for every reading. */
export type Watch = {
  /** The payload says something that the contract does not know; called after its handler. */
  readonly onViolation: (deviceId: DeviceId, messageName: string, violation: Violation) => void;
  /** A message under the id of another controller. It is neither parsed nor answered. */
  readonly onForeign: (kaiserId: string, deviceId: DeviceId) => void;
  /** Is this a device of ours, although its message carries the kaiser id of stock firmware? */
  readonly isOwn: (deviceId: DeviceId) => boolean;
  /** May this report be handled, or does the device send too many? */
  readonly admits: (deviceId: DeviceId, lane: Exclude<Lane, 'free'>) => boolean;
  /** The device's message counter; called before the handler, also for what is not admitted. */
  readonly onNumber: (deviceId: DeviceId, seq: number, isRedelivered: boolean) => void;
};

/** Nobody looks. */
const blind: Watch = {
  onViolation: () => undefined,
  onForeign: () => undefined,
  isOwn: () => false,
  admits: () => true,
  onNumber: () => undefined,
};

/** One subscription. `instead` is asked for when the broker refuses the wider one. */
export type Subscription = { readonly topic: string; readonly qos: Qos; readonly instead?: string };

type Entry = {
  readonly message: InboundMessage<unknown>;
  readonly lane: Lane;
  readonly handle: (received: Received<unknown>) => void;
  readonly onMalformed: ((malformed: Malformed) => void) | undefined;
};

/** Code of the warning about a payload that names another device than its topic. */
export const FOREIGN_ID = 'foreign_id';
/** Why a message is refused that the broker kept from before the console subscribed. */
const RETAINED = 'retained: it may be as old as the broker; only the last will may be retained';
/** How much of a malformed payload is kept for inspection, characters. */
const EXCERPT_CHARS = 200;
/** Valid topics that are remembered: those of a plant of 200 devices; beyond that the memory starts anew. */
const MAX_KNOWN_TOPICS = 10_000;

/**
 * Which message goes to which room. A packet is matched by its topic, parsed once by its schema and handed to its one handler; whatever is
 * wrong with it is counted and kept, never thrown. Rooms register before the link starts; the subscriptions follow from what is registered.
 */
export class HandlerRegistry {
  private readonly entries = new Map<string, Entry>();
  private readonly topics = new Map<string, DeviceTopic>();
  private watcher: Watch = blind;
  private observer: HandlingObserver | undefined;

  constructor(
    private readonly kaiserId: string,
    private readonly counters: LinkCounters,
    private readonly log: Logger,
    private readonly onMalformed: (malformed: Malformed) => void,
  ) {}

  /** Names the one observer. */
  observe(observer: HandlingObserver): void {
    this.observer = observer;
  }

  /** Registers the one handler of a message; `onMalformed` is called in addition for payloads that break its schema. */
  register<T>(
    message: InboundMessage<T>,
    handle: (received: Received<T>) => void,
    onMalformed?: (malformed: Malformed) => void,
  ): void {
    const entry = { message, lane: laneOf(message.path), handle: handle as Entry['handle'], onMalformed };
    for (const path of [message.path, ...message.aliases]) this.entries.set(path, entry);
  }

  /** Who is told what the registry notices; set once, before the link starts. */
  watch(watcher: Watch): void {
    this.watcher = watcher;
  }

  /**
   * Exact patterns of the registered messages, and one level below them (QoS 0) so that strays are seen and counted. What is heard from
   * all is asked for under every kaiser id, with the own one for a broker that does not allow that.
   */
  subscriptions(): Subscription[] {
    const all = [...this.entries].flatMap(([path, { message }]): Subscription[] => {
      const { qos, isHeardFromAll, watchesStrays } = message;
      const own = subscriptionPattern(this.kaiserId, path);
      const main = isHeardFromAll ? { topic: subscriptionPattern('+', path), qos, instead: own } : { topic: own, qos };
      return watchesStrays ? [main, { topic: `${own}/+`, qos: 0 }] : [main];
    });
    // Overlapping patterns would deliver a message twice (and break the session of a 3.1.1 broker).
    return all.filter(({ topic }) => !all.some((other) => other.topic !== topic && covers(other.topic, topic)));
  }

  /** Handles one packet; never throws. */
  dispatch(packet: Packet): void {
    this.counters.received += 1;
    const topic = this.topicOf(packet.topic);
    const entry = topic ? this.entries.get(topic.path) : undefined;
    if (!topic || !entry) {
      this.counters.unparsableTopic += 1;
      return;
    }
    if (topic.kaiserId !== this.kaiserId && !this.isOwnElsewhere(topic, entry)) {
      this.noteForeign(topic, entry, packet);
      return;
    }
    if (packet.payload.length === 0) return; // a retained message was cleared
    const startedMs = this.observer?.now() ?? 0;
    const isOld = packet.isRetained && !entry.message.mayBeRetained;
    const parsed = isOld ? { reason: RETAINED } : parsePayload(entry.message, packet.payload);
    if ('reason' in parsed) {
      this.malformed(entry, topic, packet, parsed.reason);
      this.observer?.handled(entry.message.name, startedMs, true);
      return;
    }
    const isHandled = this.guard(packet.topic, () => {
      const { deviceId } = topic;
      const { isRetained, isRedelivered } = packet;
      const { payload, head } = parsed;
      if (typeof head['seq'] === 'number') this.watcher.onNumber(deviceId, head['seq'], isRedelivered);
      if (!this.isAdmitted(entry, deviceId)) return;
      entry.handle({ deviceId, gpio: topic.gpio ?? 0, payload, isRetained, isRedelivered });
      this.review(entry.message, deviceId, payload, head);
    });
    this.observer?.handled(entry.message.name, startedMs, !isHandled);
  }

  /** Counts what breaks its schema. Its room answers it only as long as the device does not flood. */
  private malformed({ message, lane, onMalformed }: Entry, topic: DeviceTopic, packet: Packet, reason: string): void {
    this.counters.malformed += 1;
    const excerpt = packet.payload.subarray(0, EXCERPT_CHARS).toString('utf8');
    const { deviceId } = topic;
    const malformed = { deviceId, message: message.name, topic: packet.topic, reason, excerpt };
    this.guard(packet.topic, () => {
      this.onMalformed(malformed);
      if (onMalformed && !packet.isRetained && (lane === 'free' || this.watcher.admits(deviceId, lane)))
        onMalformed(malformed);
    });
  }

  private isAdmitted({ lane }: Entry, deviceId: DeviceId): boolean {
    if (lane === 'free' || this.watcher.admits(deviceId, lane)) return true;
    this.counters.limited += 1;
    return false;
  }

  /** Tells what the payload says beyond the contract, and when it names another device: the topic overrules it (1.13). */
  private review(message: InboundMessage<unknown>, deviceId: DeviceId, payload: unknown, raw: RawPayload): void {
    const named = raw['esp_id'];
    if (typeof named === 'string' && named !== deviceId)
      this.watcher.onViolation(deviceId, message.name, { code: FOREIGN_ID, field: 'esp_id', raw: named });
    for (const violation of message.review(payload, raw)) this.watcher.onViolation(deviceId, message.name, violation);
  }

  private isOwnElsewhere(topic: DeviceTopic, { message }: Entry): boolean {
    return message.isHeardFromAll && isStockAddress(topic) && this.watcher.isOwn(topic.deviceId);
  }

  private noteForeign({ kaiserId, deviceId }: DeviceTopic, { message }: Entry, packet: Packet): void {
    if (!message.isHeardFromAll) {
      this.counters.unparsableTopic += 1;
      return;
    }
    this.counters.foreign += 1;
    this.guard(packet.topic, () => this.watcher.onForeign(kaiserId, deviceId));
  }

  /** The topic taken apart; devices repeat the same few, so each is taken apart once. */
  private topicOf(text: string): DeviceTopic | null {
    const known = this.topics.get(text);
    if (known) return known;
    const topic = parseDeviceTopic(text);
    if (!topic || !this.entries.has(topic.path)) return topic;
    if (this.topics.size >= MAX_KNOWN_TOPICS) this.topics.clear();
    this.topics.set(text, topic);
    return topic;
  }

  /** False when the action failed. */
  private guard(topic: string, action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      this.counters.handlerErrors += 1;
      this.log.error({ err: error, topic }, 'handler failed');
      return false;
    }
  }
}

/** Does a pattern of `+` levels match everything that another one matches? */
function covers(pattern: string, other: string): boolean {
  const levels = pattern.split('/');
  const others = other.split('/');
  return levels.length === others.length && levels.every((level, index) => level === '+' || level === others[index]);
}

/** Fields that any payload may carry, not checked yet. */

function parsePayload<T>(
  message: InboundMessage<T>,
  bytes: Buffer,
): { payload: T; head: RawPayload } | { reason: string } {
  if (bytes.length > wireLimits.inboundBytes) return { reason: `${bytes.length} bytes are too many` };
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return { reason: 'not JSON' };
  }
  const result = message.schema.safeParse(json);
  if (result.success) return { payload: result.data, head: json as RawPayload }; // every schema is one of an object
  const issue = result.error.issues[0];
  const reason = issue ? `${issue.path.join('.') || 'payload'}: ${issue.message}` : 'does not fit the schema';
  return { reason: reason.slice(0, EXCERPT_CHARS) }; // a path may hold names out of the payload
}
