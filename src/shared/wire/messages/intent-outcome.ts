import { z } from 'zod';
import { inbound } from '../message';
import { canonicalWord, correlationFields, correlationOf, optionalInt, optionalText } from './fields';

export const outcomes = ['accepted', 'rejected', 'applied', 'persisted', 'failed', 'expired'] as const;
export type Outcome = (typeof outcomes)[number];

const flowAliases: Readonly<Record<string, string>> = {
  cmd: 'command', commands: 'command', cfg: 'config', configuration: 'config', pub: 'publish',
}; // prettier-ignore
/** `contract` stands for "no flow named"; `heartbeat` comes from stock firmware although its server does not know it. */
const knownFlows: ReadonlySet<string> = new Set([
  'command', 'config', 'publish', 'zone', 'subzone_assign', 'subzone_remove', 'subzone_safe', 'offline_rules', 'heartbeat', 'contract',
]); // prettier-ignore
const outcomeAliases: Readonly<Record<string, Outcome>> = {
  processing: 'accepted', success: 'persisted', ok: 'persisted', error: 'failed', timeout: 'expired',
}; // prettier-ignore
/** Keys that some devices put into `data`; the correlation id is looked for in all its places anyway. */
const liftedKeys = ['intent_id', 'flow', 'outcome', 'code', 'reason', 'retryable', 'generation', 'seq'];

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys that are missing at the top level come out of a nested `data` (1.10). */
function lifted(payload: unknown): unknown {
  if (!isObject(payload) || !isObject(payload['data'])) return payload;
  const { data } = payload;
  const missing = liftedKeys.filter((key) => (payload[key] ?? undefined) === undefined && Object.hasOwn(data, key));
  return { ...payload, ...Object.fromEntries(missing.map((key) => [key, data[key]])) };
}

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
  schema: z.preprocess(
    lifted,
    z
      .object({
        ...correlationFields,
        intent_id: z.string().nullish(),
        flow: z.string().nullish(),
        outcome: z.string().max(40),
        code: optionalText,
        reason: optionalText,
        retryable: z.boolean().optional().catch(undefined),
        generation: optionalInt.catch(undefined),
        seq: optionalInt.catch(undefined),
      })
      .transform((payload) => {
        const known = outcomeOf(payload.outcome.toLowerCase());
        const flow = (payload.flow ?? 'contract').toLowerCase();
        return {
          correlationId: correlationOf(payload) ?? payload.intent_id ?? undefined,
          flow: canonicalWord(flowAliases, flow),
          outcome: known ?? ('failed' as const),
          rawOutcome: payload.outcome,
          isUnknownOutcome: known === undefined,
          code: payload.code,
          reason: payload.reason,
          isRetryable: payload.retryable,
          generation: payload.generation,
          seq: payload.seq,
        };
      }),
  ),
  review: ({ flow }) => (knownFlows.has(flow) ? [] : [{ code: 'unknown_flow', field: 'flow', raw: flow }]),
});
export type IntentOutcome = z.infer<typeof intentOutcome.schema>;
