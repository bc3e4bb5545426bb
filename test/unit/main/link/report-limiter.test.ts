import { describe, expect, it } from 'vitest';
import { laneOf, ReportLimiter } from '../../../../src/main/link/report-limiter';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { inboundMessages } from '../../../../src/shared/wire/catalogue';
import { ManualClock } from '../../../fakes/manual-clock';

const device = (index: number) => `ESP_${index}` as DeviceId;

describe('laneOf', () => {
  it('limits reports and heartbeats, never readings, answers or wills', () => {
    const lanes = Object.fromEntries(Object.values(inboundMessages).map(({ name, path }) => [name, laneOf(path)]));
    expect(lanes).toEqual({
      'session announce': 'report',
      heartbeat: 'heartbeat',
      'heartbeat metrics': 'report',
      'last will': 'free',
      diagnostics: 'report',
      'device error': 'report',
      'queue pressure': 'report',
      'sensor data': 'free',
      'actuator response': 'free',
      'actuator status': 'free',
      'actuator alert': 'report',
      'emergency acknowledgement': 'free',
      'recovery confirmation': 'free',
      'emergency response': 'free',
      'emergency refused': 'free',
      'intent outcome': 'free',
      'life-cycle event': 'report',
      'system response': 'free',
      'sensor response': 'free',
      'zone acknowledgement': 'free',
      'subzone acknowledgement': 'free',
      '1-Wire scan': 'free',
      'configuration response': 'free',
    });
  });
});

describe('a report limiter', () => {
  const admitted = (limiter: ReportLimiter, id: DeviceId, lane: 'report' | 'heartbeat', times: number) =>
    Array.from({ length: times }, () => limiter.admits(id, lane)).filter(Boolean).length;

  it('takes 200 reports at once and 20 per second, 20 heartbeats at once and 5 per second', () => {
    const clock = new ManualClock();
    const limiter = new ReportLimiter(clock);
    const first = [admitted(limiter, device(1), 'report', 500), admitted(limiter, device(1), 'heartbeat', 500)];
    clock.advance(1_000);
    const second = [admitted(limiter, device(1), 'report', 500), admitted(limiter, device(1), 'heartbeat', 500)];
    expect([first, second]).toEqual([
      [200, 20],
      [20, 5],
    ]);
  });

  it('lets one device not cost the others', () => {
    const limiter = new ReportLimiter(new ManualClock());
    admitted(limiter, device(1), 'report', 10_000);
    expect(admitted(limiter, device(2), 'report', 200)).toBe(200);
  });

  it('remembers a bounded number of devices and forgets the one that was silent longest', () => {
    const limiter = new ReportLimiter(new ManualClock());
    admitted(limiter, device(0), 'heartbeat', 20);
    for (let index = 1; index < 2_000; index += 1) limiter.admits(device(index), 'heartbeat');
    expect([limiter.size, limiter.admits(device(0), 'heartbeat')]).toEqual([2_000, false]); // and is the newest again
    limiter.admits(device(2_000), 'heartbeat');
    expect([limiter.size, limiter.admits(device(0), 'heartbeat')]).toEqual([2_000, false]);
    expect(admitted(limiter, device(1), 'heartbeat', 20)).toBe(20); // forgotten, so it begins anew
  });
});
