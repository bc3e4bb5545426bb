import { oc } from '@orpc/contract';
import { z } from 'zod';
import { apiErrorStatus, type ApiErrorCode } from '../domain/error-codes';

const errorData = z.object({ retryable: z.boolean(), details: z.record(z.string(), z.unknown()).optional() });

type ErrorMap = { readonly [code in ApiErrorCode]: { readonly status: number; readonly data: typeof errorData } };

const entries = Object.entries(apiErrorStatus).map(([code, status]) => [code, { status, data: errorData }]);

/** Every procedure starts here: it can fail with each code of the closed list. */
export const procedure = oc.errors(Object.fromEntries(entries) as ErrorMap);

/** UTC time as ISO 8601. */
export const timeSchema = z.iso.datetime();

/** Paged lists: `{items, nextCursor?}`. */
export const pageInput = {
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
  cursor: z.string().max(64).optional(),
};

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}

/** An actor as the journal names it: `user:…`, `system:…`, `device:…`. */
export const actorSchema = z.string();
