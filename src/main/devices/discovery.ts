import type { DeviceId } from '../../shared/domain/ids';
import type { Clock } from '../clock';
import type { Journal } from '../journal/journal';
import { TokenBucket, type BucketLimits } from '../link/token-bucket-state';
import type { DeviceRecord } from './device-record';
import { MAX_PENDING_DEVICES, type DeviceRegistry } from './device-registry';

/**
 * New devices that are taken over: as many at once as may wait for approval, then one per second. Upstream takes ten per minute (wire
 * contract 2.2), but switching on a hall brings hundreds within seconds, and each stays silent until it is known.
 */
const NEW_DEVICES: BucketLimits = { perSecond: 1, burst: MAX_PENDING_DEVICES };
/** Error answers to devices that nobody knows: each costs a publish, and invented ids cost nothing. */
const STRANGERS: BucketLimits = { perSecond: 20, burst: 100 };
/** How often the journal says that devices are held back. */
const NOTE_EVERY_MS = 60_000;

/** Takes unknown devices over, slowly enough that a flood of invented ids hurts nobody. MOCK ids wait for approval like all others. */
export class Discovery {
  private readonly newcomers: TokenBucket;
  private readonly strangers: TokenBucket;
  private heldBack = 0;
  private notedAtMs = -Infinity;

  constructor(
    private readonly parts: {
      readonly registry: DeviceRegistry;
      readonly journal: Journal;
      readonly clock: Clock;
      readonly kaiserId: string;
      readonly countUnknown: () => void;
    },
  ) {
    const now = parts.clock.monotonic();
    this.newcomers = new TokenBucket(NEW_DEVICES, now);
    this.strangers = new TokenBucket(STRANGERS, now);
  }

  /** The record of a new device, or null: it gets no answer and asks again by itself. */
  add(id: DeviceId): DeviceRecord | null {
    const { registry, journal, clock, kaiserId } = this.parts;
    const device = this.newcomers.take(clock.monotonic()) ? registry.add(id, { kaiserId }) : null;
    if (device) journal.add({ kind: 'device.discovered', deviceId: id, message: `${id} found, waits for approval` });
    else this.holdBack();
    return device;
  }

  /** May a broken heartbeat of an unknown device be answered? */
  answersStranger(): boolean {
    if (this.strangers.take(this.parts.clock.monotonic())) return true;
    this.parts.countUnknown();
    return false;
  }

  private holdBack(): void {
    const { journal, clock, countUnknown } = this.parts;
    countUnknown();
    this.heldBack += 1;
    const now = clock.monotonic();
    if (now - this.notedAtMs < NOTE_EVERY_MS) return;
    journal.add({
      kind: 'device.discovery_limited',
      message: `New devices are held back: more than one per second report, or ${MAX_PENDING_DEVICES} wait for approval. Approve or reject those that wait; the others report again by themselves.`,
      details: { messages: this.heldBack },
    });
    this.notedAtMs = now;
    this.heldBack = 0;
  }
}
