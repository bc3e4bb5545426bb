/** Numbers that are looked back on for the share of missing ones. */
export const SEQUENCE_WINDOW = 1_000;
/** A number this far behind is late, not lost: messages of different QoS overtake each other. */
const REORDER = 16;
/** A counter at or below this, far behind the last one, has begun anew. */
const RESTART_AT = 3;
/** So many first numbers repeated in a row are a restart, fewer are duplicates. */
const REPEATED_START = 3;
/** More than this is no gap but a counter that says nothing (a day at ten messages per second). */
const LONGEST_GAP = 1_000_000;

const UNUSED = 0;
const SEEN = 1;
const MISSING = 2;

export type SequenceCounts = { last: number | null; gaps: number; missed: number; restarts: number };

/**
 * The message counter of one device (wire contract 0.4: per boot, from 1, shared by all topics). A number that was skipped counts as missed
 * at once and is taken back when it comes late. Changed in place and without allocation, because every reading passes here.
 */
export class SequenceState {
  readonly counts: SequenceCounts = { last: null, gaps: 0, missed: 0, restarts: 0 };
  /** Missing numbers of the last thousand. */
  missingOfWindow = 0;
  private readonly slots = new Uint8Array(SEQUENCE_WINDOW);
  /** A number far behind: the next one after it says whether the device restarted or the number was a straggler. */
  private straggler: number | null = null;
  /** First numbers that came once more, one after the other. */
  private readonly repeated = { last: 0, count: 0 };
  private bySequence = 0;
  private byBoot = 0;

  /** Takes the number of one message over; true when the device began to count anew. A redelivery by the broker is never a restart. */
  take(seq: number, isRedelivered: boolean): boolean {
    if (!Number.isSafeInteger(seq) || seq < 0) return false;
    const { last } = this.counts;
    const before = this.bySequence;
    if (last === null) this.begin(seq);
    else if (seq > last) this.advance(last, seq);
    else if (isRedelivered) this.late(last, seq);
    else if (last - seq <= REORDER ? this.isRepeatedStart(seq) : this.isRestart(seq)) {
      this.bySequence += 1;
      this.begin(seq);
    } else if (last - seq <= REORDER) this.late(last, seq);
    else this.straggler = seq;
    this.counts.restarts = Math.max(this.bySequence, this.byBoot);
    return this.bySequence > before;
  }

  /** The device said that it booted: its next number begins a new count. */
  booted(): void {
    this.byBoot += 1;
    this.counts.restarts = Math.max(this.bySequence, this.byBoot);
    this.counts.last = null;
  }

  private isRestart(seq: number): boolean {
    const isNext = this.straggler !== null && seq > this.straggler && seq - this.straggler <= REORDER;
    return seq <= RESTART_AT || isNext;
  }

  /** A device that restarts after a few messages repeats numbers that were seen, in their order. */
  private isRepeatedStart(seq: number): boolean {
    const { repeated } = this;
    if (this.slot(seq) !== SEEN) return false;
    if (seq !== repeated.last + 1 || repeated.count === 0) repeated.count = seq <= RESTART_AT ? 1 : 0;
    else repeated.count += 1;
    repeated.last = seq;
    return repeated.count >= REPEATED_START;
  }

  private begin(seq: number): void {
    this.slots.fill(UNUSED);
    this.missingOfWindow = 0;
    this.straggler = null;
    this.repeated.count = 0;
    this.mark(seq, SEEN);
    this.counts.last = seq;
  }

  private advance(last: number, seq: number): void {
    const missed = seq - last - 1;
    this.straggler = null;
    this.counts.last = seq;
    if (missed > LONGEST_GAP) {
      this.counts.gaps += 1;
      this.begin(seq);
      return;
    }
    for (let one = Math.max(last + 1, seq - SEQUENCE_WINDOW + 1); one < seq; one += 1) this.mark(one, MISSING);
    this.mark(seq, SEEN);
    if (missed === 0) return;
    this.counts.gaps += 1;
    this.counts.missed += missed;
  }

  /** A late number fills its place: the gap gets shorter, splits in two, or closes. */
  private late(last: number, seq: number): void {
    if (last - seq >= SEQUENCE_WINDOW || this.slot(seq) !== MISSING) return;
    this.mark(seq, SEEN);
    this.counts.missed -= 1;
    const isOpenBefore = last - seq < SEQUENCE_WINDOW - 1 && this.slot(seq - 1) === MISSING;
    const isOpenAfter = this.slot(seq + 1) === MISSING;
    if (isOpenBefore && isOpenAfter) this.counts.gaps += 1;
    else if (!isOpenBefore && !isOpenAfter) this.counts.gaps -= 1;
  }

  private slot(seq: number): number | undefined {
    return this.slots[seq % SEQUENCE_WINDOW];
  }

  private mark(seq: number, state: typeof SEEN | typeof MISSING): void {
    const index = seq % SEQUENCE_WINDOW;
    if (this.slots[index] === MISSING) this.missingOfWindow -= 1;
    if (state === MISSING) this.missingOfWindow += 1;
    this.slots[index] = state;
  }
}
