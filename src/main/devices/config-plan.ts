/**
 * How a wished configuration becomes messages (wire contract 5.1): what has to be removed, how much fits, generation and fingerprint. Pure.
 * The byte budget is the only one that matters: at 16 bytes per key and slot, no text of 4000 bytes fills the device's 7680-byte pool (0.5),
 * because even `"gpio":4,` costs nine bytes of text.
 */
import { createHash } from 'node:crypto';
import { configSectionNames, type ConfigSectionName, type ConfigSections } from '../../shared/api/devices';
import { failure, success, type Result } from '../../shared/domain/result';
import { chipOf, sensorInterface } from '../../shared/domain/sensor-chips';
import { canonicalSensorType } from '../../shared/domain/sensor-types';
import { utf8Bytes } from '../../shared/wire/encode';
import { wireLimits } from '../../shared/wire/limits';
import type { ActuatorConfig, SensorConfig } from '../../shared/wire/messages/config';
import type { ConfigLeftovers, Configuration } from './device-record';

export const reasonCodes = ['manual_config_sync', 'heartbeat_count_mismatch', 'reconnect'] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** The part of a wish that goes into one message, with what it removes. */
export type ConfigMessage = { readonly wish: ConfigSections; readonly leftovers: ConfigLeftovers };
/** What a message has beside its sections. */
export type Envelope = {
  readonly id: string;
  readonly generation: number;
  readonly reasonCode: ReasonCode;
  readonly nowMs: number;
};

/** An envelope as long as any: a UUID, a generation until the year 2286, the longest reason. */
const widest: Envelope = {
  id: '0'.repeat(36),
  generation: 9_999_999_999_999,
  reasonCode: 'heartbeat_count_mismatch',
  nowMs: 9_999_999_999_000,
};
/** How far a generation is raised after the device called it stale, ms: more than clocks of two controllers differ. */
const STALE_STEP_MS = 86_400_000;

export function namesOf(sections: ConfigSections): ConfigSectionName[] {
  return configSectionNames.filter((name) => sections[name] !== undefined);
}

/** What makes a sensor itself: its pin; on a bus its address or ROM code as well. */
export function sensorKey({ gpio, sensor_type, i2c_address, onewire_address }: SensorConfig): string {
  switch (sensorInterface(sensor_type)) {
    case 'i2c':
      return `${gpio}:${canonicalSensorType(sensor_type)}:${i2c_address ?? chipOf(sensor_type)?.address ?? ''}`;
    case 'onewire':
      return `${gpio}:${onewire_address?.toUpperCase() ?? ''}`;
    default:
      return String(gpio);
  }
}
export const actuatorKey = ({ gpio }: ActuatorConfig): string => String(gpio);

/** What may be on the device and is not in the new wish. What the device refused never got there. */
export function leftoversAfter(config: Configuration, wish: ConfigSections): ConfigLeftovers {
  const { confirmed, desired, leftovers, state } = config;
  const refused = (section: ConfigSectionName) =>
    new Set(config.failures.filter((one) => one.section === section).map(({ gpio }) => gpio));
  const rest = <T extends { gpio: number; active: boolean }>(
    section: 'sensors' | 'actuators',
    key: (item: T) => string,
    [onDevice = [], wished = [], left]: [readonly T[] | undefined, readonly T[] | undefined, readonly T[]],
  ): T[] => {
    const next = wish[section] as unknown as readonly T[] | undefined;
    if (!next) return [...left];
    const pins = refused(section);
    const asked = wished.filter(({ gpio, active }) => (active || state[section] !== 'confirmed') && !pins.has(gpio));
    const all = [...onDevice.filter(({ active }) => active), ...asked, ...left];
    const known = new Map(all.toReversed().map((item) => [key(item), { ...item, active: false }]));
    for (const item of next) known.delete(key(item));
    return [...known.values()].toReversed();
  };
  return {
    sensors: rest('sensors', sensorKey, [confirmed?.sensors, desired?.sensors, leftovers.sensors]),
    actuators: rest('actuators', actuatorKey, [confirmed?.actuators, desired?.actuators, leftovers.actuators]),
  };
}

/** The sections as they travel: removals first, so that a new item on the same pin comes after the old one has gone. */
export function wireSections({ wish, leftovers }: ConfigMessage): ConfigSections {
  const { sensors, actuators, offlineRules } = wish;
  return {
    ...(sensors && { sensors: [...leftovers.sensors, ...sensors] }),
    ...(actuators && { actuators: [...leftovers.actuators, ...actuators] }),
    ...(offlineRules && { offlineRules }),
  };
}

/** One message where all fits, else one for each section. A section that is too large by itself is refused with its size. */
export function planMessages(whole: ConfigMessage): Result<ConfigMessage[]> {
  const maxBytes = wireLimits.configBytes;
  if (sizeOf(whole) <= maxBytes) return success([whole]);
  const single = namesOf(whole.wish).map((name) => ({
    ...whole,
    wish: { [name]: whole.wish[name] } as ConfigSections,
  }));
  for (const message of single) {
    const sizeBytes = sizeOf(message);
    const [section = 'sensors'] = namesOf(message.wish);
    if (sizeBytes > maxBytes)
      return failure(
        'too_large',
        `The section ${section} has ${sizeBytes} bytes with all that it adds and removes; the device takes ${maxBytes}. Shorten names, or remove old items first and add new ones afterwards.`,
        { details: { sizeBytes, maxBytes, section } },
      );
  }
  return success(single);
}

function sizeOf(message: ConfigMessage): number {
  return utf8Bytes(JSON.stringify(configPayload(widest, message)));
}

/** The payload of a message. */
export function configPayload({ id, generation, reasonCode, nowMs }: Envelope, message: ConfigMessage) {
  const { offlineRules, ...others } = wireSections(message);
  const sections = { ...others, ...(offlineRules && { offline_rules: offlineRules }) };
  return {
    ...sections,
    correlation_id: id,
    intent_id: id,
    request_id: id,
    generation,
    config_fingerprint: fingerprintOf(sections),
    reason_code: reasonCode,
    timestamp: Math.floor(nowMs / 1000),
  };
}

/** SHA-256 over the sections with sorted keys, compact (5.1). */
export function fingerprintOf(sections: object): string {
  return createHash('sha256').update(canonicalJson(sections)).digest('hex');
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`;
}

/** Strictly increasing for a device, also after a clock that went back. */
export function nextGeneration({ generation }: Configuration, nowMs: number): number {
  return Math.max(nowMs, generation + 1);
}

/** A generation above whatever another controller may have used; `skewS` is how far the device's clock is ahead of ours. */
export function raisedGeneration({ generation }: Configuration, nowMs: number, skewS = 0): number {
  return Math.max(generation, nowMs, nowMs + skewS * 1000) + STALE_STEP_MS;
}
