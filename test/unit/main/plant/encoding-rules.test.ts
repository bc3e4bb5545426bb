import { expect, test } from 'vitest';
import { encode } from '../../../../src/main/plant/encoding-rules';
import { convert } from '../../../../src/main/telemetry/conversion-rules';

test.for<[string, number, number]>([
  ['ds18b20', 21.5, 0.07],
  ['sht31_temp', 22.4, 0.01],
  ['sht31_humidity', 58, 0.01],
  ['moisture', 46, 0.1],
  ['ph', 6.8, 0.01],
  ['ec', 1400, 3],
  ['co2', 640, 0.5],
  ['light', 12_000, 0.5],
  ['flow', 12.5, 0.1],
])('%s sent by the demo plant is read by the console as what it was', ([sensorType, value, tolerance]) => {
  const raw = encode(sensorType, value, 0);
  const reading = convert({ sensorType, raw, value: undefined, unit: undefined, quality: 'good', isRaw: true });
  expect(Math.abs((reading.value ?? Number.NaN) - value)).toBeLessThanOrEqual(tolerance);
});
