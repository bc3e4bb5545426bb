import { describe, expect, it } from 'vitest';
import { counterCatalogue, gaugeCatalogue } from '../../../../src/main/metrics/metric-catalogue';
import { prometheusText } from '../../../../src/main/metrics/prometheus-rules';
import type { MessageMetric, MetricsView } from '../../../../src/shared/api/metrics';
import { openMetrics, validBeat } from './metrics-bench';
import { parsePrometheus } from './prometheus-parser';

const heartbeat: MessageMetric = {
  direction: 'in',
  message: 'heartbeat',
  count: 12,
  errors: 2,
  measured: 12,
  totalMs: 30,
  p50Ms: 2,
  p95Ms: 5,
  p99Ms: 6,
  maxMs: 7,
};
const empty: MetricsView = { uptimeS: 1.5, counters: {}, gauges: {}, messages: [] };

describe('the text for Prometheus', () => {
  it('is this, line by line', () => {
    const view = { ...empty, counters: { received: 12 }, gauges: { eventLoopDelayP99Ms: 7 }, messages: [heartbeat] };
    expect(prometheusText(view)).toBe(
      [
        '# HELP leitstand_uptime_seconds Time since the start of the console.',
        '# TYPE leitstand_uptime_seconds gauge',
        'leitstand_uptime_seconds 1.5',
        '# HELP leitstand_messages_received_total Messages from the broker.',
        '# TYPE leitstand_messages_received_total counter',
        'leitstand_messages_received_total 12',
        '# HELP leitstand_event_loop_delay_p99_seconds Delay of timers, 99th percentile of the last one to two minutes.',
        '# TYPE leitstand_event_loop_delay_p99_seconds gauge',
        'leitstand_event_loop_delay_p99_seconds 0.007',
        '# HELP leitstand_request_count_total Messages by kind, from devices (in) and to them (out).',
        '# TYPE leitstand_request_count_total counter',
        'leitstand_request_count_total{direction="in",message="heartbeat"} 12',
        '# HELP leitstand_error_count_total Messages of a kind that failed.',
        '# TYPE leitstand_error_count_total counter',
        'leitstand_error_count_total{direction="in",message="heartbeat"} 2',
        '# HELP leitstand_latency_seconds Handling time (in), time until the broker took a message over (out); quantiles of the last 1,024.',
        '# TYPE leitstand_latency_seconds summary',
        'leitstand_latency_seconds{direction="in",message="heartbeat",quantile="0.5"} 0.002',
        'leitstand_latency_seconds{direction="in",message="heartbeat",quantile="0.95"} 0.005',
        'leitstand_latency_seconds{direction="in",message="heartbeat",quantile="0.99"} 0.006',
        'leitstand_latency_seconds_sum{direction="in",message="heartbeat"} 0.03',
        'leitstand_latency_seconds_count{direction="in",message="heartbeat"} 12',
        '',
      ].join('\n'),
    );
  });

  it('of a running console is read by a strict parser, figure by figure', () => {
    const { metrics, receive, counters } = openMetrics();
    receive(validBeat);
    receive({});
    counters.limited = 3;
    counters.foreign = 4;
    const families = parsePrometheus(prometheusText(metrics.view()));
    const value = (name: string) => families.get(name)?.samples.map((one) => one.value);
    expect([
      value('leitstand_messages_received_total'),
      value('leitstand_messages_malformed_total'),
      value('leitstand_messages_limited_total'),
      value('leitstand_messages_foreign_total'),
      value('leitstand_queue_depth'),
      value('leitstand_error_rate'),
      value('leitstand_request_count_total'),
      value('leitstand_error_count_total'),
      families.get('leitstand_latency_seconds')?.samples.length,
    ]).toEqual([[2], [1], [3], [4], [0], [0], [2], [1], 5]);
  });

  it('says no quantiles of a kind that was never timed', () => {
    const view = {
      ...empty,
      messages: [{ ...heartbeat, measured: 0, totalMs: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null }],
    };
    const samples = parsePrometheus(prometheusText(view)).get('leitstand_latency_seconds')?.samples;
    expect(samples?.map(({ name, value }) => [name, value])).toEqual([
      ['leitstand_latency_seconds_sum', 0],
      ['leitstand_latency_seconds_count', 0],
    ]);
  });

  it.each(['quo"te', 'back\\slash', 'line\nfeed', '\\n', 'Grüße, {x="y"}'])('escapes the label %j', (message) => {
    const samples = parsePrometheus(prometheusText({ ...empty, messages: [{ ...heartbeat, message }] })).get(
      'leitstand_request_count_total',
    )?.samples;
    expect(samples).toEqual([
      { name: 'leitstand_request_count_total', labels: { direction: 'in', message }, value: 12 },
    ]);
  });

  it('leaves out a gauge that does not apply', () => {
    expect(prometheusText({ ...empty, gauges: { queueDepth: 1 } })).not.toContain('broker_clients');
  });
});

describe('the names of the metrics', () => {
  const all = [...Object.entries(counterCatalogue), ...Object.entries(gaugeCatalogue)];
  const names = all.map(([, { name }]) => name);

  it('are snake_case, our own, and different from each other', () => {
    expect(names.filter((name) => !/^leitstand_[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('end with _total where they only go up, and with their unit', () => {
    const endings = all.map(([key, { name }]) => {
      if (key in counterCatalogue) return name.endsWith('_total');
      if (key.endsWith('Ms')) return name.endsWith('_seconds');
      if (key.endsWith('Bytes')) return name.endsWith('_bytes');
      return !name.endsWith('_total');
    });
    expect(names.filter((_name, index) => !endings[index])).toEqual([]);
  });
});

describe('the parser of these tests', () => {
  const head = '# HELP a A.\n# TYPE a counter\n';
  it.each([
    ['no line feed at the end', `${head}a 1`],
    ['a sample without a type', 'a 1\n'],
    ['a sample of another metric', `${head}b 1\n`],
    ['a metric twice', `${head}a 1\n${head}a 2\n`],
    ['a series twice', `${head}a 1\na 2\n`],
    ['an unescaped quote', `${head}a{x=""y"} 1\n`],
    ['an unknown escape', `${head}a{x="\\t"} 1\n`],
    ['a number in another form', `${head}a 1,5\n`],
    ['undefined', `${head}a undefined\n`],
    ['a dash in a name', '# HELP a-b A.\n# TYPE a-b counter\na-b 1\n'],
  ])('refuses %s', (_name, text) => {
    expect(() => parsePrometheus(text)).toThrow();
  });
});
