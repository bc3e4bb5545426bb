import type { MessageMetric, MetricsView } from '../../shared/api/metrics';
import { counterCatalogue, gaugeCatalogue, type Definition } from './metric-catalogue';

type MetricType = 'counter' | 'gauge' | 'summary';
type Labels = Readonly<Record<string, string>>;

const MS_PER_S = 1000;

/** The figures in Prometheus's text exposition format 0.0.4. */
export function prometheusText({ uptimeS, counters, gauges, messages }: MetricsView): string {
  return [
    ...family('leitstand_uptime_seconds', 'gauge', 'Time since the start of the console.', [
      sample('leitstand_uptime_seconds', {}, uptimeS),
    ]),
    ...singles('counter', counterCatalogue, counters),
    ...singles('gauge', gaugeCatalogue, gauges),
    ...messageFamilies(messages),
    '',
  ].join('\n');
}

function singles(
  type: MetricType,
  catalogue: Readonly<Record<string, Definition>>,
  values: Readonly<Record<string, number>>,
): string[] {
  return Object.entries(catalogue).flatMap(([key, { name, help, divisor = 1 }]) => {
    const value = values[key];
    return value === undefined ? [] : family(name, type, help, [sample(name, {}, value / divisor)]);
  });
}

function messageFamilies(messages: readonly MessageMetric[]): string[] {
  const count = 'leitstand_request_count_total';
  const errors = 'leitstand_error_count_total';
  const latency = 'leitstand_latency_seconds';
  const label = ({ direction, message }: MessageMetric): Labels => ({ direction, message });
  return [
    ...family(
      count,
      'counter',
      'Messages by kind, from devices (in) and to them (out).',
      messages.map((one) => sample(count, label(one), one.count)),
    ),
    ...family(
      errors,
      'counter',
      'Messages of a kind that failed.',
      messages.map((one) => sample(errors, label(one), one.errors)),
    ),
    ...family(
      latency,
      'summary',
      'Handling time (in), time until the broker took a message over (out); quantiles of the last 1,024.',
      messages.flatMap((one) => summaryOf(latency, label(one), one)),
    ),
  ];
}

function summaryOf(name: string, labels: Labels, { p50Ms, p95Ms, p99Ms, totalMs, measured }: MessageMetric): string[] {
  // A kind that was never timed has no quantiles; NaN would spread through every sum that a dashboard makes of them.
  const quantile = (rank: string, ms: number | null) =>
    ms === null ? [] : [sample(name, { ...labels, quantile: rank }, ms / MS_PER_S)];
  return [
    ...quantile('0.5', p50Ms),
    ...quantile('0.95', p95Ms),
    ...quantile('0.99', p99Ms),
    sample(`${name}_sum`, labels, totalMs / MS_PER_S),
    sample(`${name}_count`, labels, measured),
  ];
}

/** A metric with its samples; one without samples is left out. */
function family(name: string, type: MetricType, help: string, samples: readonly string[]): string[] {
  return samples.length === 0 ? [] : [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`, ...samples];
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
