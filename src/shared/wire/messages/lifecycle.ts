import { z } from 'zod';
import { inbound } from '../message';
import { optionalText } from './fields';

/** 1.11: transitions of the device's configuration state and stages of its intents. */
export const lifecycle = inbound({
  name: 'life-cycle event',
  path: 'system/intent_outcome/lifecycle',
  qos: 1,
  schema: z
    .object({
      event_type: z.string().min(1).max(60),
      schema: z.string().min(1).max(60),
      state_before: optionalText,
      state_after: optionalText,
      reason_code: optionalText,
    })
    .transform(({ event_type: event, state_before: before, state_after: after, reason_code: reason }) => ({
      event,
      before,
      after,
      reason,
    })),
});
export type Lifecycle = z.infer<typeof lifecycle.schema>;
