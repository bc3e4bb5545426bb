import { z } from 'zod';
import { procedure } from './base';

/** Times of one kind of message in ms; percentiles and maximum of the last 1,024. */
export const messageMetricSchema = z.object({
  direction: z.enum(['in', 'out']),
  message: z.string(),
  count: z.int(),
  errors: z.int(),
  /** Times that were measured, and their sum; an outgoing message that failed has none. */
  measured: z.int(),
  totalMs: z.number(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
});
export type MessageMetric = z.infer<typeof messageMetricSchema>;

export const metricsViewSchema = z.object({
  uptimeS: z.number(),
  /** Since the start of the console. */
  counters: z.record(z.string(), z.number()),
  /** Now. `breaker`: 0 closed, 1 half open, 2 open. `errorRate`: of the last minute. One that does not apply is left out. */
  gauges: z.record(z.string(), z.number()),
  /** In: handling time. Out: until the broker took it over. */
  messages: z.array(messageMetricSchema),
});
export type MetricsView = z.infer<typeof metricsViewSchema>;

export const metricsContract = {
  get: procedure
    .route({
      method: 'GET',
      path: '/metrics',
      summary: 'Counters and latencies; Prometheus text with Accept: text/plain',
      description:
        'Never public: like every route it needs the token, which a scraper sends as "Authorization: Bearer TOKEN". The text is Prometheus exposition format 0.0.4.',
      tags: ['status'],
    })
    .output(metricsViewSchema),
};
