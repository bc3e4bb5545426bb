import { describe, expect, it } from 'vitest';
import { MAX_METRICS_DEVICES, SplitMetrics } from '../../../../src/main/devices/split-metrics';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { ManualClock } from '../../../fakes/manual-clock';
import { A, B } from './core-bench';

const split = { counters: { publish_queue_fill: 2, publish_queue_hwm: 5 } };

describe('counters that were split out of the heartbeat', () => {
  it('are merged with their age, and those of the heartbeat itself win', () => {
    const clock = new ManualClock();
    const metrics = new SplitMetrics(clock);
    metrics.keep(A, split);
    clock.advance(60_000);
    expect(metrics.merged(A)).toEqual({ ...split.counters, metrics_freshness_seconds: 60 });
    expect(metrics.merged(A, { counters: { publish_queue_fill: 7 } })).toEqual({
      publish_queue_fill: 7,
      publish_queue_hwm: 5,
      metrics_freshness_seconds: 60,
    });
  });

  it('are merged for 120 s and no longer', () => {
    const clock = new ManualClock();
    const metrics = new SplitMetrics(clock);
    metrics.keep(A, split);
    clock.advance(120_000);
    expect(metrics.merged(A)).toBeDefined();
    clock.advance(1);
    expect([metrics.merged(A), metrics.merged(A, split)]).toEqual([
      undefined,
      { ...split.counters, metrics_freshness_seconds: 0 },
    ]);
  });

  it('of one device are none of another, and may be forgotten', () => {
    const metrics = new SplitMetrics(new ManualClock());
    metrics.keep(A, split);
    expect(metrics.merged(B)).toBeUndefined();
    metrics.forget(A);
    expect(metrics.merged(A)).toBeUndefined();
  });

  it('are bounded, and the newest are kept', () => {
    const metrics = new SplitMetrics(new ManualClock());
    const id = (index: number) => `ESP_${index}` as DeviceId;
    for (let index = 0; index <= MAX_METRICS_DEVICES; index += 1) metrics.keep(id(index), split);
    expect([metrics.merged(id(0)), metrics.merged(id(1)) !== undefined]).toEqual([undefined, true]);
  });
});
