import { z } from 'zod';
import { PWM_FULL_SCALE } from '../../domain/actuator-types';
import { inbound } from '../message';
import { optionalInt, optionalText } from './fields';

/** Longest run time that is taken for one, ms; the store keeps it as an integer. */
const LONGEST_RUNTIME_MS = 1e15;
/** How much of a word that the contract does not know is kept. */
const STRANGE_CHARS = 40;
const onWords = new Set(['on', 'pwm', 'true', '1']);
const offWords = new Set(['off', 'false', '0']);
/** The device itself does not know its output. */
const unknownWords = new Set(['unknown', 'error']);
const emergencyWords = new Set(['normal', 'active', 'clearing', 'resuming']);

/** 1.19: physical state of one actuator. `value` is the duty, 0–1. */
export const actuatorStatus = inbound({
  name: 'actuator status',
  path: 'actuator/+/status',
  qos: 1,
  schema: z
    .object({
      type: optionalText,
      actuator_type: optionalText,
      state: z.union([z.boolean(), z.number(), z.string()]),
      pwm: z.number().nullish(),
      value: z.number().nullish(),
      runtime_ms: z.number().min(0).max(LONGEST_RUNTIME_MS).nullish().catch(undefined),
      emergency: optionalText,
      command_source: optionalText,
      ts: z.number(),
      seq: optionalInt,
    })
    .transform((payload) => {
      const word = String(payload.state).toLowerCase();
      const duty = payload.pwm ?? payload.value ?? 0;
      return {
        type: (payload.type ?? payload.actuator_type ?? 'relay').toLowerCase(),
        isOn: onWords.has(word),
        isKnown: onWords.has(word) || offWords.has(word),
        /** The word of the device when the contract does not know it; it must not be shown as "off". */
        strangeState: [onWords, offWords, unknownWords].some((words) => words.has(word))
          ? undefined
          : word.slice(0, STRANGE_CHARS),
        value: Math.min(1, Math.max(0, duty / PWM_FULL_SCALE)),
        runtimeMs: payload.runtime_ms ?? 0,
        emergency: payload.emergency ?? 'normal',
        source: payload.command_source,
        ts: payload.ts,
      };
    }),
  review: ({ strangeState, emergency }) => [
    ...(strangeState === undefined ? [] : [{ code: 'unknown_actuator_state', field: 'state', raw: strangeState }]),
    ...(emergencyWords.has(emergency) ? [] : [{ code: 'unknown_emergency_state', field: 'emergency', raw: emergency }]),
  ],
});
export type ActuatorStatus = z.infer<typeof actuatorStatus.schema>;
