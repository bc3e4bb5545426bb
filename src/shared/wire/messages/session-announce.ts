import { z } from 'zod';
import { must } from '../../domain/assert';
import { inbound } from '../message';
import { epoch as wireEpoch } from './fields';

/** Devices write a number, or its digits as text. */
const numeric = z.union([z.number(), z.string().regex(/^\d{1,16}$/)]).nullish();

/** 1.1: new MQTT session and handover epoch. */
export const sessionAnnounce = inbound({
  name: 'session announce',
  path: 'session/announce',
  qos: 1,
  isHeardFromAll: true, // the kaiser id is hard-coded in stock firmware
  schema: z
    .object({
      handover_epoch: wireEpoch.min(1).optional(),
      session_epoch: wireEpoch.min(1).optional(),
      reason: z.enum(['boot', 'reconnect']).optional(),
      /** Not used, the console takes its own receive time; but a time that is no number makes the message malformed. */
      ts_ms: numeric,
      connect_seq: z.int().min(0).nullish(),
    })
    .refine((payload) => (payload.handover_epoch ?? payload.session_epoch) !== undefined, 'handover_epoch is missing')
    .transform((payload) => {
      const epoch = must(payload.handover_epoch ?? payload.session_epoch, 'the refinement asks for one');
      return { epoch, reason: payload.reason ?? (epoch > 1 ? ('reconnect' as const) : ('boot' as const)) };
    }),
});
export type SessionAnnounce = z.infer<typeof sessionAnnounce.schema>;
