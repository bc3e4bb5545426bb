import type { MetricsView } from '../../shared/api/metrics';
import type { StatusView } from '../../shared/api/status';
import type { Clock } from '../clock';
import { ErrorAlarm, type ErrorAlarmParts } from './error-alarm';
import type { EventLoopDelay } from './event-loop-delay';
import { MessageTimes } from './message-times';
import type { CounterValues, GaugeValues } from './metric-catalogue';

/** Counts and gauges that other rooms hold. */
export type MetricSources = {
  readonly counters: () => Omit<CounterValues, 'publishRefused'>;
  readonly gauges: () => GaugeValues;
};

export type MetricsParts = ErrorAlarmParts & {
  readonly clock: Clock;
  readonly eventLoop: EventLoopDelay;
  readonly sources: MetricSources;
};

/** Counters, latencies and gauges of the console, and the alarm about failing messages. Percentiles are computed when somebody asks. */
export class Metrics {
  readonly times = new MessageTimes();
  private readonly alarm: ErrorAlarm;
  private readonly startedMs: number;
  private refused = 0;
  private stateStreams = 0;

  constructor(private readonly parts: MetricsParts) {
    this.alarm = new ErrorAlarm(parts);
    this.startedMs = parts.clock.monotonic();
  }

  start(): void {
    this.alarm.start();
    this.parts.eventLoop.start();
  }

  stop(): void {
    this.alarm.stop();
    this.parts.eventLoop.stop();
  }

  /** A message was refused before anything was sent. */
  publishRefused(): void {
    this.refused += 1;
  }

  /** Counts a stream as open until its reader is gone. */
  async *counted<T>(stream: AsyncIterable<T>): AsyncGenerator<T> {
    this.stateStreams += 1;
    try {
      yield* stream;
    } finally {
      this.stateStreams -= 1;
    }
  }

  get errorAlarm(): StatusView['errorAlarm'] {
    return this.alarm.view();
  }

  view(): MetricsView {
    const { sources, clock, eventLoop } = this.parts;
    const { active, rate } = this.alarm.view();
    return {
      uptimeS: (clock.monotonic() - this.startedMs) / 1000,
      counters: { ...sources.counters(), publishRefused: this.refused },
      gauges: {
        ...sources.gauges(),
        errorRate: rate,
        errorAlarm: active ? 1 : 0,
        stateStreams: this.stateStreams,
        eventLoopDelayP99Ms: eventLoop.p99Ms(),
      },
      messages: this.times.list(),
    };
  }
}
