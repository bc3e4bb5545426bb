/** How wishes and answers change what is known of a device's configuration. Pure; DeviceConfiguration and ConfigSender save the result. */
import {
  configSectionNames,
  type ConfigFailure,
  type ConfigSectionName,
  type ConfigSections,
  type ConfirmationState,
} from '../../shared/api/devices';
import type { PinProblem } from '../../shared/domain/pin-rules';
import type { Failure } from '../../shared/domain/result';
import { canonicalSensorType } from '../../shared/domain/sensor-types';
import type { ActuatorConfig, SensorConfig } from '../../shared/wire/messages/config';
import type { AnswerState, SectionFailure, Verdict } from './config-answer-state';
import { actuatorKey, leftoversAfter, namesOf, sensorKey, type ConfigMessage } from './config-plan';
import type { Configuration } from './device-record';

/** A message as it was sent, with what was confirmed before it. */
export type SentMessage = ConfigMessage & { readonly confirmedBefore: ConfigSections | null };

/** The wish is stored before anything is sent. */
export function withWish(config: Configuration, wish: ConfigSections): Configuration {
  const names = namesOf(wish);
  return {
    ...config,
    desired: { ...config.desired, ...wish },
    state: withState(config, names, 'pending'),
    leftovers: leftoversAfter(config, wish),
    failures: config.failures.filter(({ section }) => !names.includes(section)),
    isSentAgain: false,
  };
}

/** The wish was given up before the device got it: what is confirmed is wished again. */
export function withoutWish(config: Configuration, names: readonly ConfigSectionName[]): Configuration {
  const { confirmed, leftovers } = config;
  const kept = Object.entries(config.desired ?? {}).filter(([name]) => !names.includes(name as ConfigSectionName));
  const back = names.flatMap((name) => (confirmed?.[name] ? [[name, confirmed[name]] as const] : []));
  const desired = Object.fromEntries([...kept, ...back]) as ConfigSections;
  const state = Object.fromEntries(names.map((name) => [name, confirmed?.[name] ? 'confirmed' : 'none']));
  return {
    ...config,
    desired: kept.length + back.length > 0 ? desired : null,
    state: { ...config.state, ...state },
    leftovers: {
      sensors: without(leftovers.sensors, desired.sensors ?? [], sensorKey),
      actuators: without(leftovers.actuators, desired.actuators ?? [], actuatorKey),
    },
  };
}

/**
 * A wish that was refused before it was sent, kept as failed. Every pin of it counts as refused, so that nothing sends it by itself: neither
 * a reconnect nor counts that do not fit.
 */
export function withUnfit(config: Configuration, wish: ConfigSections, refusal: Failure): Configuration {
  const names = namesOf(wish);
  const problems = (refusal.details?.['problems'] ?? []) as readonly PinProblem[];
  const failures = names.flatMap((section) =>
    pinsOf(wish, section).map((gpio): ConfigFailure => {
      const own = problems.find((problem) => problem.section === section && problem.gpio === gpio);
      return { section, gpio, error: own ? 'PIN_UNFIT' : 'NOT_SENT', detail: own?.message ?? refusal.message };
    }),
  );
  const kept = config.failures.filter(({ section }) => !names.includes(section));
  return {
    ...config,
    desired: { ...config.desired, ...wish },
    state: withState(config, names, 'failed'),
    failures: [...kept, ...failures],
    isSentAgain: true,
  };
}

function pinsOf(wish: ConfigSections, section: ConfigSectionName): number[] {
  const items: readonly { readonly gpio: number }[] =
    section === 'offlineRules'
      ? (wish.offlineRules ?? []).map(({ actuator_gpio: gpio }) => ({ gpio }))
      : (wish[section] ?? []);
  return [...new Set(items.map(({ gpio }) => gpio))];
}

/** What is still pending of these sections has failed. */
export function withFailed(config: Configuration, names: readonly ConfigSectionName[]): Configuration {
  const open = names.filter((name) => config.state[name] === 'pending');
  return { ...config, state: withState(config, open, 'failed') };
}

export function withState(config: Configuration, names: readonly ConfigSectionName[], state: ConfirmationState) {
  return { ...config.state, ...Object.fromEntries(names.map((name) => [name, state])) };
}

export const pendingSections = ({ state }: Configuration): ConfigSectionName[] =>
  configSectionNames.filter((name) => state[name] === 'pending');

/**
 * What the answers so far say. Always reckoned from what was confirmed before the message, so that any order of answers leads to one result.
 * With `isOver` nothing more is waited for: what is open counts as failed.
 */
