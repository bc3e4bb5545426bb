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

const answered = { corr_id: z.string().optional(), corrId: z.string().optional() };

/** Adds the places where devices put their correlation id: top level, `corr_id`, `corrId`, `data.correlation_id` (4.2). */
export const correlationFields = {
  correlation_id: z.string().nullish(),
  ...answered,
  data: z.looseObject({ correlation_id: z.string().optional() }).optional().catch(undefined),
};

/** The correlation id out of any of those places. */
export function correlationOf(payload: {
  correlation_id?: string | null | undefined;
  corr_id?: string | undefined;
  corrId?: string | undefined;
  data?: { correlation_id?: string | undefined } | undefined;
}): string | undefined {
  return payload.correlation_id ?? payload.corr_id ?? payload.corrId ?? payload.data?.correlation_id;
}
