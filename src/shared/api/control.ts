import { z } from 'zod';
import { deviceIdSchema, gpioSchema } from '../domain/ids';
import { actorSchema, pageInput, pageOf, procedure, timeSchema } from './base';

export const commandNames = ['ON', 'OFF', 'TOGGLE', 'PWM'] as const;
export const commandStates = ['sent', 'accepted', 'applied', 'failed', 'rejected', 'expired', 'unconfirmed'] as const;
export type CommandState = (typeof commandStates)[number];

/** What a command drives: an output, a measurement, or the device itself. */
export const commandKinds = ['actuator', 'sensor', 'system'] as const;
export type CommandKind = (typeof commandKinds)[number];

/** Maintenance commands (wire contract 1.12 and its extensions); the last two only for devices that announce them. */
export const systemCommandNames = [
  'status',
  'diagnostics',
  'get_config',
  'onewire/scan',
  'set_log_level',
  'safe_mode',
  'exit_safe_mode',
  'set_emergency_token',
  'factory_reset',
  'reboot',
  'identify',
] as const;
export type SystemCommandName = (typeof systemCommandNames)[number];

export const commandViewSchema = z.object({
  id: z.string(),
  kind: z.enum(commandKinds),
  deviceId: deviceIdSchema,
  gpio: gpioSchema.optional(),
  /** `ON` … for outputs, `MEASURE`, or the name of a maintenance command. */
  command: z.string(),
  value: z.number().optional(),
  durationS: z.int().optional(),
  /** What a maintenance command was sent with; secrets are masked. */
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  state: z.enum(commandStates),
  code: z.string().optional(),
  message: z.string().optional(),
  /** The device says that the same command may work when it is sent again. */
  retryable: z.boolean().optional(),
  issuedBy: actorSchema,
  at: timeSchema,
  latencyMs: z.number().optional(),
  /** Two terminal answers disagree; the first one counts. */
  conflict: z.boolean().optional(),
  /** What the device answered besides success, by its own names. */
  result: z.record(z.string(), z.unknown()).optional(),
  traceId: z.string().optional(),
  history: z.array(
    z.object({
      at: timeSchema,
      event: z.string(),
      state: z.enum(commandStates),
      code: z.string().optional(),
      message: z.string().optional(),
      late: z.boolean().optional(),
    }),
  ),
});
export type CommandView = z.infer<typeof commandViewSchema>;

/** Why a command would be refused now; `message` is the sentence, `details` hold the live value. */
export const blockSchema = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Block = z.infer<typeof blockSchema>;

const truthSchema = z.object({ at: timeSchema, command: z.string(), value: z.number().optional() });

/** The three truths of an actuator. `state` is `unknown` after a loss; `last` then holds what was last observed. */
export const actuatorViewSchema = z.object({
  deviceId: deviceIdSchema,
  gpio: gpioSchema,
  type: z.string(),
  name: z.string(),
  configured: z.boolean(),
  requested: truthSchema.extend({ commandId: z.string(), by: actorSchema, state: z.enum(commandStates) }).optional(),
  acknowledged: truthSchema
    .extend({ commandId: z.string(), success: z.boolean(), message: z.string(), latencyMs: z.number() })
    .optional(),
  observed: z
    .object({
      at: timeSchema,
      state: z.enum(['on', 'off', 'pwm', 'unknown']),
      value: z.number(),
      source: z.string().optional(),
    })
    .optional(),
  state: z.enum(['on', 'off', 'pwm', 'unknown']),
  last: z.object({ at: timeSchema, state: z.enum(['on', 'off', 'pwm', 'unknown']), value: z.number() }).optional(),
  /** Requested and observed disagree although the device had time to act. */
  discrepancy: z.boolean(),
  emergency: z.string(),
  runtimeS: z.number(),
  maxRuntimeS: z.number().optional(),
  blockedBy: z.array(blockSchema),
});
export type ActuatorView = z.infer<typeof actuatorViewSchema>;

/** A pin in a path. Only digits: `Number` would make pin 0 out of a blank and pin 18 out of `0x12`. */
const pathGpioSchema = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value),
  z.int().min(0).max(254),
);
const commandStarted = z.object({ commandId: z.string(), state: z.enum(commandStates) });
const route = (method: 'GET' | 'POST', path: `/${string}`, summary: string) =>
  procedure.route({ method, path, summary, tags: ['control'] });

export const controlContract = {
  actuators: route(
    'GET',
    '/devices/{id}/actuators',
    'Actuators of one device with requested, acknowledged and observed state',
  )
    .input(z.strictObject({ id: deviceIdSchema }))
    .output(z.array(actuatorViewSchema)),
  command: route('POST', '/devices/{id}/actuators/{gpio}/command', 'Switch one actuator')
    .input(
      z.strictObject({
        id: deviceIdSchema,
        gpio: pathGpioSchema,
        command: z.enum(commandNames),
        value: z.number().min(0).max(1).optional(),
        durationS: z.int().min(0).max(86_400).optional(),
      }),
    )
    .output(commandStarted),
  measure: route('POST', '/devices/{id}/sensors/{gpio}/measure', 'Measure now')
    .input(z.strictObject({ id: deviceIdSchema, gpio: pathGpioSchema }))
    .output(commandStarted),
  system: route('POST', '/devices/{id}/system', 'Maintenance command')
    .input(
      z.strictObject({
        id: deviceIdSchema,
        command: z.enum(systemCommandNames),
        params: z.record(z.string().max(32), z.union([z.string().max(128), z.number(), z.boolean()])).optional(),
      }),
    )
    .output(commandStarted),
  commands: route('GET', '/commands', 'Commands, newest first')
    .input(
      z.strictObject({
        deviceId: deviceIdSchema.optional(),
        kind: z.enum(commandKinds).optional(),
        state: z.enum(commandStates).optional(),
        ...pageInput,
        cursor: z
          .string()
          .regex(/^\d{1,15}$/, 'A cursor is what the page before gave as nextCursor.')
          .optional(),
      }),
    )
    .output(pageOf(commandViewSchema)),
  getCommand: route('GET', '/commands/{id}', 'One command with its history')
    .input(z.strictObject({ id: z.string().max(64) }))
    .output(commandViewSchema),
};
