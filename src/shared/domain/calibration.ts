import { failure, success, type Result } from './result';

/*
 * Calibration as a pure function raw → value, stored with its points, so that the way from probe to number can be checked at any time
 * (wire contract 8.3). Every method ends in one straight line: value = slope · raw + intercept, raw as the device sends it.
 */

export const calibrationMethods = [
  'moisture_2point',
  'linear_2point',
  'offset',
  'ph_2point',
  'ec_1point',
  'ec_2point',
] as const;
export type CalibrationMethod = (typeof calibrationMethods)[number];

/** What was measured and what it was in truth. `role` as in wire contract 8.3. */
export type CalibrationPoint = { readonly role: string; readonly raw: number; readonly reference: number };
export type Line = { readonly slope: number; readonly intercept: number };
export type Calibration = Line & { readonly method: CalibrationMethod; readonly points: readonly CalibrationPoint[] };

/** Roles of each method, in the order in which they are asked for. */
export const calibrationRoles: Readonly<Record<CalibrationMethod, readonly string[]>> = {
  moisture_2point: ['dry', 'wet'],
  linear_2point: ['low', 'high'],
  offset: ['reference'],
  ph_2point: ['buffer_low', 'buffer_high'],
  ec_1point: ['reference'],
  ec_2point: ['air', 'reference'],
};

/** 12-bit ADC at 3.3 V (8.2). */
const MV_PER_COUNT = 3300 / 4095;
/** Nernst slope of a pH electrode at 25 °C, and how far a usable one may be off (8.3). */
const NERNST_MV_PER_PH = 59.16;
const NERNST_TOLERANCE = 0.15;
/** A conductivity cell outside of this factor is dirty or the reference is wrong (8.3). */
const CELL_FACTORS = [0.5, 2] as const;
/** Default conversion of a conductivity probe, µS/cm per count (8.2: 6060 · V). */
const EC_PER_COUNT = (6060 * MV_PER_COUNT) / 1000;

/** Units per raw step of types whose raw number is not in their unit already (8.2); an offset moves that line and does not turn it. */
const unitsPerStep: Readonly<Partial<Record<string, number>>> = {
  ds18b20: 0.0625,
  sht31_temp: 175 / 65_535,
  sht31_humidity: 100 / 65_535,
  moisture: 100 / (1500 - 3200),
  ph: (-3.5 * MV_PER_COUNT) / 1000,
  ec: EC_PER_COUNT,
};

/**
 * The line through the points of a method, for a sensor of type `type`. Fails with `invalid` and a sentence when points are missing or make
 * no sense.
 */
export function calibrate(
  type: string,
  method: CalibrationMethod,
  points: readonly CalibrationPoint[],
): Result<Calibration> {
  const roles = calibrationRoles[method];
  const ordered = roles.map((role) => points.find((point) => point.role === role));
  const given = ordered.filter((point) => point !== undefined);
  if (given.length < roles.length || points.length !== roles.length)
    return failure('invalid', `This method needs exactly these points: ${roles.join(', ')}.`);
  const [first, second] = given;
  if (!first || given.some(({ raw, reference }) => !Number.isFinite(raw) || !Number.isFinite(reference)))
    return failure('invalid', 'Raw and reference values must be numbers.');
  const line = second ? lineThrough(first, second, method) : lineOfOne(first, method, type);
  if (!line.ok) return line;
  if (!Number.isFinite(line.value.slope) || !Number.isFinite(line.value.intercept))
    return failure('invalid', 'These points give no line. Check their raw and reference values.');
  return success({ method, points: given, ...line.value });
}

/** The calibrated value. */
export function applyCalibration({ slope, intercept }: Line, raw: number): number {
  return slope * raw + intercept;
}

function lineThrough(a: CalibrationPoint, b: CalibrationPoint, method: CalibrationMethod): Result<Line> {
  if (a.raw === b.raw)
    return failure('invalid', 'Both points have the same raw value. Measure in two different media.');
  const [low, high] = method === 'moisture_2point' ? [0, 100] : [a.reference, b.reference];
  const slope = (high - low) / (b.raw - a.raw);
  if (slope === 0) return failure('invalid', 'Both points have the same reference. Use two different media.');
  if (method === 'ph_2point') {
    const mvPerPh = MV_PER_COUNT / slope;
    const isUsable = mvPerPh < 0 && Math.abs(-mvPerPh / NERNST_MV_PER_PH - 1) <= NERNST_TOLERANCE;
    if (!isUsable)
      return failure(
        'invalid',
        `The probe gives ${mvPerPh.toFixed(1)} mV per pH; a usable one gives −${NERNST_MV_PER_PH} within 15 %. Clean it, check the buffers, measure again.`,
      );
  }
  return success({ slope, intercept: low - slope * a.raw });
}

function lineOfOne({ raw, reference }: CalibrationPoint, method: CalibrationMethod, type: string): Result<Line> {
  if (method !== 'ec_1point') {
    const slope = (Object.hasOwn(unitsPerStep, type) ? unitsPerStep[type] : undefined) ?? 1;
    return success({ slope, intercept: reference - slope * raw });
  }
  const factor = raw === 0 ? Infinity : reference / (raw * EC_PER_COUNT);
  const [lowest, highest] = CELL_FACTORS;
  return factor >= lowest && factor <= highest
    ? success({ slope: factor * EC_PER_COUNT, intercept: 0 })
    : failure('invalid', 'The cell factor is outside of 0.5 to 2. Clean the probe and check the reference solution.');
}
