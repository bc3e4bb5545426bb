import { z } from 'zod';
import { inbound } from '../message';
import { canonicalWord, correlationFields, correlationOf, optionalText } from './fields';

export const outcomes = ['accepted', 'rejected', 'applied', 'persisted', 'failed', 'expired'] as const;
export type Outcome = (typeof outcomes)[number];

const flowAliases: Readonly<Record<string, string>> = {
  cmd: 'command', commands: 'command', cfg: 'config', configuration: 'config', pub: 'publish',
}; // prettier-ignore
const outcomeAliases: Readonly<Record<string, Outcome>> = {
  processing: 'accepted', success: 'persisted', ok: 'persisted', error: 'failed', timeout: 'expired',
}; // prettier-ignore

function outcomeOf(raw: string): Outcome | undefined {
  const known = outcomes.find((name) => name === raw);
  return known ?? (Object.hasOwn(outcomeAliases, raw) ? outcomeAliases[raw] : undefined);
}

/** 1.10: life cycle of one intent. An unknown outcome becomes `failed` and is flagged; the raw word is kept. */
export const intentOutcome = inbound({
  name: 'intent outcome',
  path: 'system/intent_outcome',
  qos: 1,
  watchesStrays: false, // system/intent_outcome/lifecycle is legal traffic
  schema: z
    .object({
      ...correlationFields,
      intent_id: z.string().nullish(),
      flow: z.string().optional(),
      outcome: z.string().max(40),
      code: optionalText,
      reason: optionalText,
    })
    .transform((payload) => {
      const raw = payload.outcome.toLowerCase();
      const known = outcomeOf(raw);
      const flow = (payload.flow ?? 'contract').toLowerCase();
      return {
        correlationId: correlationOf(payload) ?? payload.intent_id ?? undefined,
        flow: canonicalWord(flowAliases, flow),
        outcome: known ?? ('failed' as const),
        rawOutcome: payload.outcome,
        isUnknownOutcome: known === undefined,
        code: payload.code,
        reason: payload.reason,
      };
    }),
});
export type IntentOutcome = z.infer<typeof intentOutcome.schema>;
