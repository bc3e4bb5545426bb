import { describe, expect, it } from 'vitest';
import type { SeriesId } from '../../../../src/shared/domain/ids';
import { A, OPERATOR } from '../devices/core-bench';
import { openTelemetry } from '../telemetry/telemetry-bench';

const probe = 'ESP_A:34:moisture' as SeriesId;
const dryAndWet = [
  { role: 'dry', raw: 3200, reference: 0 },
  { role: 'wet', raw: 1400, reference: 100 },
];

function measured() {
  const bench = openTelemetry();
  bench.core.registry.add(A, { kaiserId: 'god', approval: 'approved' });
  const moisture = (raw: number) => {
    bench.core.clock.advance(1000);
    bench.ingest({ sensor_type: 'moisture', raw, ts: 0 }, { gpio: 34 });
    return bench.telemetry.view(probe)?.value;
  };
  return { ...bench, moisture };
}

describe('A calibration', () => {
  it('changes what the next reading shows, and nothing that was recorded (J4)', () => {
    const { moisture, calibrations, values } = measured();
    expect(moisture(2300)).toBe(52.9);
    expect(calibrations.apply(probe, 'moisture_2point', dryAndWet, OPERATOR)).toMatchObject({ ok: true });
    expect(moisture(2300)).toBe(50);
    expect(values()).toEqual([52.9, 50]);
  });

  it('survives a restart and can be taken back', () => {
    const { core, moisture, calibrations } = measured();
    moisture(2300);
    calibrations.apply(probe, 'moisture_2point', dryAndWet, OPERATOR);
    const again = openTelemetry(core.restart());
    expect(again.calibrations.of(probe)).toMatchObject({ method: 'moisture_2point', by: OPERATOR, points: dryAndWet });
    expect(again.calibrations.remove(probe, OPERATOR).ok).toBe(true);
    expect(again.calibrations.remove(probe, OPERATOR)).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });

  it('needs a series and points that make sense, and is journaled', () => {
    const { core, moisture, calibrations } = measured();
    expect(calibrations.apply(probe, 'moisture_2point', dryAndWet, OPERATOR)).toMatchObject({
      error: { code: 'not_found' },
    });
    moisture(2300);
    expect(calibrations.apply(probe, 'moisture_2point', dryAndWet.slice(1), OPERATOR)).toMatchObject({
      error: { code: 'invalid' },
    });
    expect(calibrations.of(probe)).toBeUndefined();
    calibrations.apply(probe, 'moisture_2point', dryAndWet, OPERATOR);
    expect(core.journal.recent()[0]).toMatchObject({ kind: 'calibration.applied', deviceId: A, actor: OPERATOR });
  });
});
