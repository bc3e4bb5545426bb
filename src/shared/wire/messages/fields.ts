import { z } from 'zod';
import type { RawPayload, Violation } from '../message';

/**
 * Where a text of a device is cut: far above any id or message of the contract, and far below what would make a hostile one (64 KiB) weigh on
 * the store, the journal and every screen.
 */
const MAX_TEXT_CHARS = 500;

/** Fields that many messages share. Inbound objects drop unknown keys; what is optional on the wire may also be null. */
export const seconds = z.number();
export const optionalText = z
  .string()
  .nullish()
  .transform((text) => text?.slice(0, MAX_TEXT_CHARS));
export const optionalInt = z
  .int()
  .nullish()
  .transform((value) => value ?? undefined);
export const optionalFlag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);

const answered = { corr_id: z.string().nullish(), corrId: z.string().nullish() };

/** Adds the places where devices put their correlation id: top level, `corr_id`, `corrId`, `data.correlation_id` (4.2). */
export const correlationFields = {
  correlation_id: z.string().nullish(),
  ...answered,
  data: z.looseObject({ correlation_id: z.string().optional() }).optional().catch(undefined),
};

/** A handover epoch: 32 bits, as the device keeps it (1.4). */
export const epoch = z.int().min(0).max(4_294_967_295);

/** The correlation id out of any of those places. */
export function correlationOf(payload: {
  correlation_id?: string | null | undefined;
  corr_id?: string | null | undefined;
  corrId?: string | null | undefined;
  data?: { correlation_id?: string | undefined } | undefined;
}): string | undefined {
  return payload.correlation_id ?? payload.corr_id ?? payload.corrId ?? payload.data?.correlation_id;
}

/** The canonical word of an alias; any other word stays as it came (also `constructor` and other names of built-ins). */
export function canonicalWord(aliases: Readonly<Record<string, string>>, word: string): string {
  return (Object.hasOwn(aliases, word) ? aliases[word] : undefined) ?? word;
}

/** Flags a word that is not among the known ones; letter case does not matter. Nothing for an absent word. */
export function unknownWord(
  code: string,
  field: string,
  word: string | undefined,
  known: readonly string[],
): readonly Violation[] {
  return word === undefined || isKnownWord(word, known) ? [] : [{ code, field, raw: word }];
}

/** How much of a wrong value is shown, characters. */
const WRONG_CHARS = 80;

/** Flags the fields that were given and are not in the parsed payload, because they were of a wrong type. */
export function wrongTypes<Name extends string>(
  payload: { readonly [name in Name]?: unknown },
  raw: RawPayload,
  names: readonly Name[],
): readonly Violation[] {
  return names.flatMap((field) => {
    const given = raw[field];
    if (given === undefined || given === null || payload[field] !== undefined) return [];
    return [{ code: 'wrong_type', field, raw: `${field}: ${JSON.stringify(given).slice(0, WRONG_CHARS)}` }];
  });
}

/** Is the word among the known ones, whatever its letter case? */
export function isKnownWord(word: string, known: readonly string[]): boolean {
  const lower = word.toLowerCase();
  return known.some((each) => each.toLowerCase() === lower);
}

/** Since schema version 2 a report says which boot it belongs to (1.2, 1.7). */
export const segmentFields = {
  metrics_schema_version: optionalInt,
  boot_sequence_id: optionalText,
  reset_reason: optionalText,
  segment_start_ts: optionalInt,
};

/** First schema version that has to name its boot. */
const SEGMENT_SCHEMA = 2;

/** Is a report of version 2 or later complete? For `refine`, with `segmentMissing` as its message. */
export function hasSegment(payload: {
  metrics_schema_version?: number | undefined;
  boot_sequence_id?: string | undefined;
  reset_reason?: string | undefined;
  segment_start_ts?: number | undefined;
}): boolean {
  if ((payload.metrics_schema_version ?? 1) < SEGMENT_SCHEMA) return true;
  return Boolean(payload.boot_sequence_id) && Boolean(payload.reset_reason) && payload.segment_start_ts !== undefined;
}
export const segmentMissing =
  'boot_sequence_id, reset_reason and segment_start_ts are required since metrics_schema_version 2';

/** Why a device started (1.2). */
export const resetReasons = [
  'POWERON', 'EXT', 'SW', 'PANIC', 'INT_WDT', 'TASK_WDT', 'WDT', 'DEEPSLEEP', 'BROWNOUT', 'SDIO', 'UNKNOWN',
] as const; // prettier-ignore
