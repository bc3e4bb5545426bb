import type { Logger } from 'pino';
import type { DeviceId } from '../../shared/domain/ids';
import { wireLimits } from '../../shared/wire/limits';
import type { InboundMessage, Qos } from '../../shared/wire/message';
import { parseDeviceTopic, subscriptionPattern, type DeviceTopic } from '../../shared/wire/topic';
import type { LinkCounters } from './counters';

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

type Entry = {
  readonly message: InboundMessage<unknown>;
  readonly handle: (received: Received<unknown>) => void;
  readonly onMalformed: ((malformed: Malformed) => void) | undefined;
};

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
    this.entries.set(message.path, { message, handle: handle as Entry['handle'], onMalformed });
  }

  /** Exact patterns of the registered messages, and one level below them (QoS 0) so that strays are seen and counted. */
  subscriptions(): { topic: string; qos: Qos }[] {
    const all = [...this.entries.values()].flatMap(({ message }) => {
      const topic = subscriptionPattern(this.kaiserId, message.path);
      const own = { topic, qos: message.qos };
      return message.watchesStrays ? [own, { topic: `${topic}/+`, qos: 0 as const }] : [own];
    });
    // Overlapping patterns would deliver a message twice (and break the session of a 3.1.1 broker).
    return all.filter(({ topic }) => !all.some((other) => other.topic !== topic && covers(other.topic, topic)));
  }

  /** Handles one packet; never throws. */
  dispatch(packet: Packet): void {
    this.counters.received += 1;
    const topic = this.topicOf(packet.topic);
    const entry = topic && topic.kaiserId === this.kaiserId ? this.entries.get(topic.path) : undefined;
    if (!topic || !entry) {
      this.counters.unparsableTopic += 1;
      return;
    }
    if (packet.payload.length === 0) return; // a retained message was cleared
    const startedMs = this.observer?.now() ?? 0;
    const parsed = parsePayload(entry.message, packet.payload);
    if ('reason' in parsed) {
      this.counters.malformed += 1;
      const excerpt = packet.payload.subarray(0, EXCERPT_CHARS).toString('utf8');
      const malformed = {
        deviceId: topic.deviceId,
        message: entry.message.name,
        topic: packet.topic,
        reason: parsed.reason,
        excerpt,
      };
      this.guard(packet.topic, () => {
        this.onMalformed(malformed);
        entry.onMalformed?.(malformed);
      });
      this.observer?.handled(entry.message.name, startedMs, true);
      return;
    }
    const { isRetained, isRedelivered } = packet;
    const isHandled = this.guard(packet.topic, () =>
      entry.handle({
        deviceId: topic.deviceId,
        gpio: topic.gpio ?? 0,
        payload: parsed.payload,
        isRetained,
        isRedelivered,
      }),
    );
    this.observer?.handled(entry.message.name, startedMs, !isHandled);
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

function parsePayload<T>(message: InboundMessage<T>, bytes: Buffer): { payload: T } | { reason: string } {
  if (bytes.length > wireLimits.inboundBytes) return { reason: `${bytes.length} bytes are too many` };
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return { reason: 'not JSON' };
  }
  const result = message.schema.safeParse(json);
  if (result.success) return { payload: result.data };
  const issue = result.error.issues[0];
  return { reason: issue ? `${issue.path.join('.') || 'payload'}: ${issue.message}` : 'does not fit the schema' };
}
