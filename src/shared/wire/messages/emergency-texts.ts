import { z } from 'zod';
import { inbound } from '../message';
import { optionalText } from './fields';

/** 1.22, legacy: `{"status":"emergency_cleared"}`. */
export const emergencyResponse = inbound({
  name: 'emergency response',
  path: 'actuator/emergency/response',
  qos: 1,
  schema: z.object({ status: optionalText }),
});

/** 1.22, legacy: the device refused a stop or a clear (`unauthorized`, `clear_failed`). */
export const emergencyError = inbound({
  name: 'emergency refused',
  path: 'actuator/emergency/error',
  qos: 1,
  schema: z.object({ error: optionalText, message: optionalText }),
});
export type EmergencyError = z.infer<typeof emergencyError.schema>;
