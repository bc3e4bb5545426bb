import { entryOf } from './code-table';

/** How a device takes a broadcast that breaks the contract (wire contract 3.7.2). */
export type BroadcastClass = 'critical_unknown' | 'malformed' | 'unsupported';

export type BroadcastDetailInfo = {
  readonly code: string;
  readonly kind: BroadcastClass;
  /** The device stops all the same: a false stop is cheaper than a missed one. */
  readonly isStop: boolean;
  readonly isKnown: boolean;
};

/** In the order in which devices check. To add one: one line here and its sentences in codes.json under `broadcast`. */
export const broadcastDetails = {
  FIELD_TYPE_COMMAND: 'critical_unknown',
  FIELD_TYPE_ACTION: 'malformed',
  FIELD_TYPE_AUTH_TOKEN: 'critical_unknown',
  FIELD_TYPE_REASON: 'malformed',
  FIELD_TYPE_ISSUED_BY: 'malformed',
  FIELD_TYPE_TIMESTAMP: 'malformed',
  CONFLICTING_COMMAND_FIELDS: 'critical_unknown',
  MISSING_COMMAND_FIELD: 'malformed',
  UNKNOWN_COMMAND_VALUE: 'unsupported',
} as const satisfies Readonly<Record<string, BroadcastClass>>;

/** What a device makes of such a broadcast. Of an unknown detail nobody may assume that it stopped. */
export function broadcastDetailInfo(code: string): BroadcastDetailInfo {
  const kind = entryOf<BroadcastClass>(broadcastDetails, code);
  return { code, kind: kind ?? 'malformed', isStop: kind === 'critical_unknown', isKnown: kind !== undefined };
}
