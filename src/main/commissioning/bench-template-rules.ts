import { z } from 'zod';
import {
  settingsMethods,
  type BenchTemplate,
  type BenchTemplateView,
  type SetupInput,
} from '../../shared/api/commissioning';
import { flashOptionsSchema } from '../../shared/api/flash';
import { deviceBrokerSchema } from '../../shared/api/provisioning';
import { zoneIdSchema, type ZoneId } from '../../shared/domain/ids';
import { failure, success, type Result } from '../../shared/domain/result';
import { inputRefusal } from './setup-rules';

/** What of a template is on disk: all but its passwords. */
export const storedTemplateSchema = z.strictObject({
  imageId: z.string().nullable(),
  options: flashOptionsSchema,
  method: z.enum(settingsMethods),
  naming: z.string(),
  nextNumber: z.int().min(0),
  settings: z
    .strictObject({
      ssid: z.string(),
      /** False: an open network. */
      needsPassword: z.boolean(),
      broker: deviceBrokerSchema.omit({ password: true }),
      /** False: a broker login without a password, or none. */
      needsBrokerPassword: z.boolean(),
      zoneId: zoneIdSchema.nullable(),
      approve: z.boolean(),
    })
    .nullable(),
});
export type StoredTemplate = z.infer<typeof storedTemplateSchema>;

export const storedQueueSchema = z.array(z.strictObject({ name: z.string(), zoneId: zoneIdSchema.nullable() }));
export type QueuedName = z.infer<typeof storedQueueSchema>[number];

/** Passwords of a template, in memory only; null: lost with the last end of the console, or never needed. */
export type BenchSecrets = { readonly wifi: string | null; readonly broker: string | null };
export const noSecrets: BenchSecrets = { wifi: null, broker: null };

const FIRST_NUMBER = 1;

export type HeldTemplate = { readonly stored: StoredTemplate; readonly secrets: BenchSecrets };

/**
 * Takes a template apart into what is stored and what is not. A password that is left out is the one that is held for the same network, or for
 * the same login of the same broker; where none is held it is asked for (`invalid`). The authority of the same broker stays in the same way.
 */
export function takenTemplate(template: BenchTemplate, held: HeldTemplate | null): Result<HeldTemplate> {
  const { imageId, options, method, naming, settings } = template;
  const nextNumber = template.nextNumber ?? held?.stored.nextNumber ?? FIRST_NUMBER;
  const refusal = inputRefusal(probe(template));
  if (refusal) return { ok: false, error: refusal };
  const base = { imageId, options, method, naming, nextNumber };
  if (settings === null) return success({ stored: { ...base, settings: null }, secrets: noSecrets });
  const { password: givenBroker, caPem: givenCa, ...broker } = settings.broker;
  const before = held?.stored.settings;
  const isSameNetwork = before?.ssid === settings.wifi.ssid;
  const isSameLogin = before?.broker.host === broker.host && before.broker.username === broker.username;
  const isSameBroker = before?.broker.host === broker.host && before.broker.port === broker.port;
  const caPem = givenCa ?? (isSameBroker ? before.broker.caPem : undefined);
  const wifi = settings.wifi.password ?? (isSameNetwork ? heldWifi(held) : null);
  if (wifi === null)
    return failure('invalid', `The password of the network ${settings.wifi.ssid} is missing. Give it, or an empty one for an open network.`); // prettier-ignore
  const brokerPassword = givenBroker ?? (isSameLogin ? (held?.secrets.broker ?? null) : null);
  if (givenBroker === undefined && isSameLogin && before.needsBrokerPassword && brokerPassword === null)
    return failure('invalid', `The broker password of ${broker.username ?? 'the devices'} is missing. Give it again.`);
  const stored: StoredTemplate = {
    ...base,
    settings: {
      ssid: settings.wifi.ssid,
      needsPassword: wifi !== '',
      broker: { ...broker, ...(broker.tls && caPem && { caPem }) },
      needsBrokerPassword: brokerPassword !== null && brokerPassword !== '',
      zoneId: settings.zoneId ?? null,
      approve: settings.approve,
    },
  };
  return success({ stored, secrets: { wifi, broker: brokerPassword } });
}

/** An open network needs none. */
function heldWifi(held: HeldTemplate | null): string | null {
  return held?.stored.settings?.needsPassword === false ? '' : (held?.secrets.wifi ?? null);
}

/** Are all passwords here that the template needs? */
export function hasSecrets({ stored: { settings }, secrets }: HeldTemplate): boolean {
  if (settings === null) return true;
  return (
    (!settings.needsPassword || secrets.wifi !== null) && (!settings.needsBrokerPassword || secrets.broker !== null)
  );
}

/** The template as it is shown: no password, no broker login. */
export function templateView(held: HeldTemplate): BenchTemplateView {
  const { settings, ...rest } = held.stored;
  if (settings === null) return { ...rest, settings: null };
  const { host, port, tls, caPem, useOwnAccount } = settings.broker;
  return {
    ...rest,
    settings: {
      ssid: settings.ssid,
      hasPassword: hasSecrets(held),
      broker: { host, port, tls, hasCa: caPem !== undefined, useOwnAccount },
      zoneId: settings.zoneId,
      approve: settings.approve,
    },
  };
}

/** What the board on a port gets; `zoneId` null: no zone. Its name comes later. */
export function boardInput({ stored, secrets }: HeldTemplate, port: string, zoneId: ZoneId | null): SetupInput {
  const { imageId, options, method, settings } = stored;
  if (settings === null) return { port, imageId, options, method, settings: null };
  const { ssid, broker, approve } = settings;
  return {
    port,
    imageId,
    options,
    method,
    settings: {
      wifi: { ssid, password: secrets.wifi ?? '' },
      broker: { ...broker, ...(secrets.broker !== null && { password: secrets.broker }) },
      approve,
      ...(zoneId !== null && { zoneId }),
    },
  };
}

/** Only what `inputRefusal` looks at. */
function probe({ imageId, options, method, settings }: BenchTemplate): SetupInput {
  const given = settings && {
    wifi: { ssid: settings.wifi.ssid, password: '' },
    broker: settings.broker,
    approve: true,
  };
  return { port: '-', imageId, options, method, settings: given };
}
