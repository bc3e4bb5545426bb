/**
 * What the console knows of each sensor type: unit, physical limits (outside → quality `critical`), the span of the bar and the normal
 * range drawn in it. Limits: wire contract 8.2. To add a type: one line here, its conversion in main/telemetry/conversion-rules.ts,
 * its name in resources/locales.
 */
export type SensorTypeInfo = {
  readonly unit: string;
  /** Physically possible, in `unit`. */
  readonly limits: readonly [number, number];
  /** Normal range of a plant, in `unit`; drawn, not alarmed. */
  readonly normal: readonly [number, number];
  /** Span of the bar, in `unit`. */
  readonly span: readonly [number, number];
  readonly decimals: number;
};

export const sensorTypes = {
  ds18b20: { unit: '°C', limits: [-55, 125], normal: [16, 28], span: [0, 40], decimals: 1 },
  sht31_temp: { unit: '°C', limits: [-40, 125], normal: [18, 28], span: [0, 40], decimals: 1 },
  sht31_humidity: { unit: '%RH', limits: [0, 100], normal: [45, 75], span: [0, 100], decimals: 0 },
  bmp280_temp: { unit: '°C', limits: [-40, 85], normal: [18, 28], span: [0, 40], decimals: 1 },
  bmp280_pressure: { unit: 'hPa', limits: [300, 1100], normal: [970, 1040], span: [930, 1070], decimals: 0 },
  bme280_temp: { unit: '°C', limits: [-40, 85], normal: [18, 28], span: [0, 40], decimals: 1 },
  bme280_pressure: { unit: 'hPa', limits: [300, 1100], normal: [970, 1040], span: [930, 1070], decimals: 0 },
  bme280_humidity: { unit: '%RH', limits: [0, 100], normal: [45, 75], span: [0, 100], decimals: 0 },
  moisture: { unit: '%', limits: [0, 100], normal: [30, 60], span: [0, 100], decimals: 0 },
  ph: { unit: 'pH', limits: [0, 14], normal: [5.5, 7.2], span: [3, 10], decimals: 2 },
  ec: { unit: 'µS/cm', limits: [0, 20000], normal: [800, 2200], span: [0, 4000], decimals: 0 },
  co2: { unit: 'ppm', limits: [0, 10000], normal: [400, 1200], span: [0, 2500], decimals: 0 },
  mhz19_co2: { unit: 'ppm', limits: [0, 10000], normal: [400, 1200], span: [0, 2500], decimals: 0 },
  scd30_co2: { unit: 'ppm', limits: [0, 10000], normal: [400, 1200], span: [0, 2500], decimals: 0 },
  light: { unit: 'lx', limits: [0, 200000], normal: [0, 60000], span: [0, 80000], decimals: 0 },
  flow: { unit: 'l/min', limits: [0, 1000], normal: [0, 20], span: [0, 30], decimals: 1 },
  vpd: { unit: 'kPa', limits: [0, 20], normal: [0.4, 1.6], span: [0, 3], decimals: 2 },
} as const satisfies Record<string, SensorTypeInfo>;

export type SensorType = keyof typeof sensorTypes;

/** Is a value of this type computed by the console out of others? It has no pin, no configuration and no calibration. */
export function isDerivedType(type: string): boolean {
  return type === 'vpd';
}

/** The entry of a type, or undefined for a type that the console does not know (shown raw, without unit). */
export function sensorTypeInfo(type: string): SensorTypeInfo | undefined {
  return Object.hasOwn(sensorTypes, type) ? sensorTypes[type as SensorType] : undefined;
}

/** Names under which stock firmware and older documents send the same values (wire contract 8.1). */
const aliases: Readonly<Record<string, SensorType>> = {
  temperature_ds18b20: 'ds18b20',
  temperature_sht31: 'sht31_temp',
  humidity_sht31: 'sht31_humidity',
  temperature_bmp280: 'bmp280_temp',
  pressure_bmp280: 'bmp280_pressure',
  temperature_bme280: 'bme280_temp',
  pressure_bme280: 'bme280_pressure',
  humidity_bme280: 'bme280_humidity',
  soil_moisture: 'moisture',
  ph_sensor: 'ph',
  ec_sensor: 'ec',
  tsl2561: 'light',
  bh1750: 'light',
  yfs201: 'flow',
};

/** Canonical lower-case type name of what a device sent. */
export function canonicalSensorType(name: string): string {
  const lower = name.toLowerCase();
  return Object.hasOwn(aliases, lower) ? (aliases[lower] ?? lower) : lower;
}
