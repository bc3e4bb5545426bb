import { z } from 'zod';

/** Fields that many messages share. Inbound objects drop unknown keys; what is optional on the wire may also be null. */
export const seconds = z.number();
export const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
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
  return Object.hasOwn(aliases, word) ? (aliases[word] ?? word) : word;
}
