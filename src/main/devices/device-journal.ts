import type { DeviceId } from '../../shared/domain/ids';
import type { Clock } from '../clock';
import type { Journal, JournalInput } from '../journal/journal';

/** Entries that one device may cause per minute. A plant with trouble writes a few; the journal is kept for ever. */
export const ENTRIES_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
/** Devices that are counted at once; a device that is not counted any more begins a new minute. */
const MAX_DEVICES = 2_000;

type Minute = { startMs: number; written: number; heldBack: number };

/** Writes what devices cause into the journal, so many entries per device and minute; the rest becomes one entry with their number. */
export class DeviceJournal {
  private readonly minutes = new Map<DeviceId, Minute>();

  constructor(
    private readonly journal: Pick<Journal, 'add'>,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  add(entry: JournalInput & { readonly deviceId: DeviceId }): void {
    const minute = this.minuteOf(entry.deviceId);
    if (minute.written < ENTRIES_PER_MINUTE) {
      minute.written += 1;
      this.journal.add(entry);
    } else minute.heldBack += 1;
  }

  /** Ends the minutes that are over; with `all` every minute (at stop). */
  sweep(all = false): void {
    const now = this.clock.monotonic();
    for (const [deviceId, minute] of this.minutes)
      if (all || now - minute.startMs >= MINUTE_MS) this.end(deviceId, minute);
  }

  private minuteOf(deviceId: DeviceId): Minute {
    const now = this.clock.monotonic();
    const known = this.minutes.get(deviceId);
    if (known && now - known.startMs < MINUTE_MS) return known;
    if (known) this.end(deviceId, known);
    const [oldest] = this.minutes;
    if (this.minutes.size >= MAX_DEVICES && oldest) this.end(...oldest);
    const minute = { startMs: now, written: 0, heldBack: 0 };
    this.minutes.set(deviceId, minute);
    return minute;
  }

  private end(deviceId: DeviceId, { heldBack }: Minute): void {
    this.minutes.delete(deviceId);
    if (heldBack === 0) return;
    this.journal.add({
      kind: 'device.events_held_back',
      deviceId,
      message: `${deviceId}: ${heldBack} further events of this minute were not recorded one by one`,
      details: { count: heldBack },
    });
  }
}