export function withAnswers(
  config: Configuration,
  sent: SentMessage,
  answers: AnswerState,
  isOver: boolean,
): Configuration {
  const names = namesOf(sent.wish);
  const confirmed = { ...config.confirmed };
  const state = { ...config.state };
  for (const name of names) {
    const verdict = answers.verdicts[name] ?? 'open';
    const items = confirmedItems(name, sent, answers.failures, isGood(verdict));
    if (items) Object.assign(confirmed, { [name]: items });
    else delete confirmed[name];
    // A newer wish that has not been sent yet stays pending.
    if (isSame(config.desired?.[name], sent.wish[name])) state[name] = stateOf(verdict, isOver);
  }
  const others = config.failures.filter(({ section }) => !names.includes(section));
  return {
    ...config,
    confirmed: Object.keys(confirmed).length > 0 ? confirmed : null,
    state,
    failures: [...others, ...answers.failures.map(failureView)],
    leftovers: leftoversNow(config, sent, answers),
  };
}

const isGood = (verdict: Verdict) => verdict === 'confirmed' || verdict === 'partial';
/** Same content; both were parsed by one schema, so the order of fields is the same. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function stateOf(verdict: Verdict, isOver: boolean): ConfirmationState {
  if (verdict === 'open') return isOver ? 'failed' : 'pending';
  return verdict === 'confirmed' ? 'confirmed' : 'failed';
}

/** What of a section is on the device for all we know: never an item that the device refused in this message. */
function confirmedItems(
  name: ConfigSectionName,
  { wish, leftovers, confirmedBefore }: SentMessage,
  failures: readonly SectionFailure[],
  isTaken: boolean,
): unknown[] | undefined {
  if (name === 'offlineRules') return isTaken ? wish.offlineRules : confirmedBefore?.offlineRules;
  const before: readonly (SensorConfig | ActuatorConfig)[] | undefined = confirmedBefore?.[name];
  const wished = wish[name] ?? [];
  const isRefused = (item: SensorConfig | ActuatorConfig) => isHit(failures, name, item);
  const keys = new Set(wished.map(keyOf));
  if (!isTaken) return before?.filter((item) => !(isRefused(item) && keys.has(keyOf(item))));
  const removed = new Set(leftovers[name].map(keyOf));
  const stays = (before ?? []).filter((item) => removed.has(keyOf(item)) && isRefused(item));
  return [...wished.filter((item) => !isRefused(item)), ...stays];
}

const keyOf = (item: SensorConfig | ActuatorConfig) => ('sensor_type' in item ? sensorKey(item) : actuatorKey(item));

/** A removal that the device confirmed is done; an item that it refused was never there. */
function leftoversNow(config: Configuration, { wish, leftovers }: SentMessage, answers: AnswerState) {
  const rest = <T extends SensorConfig | ActuatorConfig>(
    name: 'sensors' | 'actuators',
    now: readonly T[],
    [removed, wished]: readonly [readonly T[], readonly T[]],
  ): T[] => {
    const isRefused = (item: T) => isHit(answers.failures, name, item);
    const gone = isGood(answers.verdicts[name] ?? 'open') ? removed.filter((item) => !isRefused(item)) : [];
    return without(now, [...gone, ...wished.filter(isRefused)], keyOf);
  };
  return {
    sensors: rest('sensors', config.leftovers.sensors, [leftovers.sensors, wish.sensors ?? []]),
    actuators: rest('actuators', config.leftovers.actuators, [leftovers.actuators, wish.actuators ?? []]),
  };
}

function without<T>(items: readonly T[], gone: readonly T[], key: (item: T) => string): T[] {
  const keys = new Set(gone.map(key));
  return items.filter((item) => !keys.has(key(item)));
}

/** Is the item meant by a failure? By pin, and where the device says it by type and address (5.5). */
function isHit(failures: readonly SectionFailure[], section: ConfigSectionName, item: SensorConfig | ActuatorConfig) {
  return failures.some((failure) => {
    if (failure.section !== section || failure.gpio !== item.gpio) return false;
    if (!('sensor_type' in item)) return true;
    const { sensorType, onewireAddress, i2cAddress } = failure;
    return (
      (sensorType === undefined || canonicalSensorType(sensorType) === canonicalSensorType(item.sensor_type)) &&
      (onewireAddress === undefined || onewireAddress.toUpperCase() === item.onewire_address?.toUpperCase()) &&
      (i2cAddress === undefined || item.i2c_address === undefined || i2cAddress === item.i2c_address)
    );
  });
}

function failureView({ section, gpio, error, errorCode, detail }: SectionFailure): ConfigFailure {
  return { section, ...(gpio !== undefined && { gpio }), error, ...(errorCode !== undefined && { errorCode }), detail };
}

/** The failures of a push as one sentence, the first five by name. */
export function failureText(failures: readonly SectionFailure[]): string {
  const shown = failures.slice(0, MOST_NAMED).map(({ section, gpio, error, detail }) => {
    const where = gpio === undefined ? section : `${section}, pin ${gpio}`;
    return detail && detail !== error ? `${where}: ${error} (${detail})` : `${where}: ${error}`;
  });
  const more = failures.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
}
const MOST_NAMED = 5;
