/** What the climate does to the sensors of a device: the hardware around its firmware, in the words of firmware/world. Pure. */
import type { Climate } from './climate-rules';
import type { SensorPlan } from './demo-plan';
import type { WorldLine } from './twin-module';

/** Noise of one measurement (standard deviation), in the unit of the value. */
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

/**
 * Value → counts of an analog input (wire contract 8.2, the inverse of the console's conversion). Transmitters of carbon dioxide and light
 * give their unit as it is: the contract has no scale for them, and the console takes the raw number as ppm and lux.
 */
const countsOf: Readonly<Record<string, (value: number) => number>> = {
  moisture: (percent) => 3200 - (percent / 100) * 1700,
  ph: (ph) => ((1.5 + (7 - ph) / 3.5) / 3.3) * 4095,
  ec: (microsiemens) => (microsiemens / 6060 / 3.3) * 4095,
  co2: (ppm) => ppm,
  light: (lux) => lux,
};
/** Largest count of the simulated converter: 16 bits. */
const MOST_COUNTS = 65_535;
/** Address of the SHT31 (8.1), as the lines name it. */
const SHT31 = '0x44';

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
const rounded = (value: number) => Math.round(value * 1000) / 1000;

/**
 * The line that puts the present climate before the sensors of a device; `gaussian` gives samples of a normal distribution with mean 0 and
 * deviation 1.
 */
export function worldOf(sensors: readonly SensorPlan[], climate: Climate, gaussian: () => number): WorldLine {
  const sht31: Record<string, number> = {};
  const onewire: Record<string, { rom: string; celsius: number }[]> = {};
  const analog: Record<string, number> = {};
  const flow: Record<string, number> = {};
  for (const { config, type, quantity } of sensors) {
    const value = climate[quantity] + (noise[type] ?? 0) * gaussian();
    const counts = countsOf[type];
    if (type === 'sht31_temp') sht31['celsius'] = rounded(value);
    else if (type === 'sht31_humidity') sht31['humidity'] = rounded(clamp(value, 0, 100));
    else if (type === 'ds18b20')
      (onewire[config.gpio] ??= []).push({ rom: config.onewire_address ?? '', celsius: rounded(value) });
    else if (type === 'flow') flow[config.gpio] = rounded(Math.max(0, value));
    else if (counts) analog[config.gpio] = clamp(Math.round(counts(value)), 0, MOST_COUNTS);
  }
  const i2c = isEmpty(sht31) ? {} : { [SHT31]: sht31 };
  return Object.fromEntries(Object.entries({ i2c, onewire, analog, flow }).filter(([, members]) => !isEmpty(members)));
}

const isEmpty = (members: object) => Object.keys(members).length === 0;
