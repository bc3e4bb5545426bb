import { z } from 'zod';
import { qualities } from '../../domain/quality';
import { canonicalSensorType } from '../../domain/sensor-types';
import { inbound, type Violation } from '../message';
import { optionalText } from './fields';

const words: ReadonlySet<string> = new Set(qualities);
const nothing: readonly Violation[] = [];

/** 1.13: one measured value. `raw` (alias `raw_value`) and `ts` (alias `timestamp`) are required. */
export const sensorData = inbound({
  name: 'sensor data',
  path: 'sensor/+/data',
  qos: 1,
  schema: z
    .object({
      seq: z.int().min(0).optional().catch(undefined),
      sensor_type: z.string().regex(/^[A-Za-z0-9_]{1,40}$/),
      raw: z.number().optional(),
      raw_value: z.number().optional(),
      value: z.number().optional().catch(undefined),
      unit: z.string().max(16).optional().catch(undefined),
      quality: z.string().max(20).optional(),
      ts: z.number().optional(),
      timestamp: z.number().optional(),
      time_valid: z.boolean().optional(),
      raw_mode: z.boolean().optional(),
      subzone_id: optionalText,
      onewire_address: z
        .string()
        .regex(/^[0-9A-Fa-f]{16}$/)
        .optional()
        .catch(undefined),
      i2c_address: z.int().min(0).max(127).optional(),
    })
    .transform((payload, context) => {
      const raw = payload.raw ?? payload.raw_value;
      const ts = payload.ts ?? payload.timestamp;
      if (raw === undefined || ts === undefined) {
        context.addIssue(raw === undefined ? 'raw is missing' : 'ts is missing');
        return z.NEVER;
      }
      return {
        seq: payload.seq,
        sensorType: canonicalSensorType(payload.sensor_type),
        raw,
        value: payload.value,
        unit: payload.unit,
        quality: payload.quality,
        ts,
        isTimeValid: payload.time_valid ?? true,
        isRaw: payload.raw_mode ?? true,
        subzoneId: payload.subzone_id,
        address: payload.onewire_address?.toUpperCase() ?? payload.i2c_address?.toString(16),
      };
    }),
  review: ({ quality }) =>
    quality === undefined || words.has(quality)
      ? nothing
      : [{ code: 'unknown_quality', field: 'quality', raw: quality }],
});
export type SensorData = z.infer<typeof sensorData.schema>;
