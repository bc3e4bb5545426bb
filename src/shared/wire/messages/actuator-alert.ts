import { z } from 'zod';
import { must } from '../../domain/assert';
import { inbound } from '../message';
import { optionalText } from './fields';

/** 1.20: safety event of one actuator; pin 255 = device-wide. */
export const actuatorAlert = inbound({
  name: 'actuator alert',
  path: 'actuator/+/alert',
  qos: 1,
  schema: z
    .object({ alert_type: optionalText, type: optionalText, message: optionalText })
    .refine((payload) => (payload.alert_type ?? payload.type) !== undefined, 'alert_type is missing')
    .transform(({ alert_type, type, message }) => ({
      alertType: must(alert_type ?? type, 'the refinement asks for one'),
      message: message ?? '',
    })),
});
export type ActuatorAlert = z.infer<typeof actuatorAlert.schema>;
