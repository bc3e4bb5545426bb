import { z } from 'zod';
import { procedure } from './base';

/** Times of one kind of message in ms; percentiles over the last 1,024. */
export const messageMetricSchema = z.object({
  direction: z.enum(['in', 'out']),
  message: z.string(),
  count: z.int(),
  errors: z.int(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
});
export type MessageMetric = z.infer<typeof messageMetricSchema>;

export const metricsViewSchema = z.object({
  uptimeS: z.number(),
  counters: z.record(z.string(), z.number()),
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
      tags: ['status'],
    })
    .output(metricsViewSchema),
};
