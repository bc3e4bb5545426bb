import { z } from 'zod';
import type { SystemCommandName } from '../../shared/api/control';
import { failure, success, type Result } from '../../shared/domain/result';
import { systemCommandFields as fields, type SystemCommand } from '../../shared/wire/messages/system-command';

/** Parameters of one maintenance command, as they stand at the top level of its message. */
export type SystemParams = Omit<SystemCommand, 'command' | 'correlation_id' | 'intent_id' | 'timestamp'>;

export type SystemCommandSpec = {
  readonly params: z.ZodType<SystemParams>;
  /** What it takes, as a sentence for whoever sent something else. */
  readonly usage: string;
  /** What it destroys cannot be had back, so it is not sent without a record on disk. */
  readonly isDestructive: boolean;
  /** Only devices that announce this capability know the command (shared/contract/extensions.md). */
  readonly capability: string | null;
  /** What it would do while a software stop is engaged, and is refused for; null = it passes. */
  readonly stopReason: string | null;
};

const noParams = z.strictObject({});
const harmless = { isDestructive: false, capability: null, stopReason: null };
const plain: SystemCommandSpec = { ...harmless, params: noParams, usage: 'It takes no parameters.' };
const LOSES_LATCH = 'would cost the device its stop';

/** Every maintenance command (wire contract 1.12 and extensions). To add one: its name in the API, its fields in the message, one line here. */
export const systemCommands: Readonly<Record<SystemCommandName, SystemCommandSpec>> = {
  status: plain,
  diagnostics: plain,
  get_config: plain,
  'onewire/scan': {
    ...harmless,
    params: z.strictObject({ pin: fields.pin.optional() }),
    usage: 'It takes pin (0 to 48), or nothing.',
  },
  set_log_level: {
    ...harmless,
    params: z.strictObject({ level: fields.level }),
    usage: 'It takes level: DEBUG, INFO, WARNING, ERROR or CRITICAL.',
  },
  safe_mode: plain,
  exit_safe_mode: { ...plain, stopReason: 'would clear the stop on the device' },
  set_emergency_token: {
    ...harmless,
    // Always named: stock firmware reads a missing text as the word "null" (0.5).
    params: z.strictObject({ token: fields.token, token_type: fields.token_type.default('esp') }),
    usage: 'It takes token (1 to 64 printable ASCII characters without spaces) and token_type: esp or broadcast.',
  },
  factory_reset: {
    params: z.strictObject({ confirm: fields.confirm }),
    usage: 'It takes confirm: true, because the device forgets its network, its zone and its configuration.',
    isDestructive: true,
    capability: null,
    stopReason: LOSES_LATCH,
  },
  reboot: {
    params: z.strictObject({ delay_ms: fields.delay_ms.optional() }),
    usage: 'It takes delay_ms (0 to 60000), or nothing.',
    isDestructive: false,
    capability: 'reboot',
    stopReason: LOSES_LATCH,
  },
  identify: {
    ...harmless,
    params: z.strictObject({ seconds: fields.seconds.optional() }),
    usage: 'It takes seconds (1 to 300), or nothing.',
    capability: 'identify',
  },
};

/** Parameters as they are sent; `invalid` names what is wrong and what the command takes. Never repeats a value: it may be a secret. */
export function systemParams(name: SystemCommandName, params: Readonly<Record<string, unknown>>): Result<SystemParams> {
  const { params: schema, usage } = systemCommands[name];
  const parsed = schema.safeParse(params);
  if (parsed.success) return success(parsed.data);
  const wrongFields = parsed.error.issues.map(({ path }) => path.join('.')).filter((path) => path !== '');
  const wrong =
    wrongFields.length > 0 ? `${wrongFields.join(' and ')} does not fit` : 'there is a parameter that it does not know';
  return failure('invalid', `${name} was not sent: ${wrong}. ${usage}`, {
    details: { command: name, fields: wrongFields },
  });
}

/** Parameters as they are stored and shown. */
export function shownParams({ token, ...others }: SystemParams): Readonly<Record<string, string | number | boolean>> {
  const shown = Object.entries(others).filter(([, value]) => value !== undefined);
  return { ...(token !== undefined && { token: MASK }), ...Object.fromEntries(shown) };
}

/** Stands for a secret in everything that is stored or shown. */
export const MASK = '***';
