import { applyCalibration, type Line } from '../../shared/domain/calibration';
import { qualities, worseQuality, type Quality } from '../../shared/domain/quality';
import { sensorTypeInfo, type SensorType } from '../../shared/domain/sensor-types';
import type { SensorData } from '../../shared/wire/messages/sensor-data';

export type Reading = { readonly value: number | null; readonly unit: string; readonly quality: Quality };

/** 12-bit ADC at 3.3 V (wire contract 8.2). */
const ADC_FULL_SCALE = 4095;
const ADC_VOLTS = 3.3;
/** −127 °C: the DS18B20 driver's marker for "no sensor" (8.1). */
const DS18B20_FAULT_RAW = -2032;
/** Defaults of an uncalibrated capacitive probe, ADC counts (8.2). */
const MOISTURE_DRY = 3200;
const MOISTURE_WET = 1500;

type Conversion = (raw: number) => { readonly value: number | null; readonly quality: Quality };

const good = (value: number) => ({ value, quality: 'good' as const });
const clampPercent = (value: number) => Math.min(100, Math.max(0, value));
const volts = (raw: number) => (raw / ADC_FULL_SCALE) * ADC_VOLTS;
/** 16-bit counts of an SHT31 to °C; Sensirion SHT3x data sheet, 4.13. */
const sht31Celsius = (raw: number) => good(-45 + (175 * raw) / 65_535);

function ds18b20(raw: number, value = raw * 0.0625): ReturnType<Conversion> {
  if (raw === DS18B20_FAULT_RAW) return { value: null, quality: 'error' };
  return { value, quality: value < -10 || value > 85 ? 'fair' : 'good' };
}

function humidity(raw: number): ReturnType<Conversion> {
  return humidityOf((100 * raw) / 65_535);
}

function humidityOf(percent: number): ReturnType<Conversion> {
  const value = clampPercent(percent);
  return { value, quality: value < 5 ? 'suspect' : value >= 95 ? 'fair' : 'good' };
}

function moisture(raw: number): ReturnType<Conversion> {
  return moistureOf(((raw - MOISTURE_DRY) / (MOISTURE_WET - MOISTURE_DRY)) * 100);
}

function moistureOf(percent: number): ReturnType<Conversion> {
  const value = Math.round(clampPercent(percent) * 10) / 10;
  if (value < 10 || value > 95) return { value, quality: 'poor' };
  return { value, quality: value >= 20 && value <= 80 ? 'good' : 'fair' };
}

/** raw → value with the defaults of wire contract 8.2; what needs calibration is at best `fair`. */
const conversions: Readonly<Record<Exclude<SensorType, 'vpd'>, Conversion>> = {
  ds18b20,
  sht31_temp: sht31Celsius,
  sht31_humidity: humidity,
  bmp280_temp: good,
  bmp280_pressure: good,
  bme280_temp: good,
  bme280_pressure: good,
  bme280_humidity: (raw) => good(clampPercent(raw)),
  moisture,
  ph: (raw) => ({ value: 7 - 3.5 * (volts(raw) - 1.5), quality: 'fair' }),
  ec: (raw) => ({ value: 6060 * volts(raw), quality: 'fair' }),
  co2: good,
  mhz19_co2: good,
  scd30_co2: good,
  light: good,
  flow: good,
};

/** A calibrated probe: its own line instead of the default conversion, within what the type can be. */
function calibrated(type: string, line: Line, raw: number): ReturnType<Conversion> {
  const value = applyCalibration(line, raw);
  if (type === 'moisture') return moistureOf(value);
  if (type === 'ds18b20') return ds18b20(raw, value); // its marker for "no sensor" stays a fault
  if (type === 'sht31_humidity') return humidityOf(value);
  return good(type.endsWith('_humidity') ? clampPercent(value) : value);
}

/** The device's own word; an unknown one is `unknown`, a missing one says nothing. */
function deviceQuality(word: string | undefined): Quality {
  if (word === undefined) return 'good';
  return qualities.find((quality) => quality === word) ?? 'unknown';
}

/**
 * Converts what a device sent, by its calibration where there is one. Unit and limits come from the sensor type table; outside the physical limits the quality is `critical` and
 * the value is kept; a marked fault and a number that no conversion survives have no value. A type that the console does not know shows the device's own value and unit.
 */
export function convert(
  data: Pick<SensorData, 'sensorType' | 'raw' | 'value' | 'unit' | 'quality' | 'isRaw'>,
  calibration?: Line,
): Reading {
  const stated = deviceQuality(data.quality);
  const info = sensorTypeInfo(data.sensorType);
  if (!info) return { value: data.value ?? data.raw, unit: data.unit ?? '', quality: stated };
  const conversion = conversions[data.sensorType as keyof typeof conversions] ?? good;
  const converted = !data.isRaw
    ? good(data.value ?? data.raw)
    : calibration
      ? calibrated(data.sensorType, calibration, data.raw)
      : conversion(data.raw);
  const quality = worseQuality(converted.quality, stated);
  if (converted.value === null || !Number.isFinite(converted.value))
    return { value: null, unit: info.unit, quality: worseQuality(quality, 'error') };
  const [lowest, highest] = info.limits;
  const isPossible = converted.value >= lowest && converted.value <= highest;
  return { value: converted.value, unit: info.unit, quality: isPossible ? quality : worseQuality(quality, 'critical') };
}
