import type { IPublishPacket } from 'mqtt';

export type JsonObject = Record<string, unknown>;

/** One message as it came off the wire. `atMs` is a monotonic receive time. */
export type Received = {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly payload: Buffer;
  readonly atMs: number;
};

export type Matches = (message: Received) => boolean;

/** The payload as a JSON object; an empty object when it is none. */
export function jsonOf(message: Received): JsonObject {
  try {
    const parsed: unknown = JSON.parse(message.payload.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as JsonObject) : {};
  } catch {
    return {};
  }
}

/** On exactly this topic, with at least these top-level fields. */
export const matching =
  (topic: string, fields: JsonObject = {}): Matches =>
  (message) => {
    if (message.topic !== topic) return false;
    const json = jsonOf(message);
    return Object.entries(fields).every(([key, value]) => json[key] === value);
  };

/** Everything a client received, in order, with waiting by predicate. */
export class MessageLog {
  readonly #messages: Received[] = [];
  readonly #watchers = new Set<() => void>();

  add(topic: string, payload: Buffer, packet: IPublishPacket): Received {
    const message: Received = { topic, qos: packet.qos, retain: packet.retain, payload, atMs: performance.now() };
    this.#messages.push(message);
    for (const watcher of this.#watchers) watcher();
    return message;
  }

  /** A position: pass it as `from` to look only at what comes later. */
  mark(): number {
    return this.#messages.length;
  }

  all(matches: Matches, from = 0): readonly Received[] {
    return this.#messages.slice(from).filter(matches);
  }

  async waitFor(matches: Matches, deadlineMs: number, from = 0): Promise<Received> {
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        const found = this.#messages.slice(from).find(matches);
        if (!found) return false;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(found);
        return true;
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(new Error(`No message matched within ${deadlineMs} ms; received: ${this.#summary(from)}`));
      }, deadlineMs);
      if (!look()) this.#watchers.add(look);
    });
  }

  #summary(from: number): string {
    const latest = this.#messages.slice(from).slice(-20);
    if (latest.length === 0) return 'nothing';
    return latest.map(({ topic, payload }) => `\n  ${topic} ${payload.toString('utf8').slice(0, 200)}`).join('');
  }
}
