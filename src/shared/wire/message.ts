import type { z } from 'zod';

/** Quality of service of MQTT. One table (the catalogue) chooses it; nothing else does. */
export type Qos = 0 | 1 | 2;

/** A message that devices send. `path` is what follows `kaiser/{k}/esp/{id}/`; `+` stands for a pin. */
export type InboundMessage<T> = {
  readonly name: string;
  readonly path: string;
  /** Subscription QoS. */
  readonly qos: Qos;
  readonly schema: z.ZodType<T>;
  /** False where `path/+` carries other legal traffic, so that strays one level below cannot be counted. */
  readonly watchesStrays: boolean;
};

/** A message that the console sends to one device. */
export type OutboundMessage<T> = {
  readonly name: string;
  readonly path: string;
  readonly qos: Qos;
  readonly schema: z.ZodType<T>;
  /** Largest payload that the receiver parses, bytes. */
  readonly maxBytes: number;
  /** Volatile: never sent late. It is refused while the broker is away and withdrawn when the connection drops. */
  readonly isVolatile: boolean;
};

/** Declares an inbound message; the type of its payload follows from the schema. */
export function inbound<T>(
  message: Omit<InboundMessage<T>, 'watchesStrays'> & { watchesStrays?: boolean },
): InboundMessage<T> {
  return { watchesStrays: true, ...message };
}

/** Declares an outbound message. */
export function outbound<T>(message: OutboundMessage<T>): OutboundMessage<T> {
  return message;
}
