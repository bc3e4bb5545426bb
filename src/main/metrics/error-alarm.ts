import type { StatusView } from '../../shared/api/status';
import type { Clock } from '../clock';
import type { Journal, JournalInput } from '../journal/journal';
import type { LinkCounters } from '../link/counters';
import {
  errorRateOf,
  nextErrorRate,
  noErrors,
  type ErrorCause,
  type ErrorRate,
  type ErrorSample,
} from './error-rate-state';

const TICK_MS = 1_000;

export type ErrorAlarmParts = {
  readonly counters: LinkCounters;
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'add'>;
  /** The alarm began or ended. */
  readonly onChange: () => void;
};

/** Watches the share of messages that fail. It looks at the counters once a second and costs nothing per message. */
export class ErrorAlarm {
  private state = noErrors;
  private last: ErrorSample;
  private sinceMs: number | null = null;
  private stopTicking = (): void => undefined;

  constructor(private readonly parts: ErrorAlarmParts) {
    this.last = totals(parts.counters);
  }

  start(): void {
    this.stopTicking = this.parts.clock.every(TICK_MS, () => this.tick());
  }

  stop(): void {
    this.stopTicking();
  }

  view(): StatusView['errorAlarm'] {
    const { rate, messages } = errorRateOf(this.state);
    const since = this.sinceMs === null ? null : new Date(this.sinceMs).toISOString();
    return { active: this.state.isActive, since, rate, messages };
  }

  private tick(): void {
    const { counters, clock, journal, onChange } = this.parts;
    const now = totals(counters);
    const before = this.state;
    this.state = nextErrorRate(before, difference(now, this.last), clock.monotonic());
    this.last = now;
    const { isActive } = this.state;
    if (isActive === before.isActive) return;
    this.sinceMs = isActive ? clock.now() : null;
    journal.add(entryOf(isActive, errorRateOf(this.state)));
    onChange();
  }
}

function totals({
  received,
  published,
  publishFailed,
  malformed,
  unparsableTopic,
  handlerErrors,
}: LinkCounters): ErrorSample {
  return { messages: received + published + publishFailed, malformed, unparsableTopic, handlerErrors, publishFailed };
}

function difference(now: ErrorSample, last: ErrorSample): ErrorSample {
  return {
    messages: now.messages - last.messages,
    malformed: now.malformed - last.malformed,
    unparsableTopic: now.unparsableTopic - last.unparsableTopic,
    handlerErrors: now.handlerErrors - last.handlerErrors,
    publishFailed: now.publishFailed - last.publishFailed,
  };
}

const causeInWords: Readonly<Record<ErrorCause, string>> = {
  malformed: 'payloads that break the contract; Devices shows who sends them',
  unparsableTopic: 'topics that are not in the contract; check what else publishes at this broker',
  handlerErrors: 'errors of the console itself; its log says which',
  publishFailed: 'messages that the broker did not take over; check the broker',
};

function entryOf(isActive: boolean, { messages, failed, rate, cause }: ErrorRate): JournalInput {
  const share = `${failed} of ${messages} messages of the last minute failed (${(rate * 100).toFixed(1)} %)`;
  const details = { rate, messages, failed, cause };
  if (isActive) {
    const mostly = cause === null ? '' : `, most of them ${causeInWords[cause]}`;
    return { kind: 'console.error_rate_high', message: `Too many errors: ${share}${mostly}.`, details };
  }
  const message =
    messages === 0
      ? 'The alarm about failing messages ended: there was no message for a minute.'
      : `Messages get through again: ${share}.`;
  return { kind: 'console.error_rate_normal', message, details };
}
