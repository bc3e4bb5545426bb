import { z } from 'zod';
import { inbound, type Violation } from '../message';
import { optionalText } from './fields';

/** Severities by their wire number (1.8). */
export const severities = ['info', 'warning', 'error', 'critical'] as const;
export type Severity = (typeof severities)[number];
const severityAliases: Readonly<Record<string, Severity>> = { warn: 'warning', err: 'error', fatal: 'critical' };

const categories = ['HARDWARE', 'SERVICE', 'COMMUNICATION', 'APPLICATION', 'SYSTEM', 'SAFETY'] as const;
export type ErrorCategory = (typeof categories)[number];
const categoryAliases: Readonly<Record<string, ErrorCategory>> = { HW: 'HARDWARE', COMM: 'COMMUNICATION' };

/** `2`, `"2"` and `"error"` are the same. */
function severityOf(raw: number | string): Severity | undefined {
  const word = String(raw).trim().toLowerCase();
  const byNumber = /^\d$/.test(word) ? severities[Number(word)] : undefined;
  const alias = Object.hasOwn(severityAliases, word) ? severityAliases[word] : undefined;
  return byNumber ?? severities.find((name) => name === word) ?? alias;
}

function categoryOf(raw: string): ErrorCategory | undefined {
  const word = raw.trim().toUpperCase();
  const alias = Object.hasOwn(categoryAliases, word) ? categoryAliases[word] : undefined;
  return categories.find((name) => name === word) ?? alias;
}

/** 1.8: error event of a device. An unknown severity counts as `error`, an unknown category as `SYSTEM`; both are flagged. */
export const deviceError = inbound({
  name: 'device error',
  path: 'system/error',
  qos: 1,
  schema: z
    .object({
      error_code: z.int(),
      severity: z.union([z.int(), z.string().max(40)]),
      category: optionalText,
      message: optionalText,
      ts: z.number().nullish().catch(undefined),
      timestamp: z.number().nullish().catch(undefined),
    })
    .transform(({ error_code: code, severity, category, message, ts, timestamp }) => {
      const severityWord = severityOf(severity);
      const categoryWord = category === undefined || category === '' ? '' : categoryOf(category);
      return {
        code,
        severity: severityWord ?? ('error' as const),
        category: categoryWord ?? ('SYSTEM' as const),
        message: message ?? '',
        /** Device time, seconds or milliseconds; 0 when the device did not say. */
        ts: ts ?? timestamp ?? 0,
        unknown: {
          ...(severityWord === undefined && { severity: String(severity) }),
          ...(categoryWord === undefined && { category }),
        },
      };
    }),
  review: ({ unknown }) => [
    ...flag('unknown_error_severity', 'severity', unknown.severity),
    ...flag('unknown_error_category', 'category', unknown.category),
  ],
});
export type DeviceError = z.infer<typeof deviceError.schema>;

function flag(code: string, field: string, raw: string | undefined): readonly Violation[] {
  return raw === undefined ? [] : [{ code, field, raw }];
}
