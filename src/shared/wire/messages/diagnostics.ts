import { z } from 'zod';
import { must } from '../../domain/assert';
import { inbound } from '../message';
import {
  hasSegment,
  isKnownWord,
  optionalInt,
  optionalText,
  resetReasons,
  segmentFields,
  segmentMissing,
} from './fields';
import { systemStates } from './heartbeat';

/** More fields than the contract has (27), so that none of a newer firmware is lost; longer ones are cut. */
const MAX_VALUES = 48;
const MAX_NAME_CHARS = 48;
const MAX_TEXT_CHARS = 120;
/** Below this `ts` is the time since the start, as stock firmware sends it, and not a time (11, 27). */
const FIRST_TIME_S = 1e9;

/** Words of the report, and the code under which an unknown one is flagged. */
const words: Readonly<Record<string, { readonly code: string; readonly known: readonly string[] }>> = {
  system_state: { code: 'unknown_system_state', known: systemStates },
  mqtt_cb_state: { code: 'unknown_mqtt_cb_state', known: ['CLOSED', 'OPEN', 'HALF_OPEN', 'UNKNOWN'] },
  wdt_mode: { code: 'unknown_wdt_mode', known: ['DISABLED', 'PROVISIONING', 'PRODUCTION', 'SAFE_MODE', 'UNKNOWN'] },
  reset_reason: { code: 'unknown_reset_reason', known: resetReasons },
};
/** Codes that a report can raise; one without them settles them. */
export const diagnosticsCodes: readonly string[] = Object.values(words).map(({ code }) => code);

type Value = string | number | boolean;

/** 1.7: health snapshot. `heap_free` and `wifi_rssi` are required integers; everything else that it tells is kept as it came. */
export const diagnostics = inbound({
  name: 'diagnostics',
  path: 'system/diagnostics',
  qos: 1,
  schema: z
    .looseObject({
      heap_free: z.int(),
      wifi_rssi: z.int(),
      uptime_seconds: optionalInt,
      system_state: optionalText,
      mqtt_cb_state: optionalText,
      wdt_mode: optionalText,
      ...segmentFields,
    })
    .refine(hasSegment, segmentMissing)
    .transform((report) => {
      const unknown = unknownWords(report);
      return {
        heapFree: report.heap_free,
        rssi: report.wifi_rssi,
        uptimeS: report.uptime_seconds,
        systemState: Object.hasOwn(unknown, 'system_state') ? undefined : report.system_state?.toUpperCase(),
        values: valuesOf(report, unknown),
        unknown,
      };
    }),
  review: ({ unknown }) =>
    Object.entries(unknown).map(([field, raw]) => ({
      code: must(words[field], 'it was found there').code,
      field,
      raw,
    })),
});
export type Diagnostics = z.infer<typeof diagnostics.schema>;

/** The words that the contract does not know, by field, as the device wrote them. */
function unknownWords(report: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const said = Object.entries(words).flatMap(([field, { known }]) => {
    const word = report[field];
    return typeof word === 'string' && !isKnownWord(word, known) ? [[field, word] as const] : [];
  });
  return Object.fromEntries(said);
}

/** Every plain value; an unknown word reads UNKNOWN, its raw form goes into the warning. */
function valuesOf(
  report: Readonly<Record<string, unknown>>,
  unknown: Readonly<Record<string, string>>,
): Readonly<Record<string, Value>> {
  const values: [string, Value][] = [];
  for (const [name, value] of Object.entries(report)) {
    const isTime = name !== 'ts' || (typeof value === 'number' && value >= FIRST_TIME_S);
    if (name === 'esp_id' || !isTime || name.length > MAX_NAME_CHARS || values.length >= MAX_VALUES) continue;
    if (Object.hasOwn(unknown, name)) values.push([name, 'UNKNOWN']);
    else if (typeof value === 'string') values.push([name, value.slice(0, MAX_TEXT_CHARS)]);
    else if (typeof value === 'boolean' || Number.isFinite(value)) values.push([name, value as Value]);
  }
  return Object.fromEntries(values);
}
