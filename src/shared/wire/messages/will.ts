import { z } from 'zod';
import { inbound } from '../message';
import { canonicalWord, optionalText, unknownWord } from './fields';

/** Reasons as canonical names, with the aliases that devices use (1.5). */
const reasonAliases: Readonly<Record<string, string>> = {
  unexpected: 'unexpected_disconnect',
  disconnect: 'unexpected_disconnect',
  timeout: 'broker_timeout',
  wdt_reset: 'watchdog_reset',
};

/** Reasons that the contract knows (1.5). */
const reasons = [
  'unexpected_disconnect', 'network_failure', 'power_loss', 'broker_timeout', 'watchdog_reset', 'crash',
] as const; // prettier-ignore

/** 1.5: last will, published by the broker, retained. Any status text means offline. */
export const will = inbound({
  name: 'last will',
  path: 'system/will',
  qos: 1,
  mayBeRetained: true,
  schema: z
    .object({ status: optionalText, reason: optionalText, timestamp: z.number().nullish() })
    .transform(({ reason, timestamp }) => ({
      reason: reason === undefined ? 'unexpected_disconnect' : canonicalWord(reasonAliases, reason),
      timestamp: timestamp ?? 0,
    })),
  review: ({ reason }) => unknownWord('unknown_will_reason', 'reason', reason, reasons),
});
export type Will = z.infer<typeof will.schema>;
