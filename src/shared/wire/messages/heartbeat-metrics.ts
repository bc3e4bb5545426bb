import { z } from 'zod';
import { inbound } from '../message';

/** The contract lists 18 counters; more are ignored. */
const MAX_COUNTERS = 32;

/** 1.3: counters split out of the heartbeat. Every key is optional; numbers and short texts are kept as they come. */
export const heartbeatMetrics = inbound({
  name: 'heartbeat metrics',
  path: 'system/heartbeat_metrics',
  qos: 0,
  schema: z.record(z.string().max(48), z.unknown()).transform((payload) => {
    const counters = Object.entries(payload).filter(
      (entry): entry is [string, number] => Number.isFinite(entry[1]) && entry[0] !== 'ts',
    );
    return Object.fromEntries(counters.slice(0, MAX_COUNTERS));
  }),
});
