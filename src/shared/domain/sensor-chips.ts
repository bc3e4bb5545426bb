import { canonicalSensorType } from './sensor-types';

/** How a sensor hangs on the board; `other` is a type of which the console knows nothing. */
export type SensorInterface = 'i2c' | 'onewire' | 'analog' | 'other';

/** Chips on I2C that give several values under one configuration (wire contract 8.1). */
const multiValueChips = {
  sht31: { values: 2, address: 0x44 },
  bmp280: { values: 2, address: 0x76 },
  bme280: { values: 3, address: 0x76 },
} as const;
export type MultiValueChip = keyof typeof multiValueChips;

/** Chips with one value on I2C; the server knows them, stock firmware does not. */
const otherI2c = new Set(['bh1750', 'tsl2561', 'scd30_co2']);
/** The device reads these through its analog input, and never judges them offline (3.9). */
const analogTypes = new Set(['ph', 'ec', 'moisture']);

/** The chip behind `sht31`, `sht31_temp`, `temperature_sht31` and the like. */
export function chipOf(sensorType: string): { name: MultiValueChip; values: number; address: number } | undefined {
  const name = /^(sht31|bmp280|bme280)(_|$)/.exec(canonicalSensorType(sensorType))?.[1] as MultiValueChip | undefined;
  return name && { name, ...multiValueChips[name] };
}

export function sensorInterface(sensorType: string): SensorInterface {
  const type = canonicalSensorType(sensorType);
  if (chipOf(type) || otherI2c.has(sensorType.toLowerCase())) return 'i2c';
  if (type === 'ds18b20') return 'onewire';
  return isAnalogType(type) ? 'analog' : 'other';
}

/** pH, conductivity and moisture: analog probes, which need the console's calibration to mean anything. */
export function isAnalogType(sensorType: string): boolean {
  const type = canonicalSensorType(sensorType);
  return analogTypes.has(type) || type.startsWith('soil');
}
