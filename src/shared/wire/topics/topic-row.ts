import type { inboundMessages, outboundMessages } from '../catalogue';
import type { Qos } from '../message';

/** A message by its key in the catalogue. */
export type MessageKey = keyof typeof inboundMessages | keyof typeof outboundMessages | 'controllerStatus';

/** `spoken`: in use. `dead`: declared upstream, never sent, no handler. `ignored`: a legacy name without traffic. */
export type TopicStatus = 'spoken' | 'dead' | 'ignored';
export type TopicDirection = 'device to console' | 'console to device' | 'console to all devices' | 'none';

/** One topic of the device contract (wire contract 1.0). */
export type TopicRow = {
  /** Number in table 1.0. */
  readonly number: number;
  readonly section: string;
  /** `P` stands for `kaiser/{kaiser_id}/esp/{esp_id}`. */
  readonly topic: string;
  readonly direction: TopicDirection;
  /** What the sender uses: stock firmware, or this console. */
  readonly qosSent: Qos | null;
  /** What the receiver subscribes with: this console, or stock firmware. The smaller of both holds. */
  readonly qosSubscribed: Qos | null;
  readonly isRetained: boolean;
  readonly status: TopicStatus;
  readonly message: MessageKey | null;
  /** What it is for. */
  readonly purpose: string;
  /** What the console does with it, or when it sends it. */
  readonly reaction: string;
  /** A rule of the message that its fields alone do not show. */
  readonly note?: string;
};

/** What the author of a spoken row writes; the rest is the same for all rows of a table. */
export type SpokenRow = Pick<TopicRow, 'number' | 'section' | 'topic' | 'purpose' | 'reaction' | 'note'> & {
  readonly message: MessageKey;
  readonly qosSent: Qos;
  readonly qosSubscribed: Qos;
  readonly isRetained?: true;
};
