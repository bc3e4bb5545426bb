import { z } from 'zod';
import { deviceIdSchema } from '../domain/ids';
import { procedure, timeSchema } from './base';
import { connectionViewSchema } from './status';

export const brokerViewSchema = z.object({
  connection: connectionViewSchema,
  embedded: z
    .object({
      url: z.string(),
      clients: z.int(),
      accounts: z.int(),
      refusedLogins: z.int(),
      refusedPublishes: z.int(),
      refusedSubscriptions: z.int(),
    })
    .nullable(),
});
export type BrokerView = z.infer<typeof brokerViewSchema>;

export const accountSchema = z.object({
  username: z.string(),
  role: z.enum(['device', 'client']),
  deviceId: deviceIdSchema.optional(),
  createdAt: timeSchema,
});
export type Account = z.infer<typeof accountSchema>;

const route = (method: 'GET' | 'POST' | 'DELETE', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['broker'] });

export const brokerContract = {
  get: route('GET', '/broker', 'Connection and embedded broker').output(brokerViewSchema),
  accounts: route('GET', '/broker/accounts', 'Accounts of the embedded broker').output(z.array(accountSchema)),
  createAccount: route('POST', '/broker/accounts', 'Create an account; the password is shown once')
    .input(
      z.discriminatedUnion('role', [
        z.strictObject({ role: z.literal('device'), deviceId: deviceIdSchema }),
        z.strictObject({ role: z.literal('client'), name: z.string().regex(/^[A-Za-z0-9_.-]{1,32}$/) }),
      ]),
    )
    .output(z.object({ username: z.string(), password: z.string() })),
  removeAccount: route('DELETE', '/broker/accounts/{username}', 'Delete an account and disconnect its client')
    .input(z.strictObject({ username: z.string().max(64) }))
    .output(z.object({ removed: z.boolean() })),
};
