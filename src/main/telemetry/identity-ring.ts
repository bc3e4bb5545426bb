import { OLDEST_VALID_S } from '../../shared/wire/timestamp';

/** Readings of a series that are remembered; more than a broker keeps in flight for one series. */
export const IDENTITY_RING = 256;
/** `seq` shares a double with the time; a device counts to four million between two equal seconds only if it is broken. */
const SEQ_SPAN = 4_194_304;

/**
 * Recognises a reading that was delivered before (device, sensor, time, seq). A ring of the last identities of one series; it is filled
 * from the store when the process starts, so a redelivery after kill -9 is seen too. A reading without `seq` counts as repeated only when
 * the broker itself says that it is a redelivery and time and raw value agree.
 */
export class IdentityRing {
  private readonly identities = new Float64Array(IDENTITY_RING).fill(Number.NaN);
  private readonly raws = new Float64Array(IDENTITY_RING).fill(Number.NaN);
  private next = 0;

  /** Remembers a reading; true when it was known already. `tsMs` is null while the device's clock is not set. */
  isKnown(reading: { tsMs: number | null; seq: number | undefined; raw: number }, isRedelivered: boolean): boolean {
    const identity = identityOf(reading.tsMs, reading.seq);
    if (this.has(identity, reading, isRedelivered)) return true;
    this.remember(identity, reading.raw);
    return false;
  }

  /** Fills the ring from stored rows, oldest first. */
  remember(identity: number, raw: number): void {
    this.identities[this.next] = identity;
    this.raws[this.next] = raw;
    this.next = (this.next + 1) % IDENTITY_RING;
  }

  /** After a restart of the device its counter begins anew: identities without a clock mean something else now. */
  forgetUnclocked(): void {
    for (let i = 0; i < IDENTITY_RING; i += 1) {
      const identity = this.identities[i];
      if (identity !== undefined && Math.abs(identity) < SEQ_SPAN) this.identities[i] = Number.NaN;
    }
  }

  private has(identity: number, reading: { seq: number | undefined; raw: number }, isRedelivered: boolean): boolean {
    if (reading.seq !== undefined) return this.identities.includes(identity);
    return (
      isRedelivered && this.identities.some((known, index) => known === identity && this.raws[index] === reading.raw)
    );
  }
}

/**
 * One number for time (whole seconds since 2020, so that a double holds both until 2088) and counter; negative when there is no counter.
 * Without a clock the time is 0.
 */
export function identityOf(tsMs: number | null, seq: number | undefined | null): number {
  const seconds = tsMs === null ? 0 : Math.floor(tsMs / 1000) - OLDEST_VALID_S + 1;
  return seq === undefined || seq === null ? -seconds * SEQ_SPAN - 1 : seconds * SEQ_SPAN + (seq % SEQ_SPAN);
}
