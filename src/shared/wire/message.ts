import type { z } from 'zod';

/** Quality of service of MQTT. One table (the catalogue) chooses it; nothing else does. */
export type Qos = 0 | 1 | 2;

/**
 * Something in a payload that the contract does not know, for example a new state word. The message is taken all the same, the raw word
 * stays visible, and the device gets a contract warning. `code` names the warning, `raw` is what the device said.
 */
export type Violation = { readonly code: string; readonly field: string; readonly raw: string };

/** A payload as it came: an object with anything in it. */
export type RawPayload = Readonly<Record<string, unknown>>;

/** A message that devices send. `path` is what follows `kaiser/{k}/esp/{id}/`; `+` stands for a pin. */
export type InboundMessage<T> = {
  readonly name: string;
  readonly path: string;
  /** Subscription QoS. */
  readonly qos: Qos;
  readonly schema: z.ZodType<T>;
  /** False where `path/+` carries other legal traffic, so that strays one level below cannot be counted. */
  readonly watchesStrays: boolean;
  /** Other paths under which devices send the same message. */
  readonly aliases: readonly string[];
  /** Sent under a kaiser id that need not be the device's own, or worth hearing from devices of other controllers (0.4, 1.1, 12). */
  readonly isHeardFromAll: boolean;
  /** May the broker have kept it from before? Of anything else that would be an old message taken for a new one (0.4: only the will). */
  readonly mayBeRetained: boolean;
  /** What of a valid payload the contract does not know. */
  review(payload: T, raw: RawPayload): readonly Violation[];
};

/** A message that the console sends to one device. */
export type OutboundMessage<T> = {
  readonly name: string;
  readonly path: string;
  readonly qos: Qos;
  readonly schema: z.ZodType<T>;
  /** Largest payload that the receiver parses, bytes. */
  readonly maxBytes: number;
  /** Memory that the receiver has for parsing it, as `poolBytesOf` counts; absent where it searches the text instead. */
  readonly poolBytes?: number;
  /** Volatile: never sent late. It is refused while the broker is away and withdrawn when the connection drops. */
  readonly isVolatile: boolean;
};

/** One list for all, because a reading must not cost an allocation more. */
const nothing: readonly Violation[] = [];

/** Declares an inbound message; the type of its payload follows from the schema. */
export function inbound<T>(
  message: Pick<InboundMessage<T>, 'name' | 'path' | 'qos' | 'schema'> & Partial<InboundMessage<T>>,
): InboundMessage<T> {
  return {
    watchesStrays: true,
    aliases: [],
    isHeardFromAll: false,
    mayBeRetained: false,
    review: () => nothing,
    ...message,
  };
}

/** Declares an outbound message. */
export function outbound<T>(message: OutboundMessage<T>): OutboundMessage<T> {
  return message;
}
