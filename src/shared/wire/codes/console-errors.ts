import { entryOf, type Severity } from './code-table';

export type ConsoleErrorInfo = {
  readonly code: number;
  readonly name: string;
  readonly severity: Severity;
  readonly isKnown: boolean;
};

type Row = readonly [name: string, severity: Severity];

/**
 * Codes that a controller uses for its own MQTT work (wire contract 6.2). Those of upstream's database, users and plugins are not here: this
 * console has its own refusals for them (src/shared/domain/error-codes.ts). To add one: one line here and its sentences in
 * resources/locales/{en,de}/codes.json under `consoleError`.
 */
// prettier-ignore
export const consoleErrors = {
  5101: ['PUBLISH_FAILED', 'error'],
  5102: ['TOPIC_BUILD_FAILED', 'error'],
  5103: ['PAYLOAD_SERIALIZATION_FAILED', 'error'],
  5104: ['CONNECTION_LOST', 'warning'],
  5105: ['RETRY_EXHAUSTED', 'error'],
  5106: ['BROKER_UNAVAILABLE', 'error'],
  5107: ['AUTHENTICATION_FAILED', 'error'],
  5108: ['SUBSCRIBE_FAILED', 'error'],
} as const satisfies Readonly<Record<number, Row>>;

/** What is known of a controller's code. An unknown one is an error whose name is its number. */
export function consoleErrorInfo(code: number): ConsoleErrorInfo {
  const row = entryOf<Row>(consoleErrors, code);
  if (!row) return { code, name: String(code), severity: 'error', isKnown: false };
  return { code, name: row[0], severity: row[1], isKnown: true };
}
