import type { Logger } from 'pino';
import type { Clock } from '../clock';

/** One line per subject and this many ms; a broken or hostile client must not fill the log. */
const QUIET_MS = 10_000;
/** Subjects remembered; beyond that all are forgotten, which costs a few extra lines. */
const MAX_SUBJECTS = 1_000;

/** Writes what the broker refuses to the log, at a bounded rate: the next line for a subject says how many were left out. */
export class RefusalLog {
  private readonly subjects = new Map<string, { untilMs: number; leftOut: number }>();

  constructor(
    private readonly log: Logger,
    private readonly clock: Clock,
  ) {}

  /** `subject` is what repeats, for example `publish:ESP_0A1B2C`. */
  warn(subject: string, fields: Readonly<Record<string, unknown>>, message: string): void {
    const nowMs = this.clock.monotonic();
    const known = this.subjects.get(subject);
    if (known && nowMs < known.untilMs) {
      known.leftOut += 1;
      return;
    }
    if (this.subjects.size >= MAX_SUBJECTS) this.subjects.clear();
    this.subjects.set(subject, { untilMs: nowMs + QUIET_MS, leftOut: 0 });
    this.log.warn({ ...fields, ...(known && known.leftOut > 0 && { leftOut: known.leftOut }) }, message);
  }
}
