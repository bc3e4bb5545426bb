import { z } from 'zod';

/** 1.6: retained state of the controller; the offline form is also the console's last will. */
export const serverStatusSchema = z.strictObject({
  status: z.enum(['online', 'offline']),
  timestamp: z.int(),
  reason: z.enum(['unexpected_disconnect', 'graceful_shutdown']).optional(),
});
export type ServerStatus = z.infer<typeof serverStatusSchema>;

/** Payload of `kaiser/{k}/server/status`; `timestampS` in Unix seconds. */
export function serverStatus(
  status: ServerStatus['status'],
  timestampS: number,
  reason?: ServerStatus['reason'],
): string {
  return JSON.stringify(serverStatusSchema.parse({ status, timestamp: timestampS, ...(reason && { reason }) }));
}
