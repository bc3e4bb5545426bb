/** Measured value → what the sensor's firmware sends as `raw` (wire contract 8.1, 8.2; the inverse of the console's conversion). */
const encoders: Readonly<Record<string, (value: number) => number>> = {
  ds18b20: (celsius) => celsius / 0.0625,
  sht31_temp: (celsius) => ((celsius + 45) / 175) * 65_535,
  sht31_humidity: (percent) => (percent / 100) * 65_535,
  moisture: (percent) => 3200 - (percent / 100) * 1700,
  ph: (ph) => ((1.5 + (7 - ph) / 3.5) / 3.3) * 4095,
  ec: (microsiemens) => (microsiemens / 6060 / 3.3) * 4095,
  /** The contract has no scale for flow: the console takes raw as l/min, so tenths are kept. */
  flow: (litresPerMinute) => Math.round(litresPerMinute * 10) / 10,
};

/** Noise of one reading (standard deviation), in the unit of the value. */
const noise: Readonly<Record<string, number>> = {
  ds18b20: 0.04,
  sht31_temp: 0.03,
  sht31_humidity: 0.25,
  moisture: 0.3,
  ph: 0.01,
  ec: 4,
  co2: 4,
  light: 60,
  flow: 0.08,
};

/** The raw value of a reading; `gaussian` is a sample of a normal distribution with mean 0 and deviation 1. */
export function encode(type: string, value: number, gaussian: number): number {
  const noisy = Math.max(type === 'flow' || type === 'light' ? 0 : -Infinity, value + (noise[type] ?? 0) * gaussian);
  const encoder = encoders[type];
  if (type === 'flow' && encoder) return encoder(noisy);
  return Math.round(encoder ? encoder(noisy) : noisy);
}
