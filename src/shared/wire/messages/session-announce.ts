import { z } from 'zod';
import { inbound } from '../message';
import { epoch as wireEpoch } from './fields';

/** 1.1: new MQTT session and handover epoch. */
export const sessionAnnounce = inbound({
  name: 'session announce',
  path: 'session/announce',
  qos: 1,
  schema: z
    .object({
      handover_epoch: wireEpoch.min(1).optional(),
      session_epoch: wireEpoch.min(1).optional(),
      reason: z.enum(['boot', 'reconnect']).optional(),
    })
    .refine((payload) => (payload.handover_epoch ?? payload.session_epoch) !== undefined, 'handover_epoch is missing')
    .transform((payload) => {
      const epoch = payload.handover_epoch ?? payload.session_epoch ?? 1;
      return { epoch, reason: payload.reason ?? (epoch > 1 ? ('reconnect' as const) : ('boot' as const)) };
    }),
});
export type SessionAnnounce = z.infer<typeof sessionAnnounce.schema>;
