import type { Counters } from '../../shared/api/status';

/** Counts of the link, since start. One mutable object, because it is touched for every message. */
export type LinkCounters = { -readonly [name in Exclude<keyof Counters, 'errorRate'>]: number };

export function newCounters(): LinkCounters {
  return {
    received: 0,
    malformed: 0,
    unparsableTopic: 0,
    duplicates: 0,
    unknownDevice: 0,
    published: 0,
    publishFailed: 0,
    outboxDepth: 0,
    bufferDropped: 0,
    handlerErrors: 0,
    limited: 0,
    foreign: 0,
  };
}

/** The counts as the API shows them; `errorRate` is the share of messages, in and out, that failed (0–1). */
export function countersView(counters: LinkCounters): Counters {
  const total = counters.received + counters.published + counters.publishFailed;
  const errors = counters.malformed + counters.unparsableTopic + counters.publishFailed + counters.handlerErrors;
  return { ...counters, errorRate: total === 0 ? 0 : errors / total };
}
