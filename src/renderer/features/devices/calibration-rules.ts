import { calibrationRoles, type CalibrationMethod, type CalibrationPoint } from '../../../shared/domain/calibration';
import { parseNumber } from './number-rules';

/** What was typed for each role. */
export type TypedPoints = Readonly<Record<string, { readonly raw: string; readonly reference: string }>>;

const methods: Readonly<Record<string, readonly CalibrationMethod[]>> = {
  moisture: ['moisture_2point'],
  ph: ['ph_2point', 'linear_2point'],
  ec: ['ec_1point', 'ec_2point'],
};

/** How a type can be calibrated; what has no method of its own by an offset or a line. */
export function methodsOf(type: string): readonly CalibrationMethod[] {
  return (Object.hasOwn(methods, type) ? methods[type] : undefined) ?? ['offset', 'linear_2point'];
}

/** The points once all of them are numbers; null before. */
export function pointsOf(method: CalibrationMethod, typed: TypedPoints): CalibrationPoint[] | null {
  const points = calibrationRoles[method].map((role) => {
    const raw = parseNumber(typed[role]?.raw ?? '', false);
    const reference = method === 'moisture_2point' ? 0 : parseNumber(typed[role]?.reference ?? '', false);
    return raw === null || reference === null ? null : { role, raw, reference };
  });
  return points.some((point) => point === null) ? null : points.filter((point) => point !== null);
}
