import type { DeviceId } from '../../shared/domain/ids';
import type { Violation } from '../../shared/wire/message';
import type { Clock } from '../clock';
import { FOREIGN_ID, type Watch } from '../link/handler-registry';
import { ReportLimiter, type Lane } from '../link/report-limiter';
import type { DeviceRecord } from './device-record';
import type { DeviceRegistry } from './device-registry';
import type { DeviceSequences } from './device-sequences';
import type { ForeignDevices } from './foreign-devices';
import type { TimedWarnings } from './timed-warnings';

/** A device that floods is warned about at most this often … */
const FLOODING_EVERY_MS = 1_000;
/** … and until it was quiet for this long. */
const FLOODING_SETTLES_MS = 60_000;
/** Longest raw word that a warning shows, characters. */
const RAW_CHARS = 120;

/** Sentences for violations that deserve their own; every other one names its field. */
const sentences: Readonly<Record<string, string>> = {
  [FOREIGN_ID]: 'A payload names another device than its topic; it was attributed to the topic.',
  unknown_system_state: 'The device reports a state that the contract does not know.',
  unknown_error_severity:
    'The device reports an error with a severity that the contract does not know; it counts as an error.',
  unknown_error_category:
    'The device reports an error of a category that the contract does not know; it counts as SYSTEM.',
};

/** What the link notices about devices becomes visible on them: words beyond the contract, floods, gaps, and strangers. */
export class ContractWatch implements Watch {
  private readonly limiter: ReportLimiter;
  private readonly warnedAtMs = new WeakMap<DeviceRecord, number>();

  constructor(
    private readonly parts: {
      readonly registry: DeviceRegistry;
      readonly sequences: DeviceSequences;
      readonly timed: TimedWarnings;
      readonly foreign: ForeignDevices;
      readonly clock: Clock;
    },
  ) {
    this.limiter = new ReportLimiter(parts.clock);
  }

  onViolation(id: DeviceId, messageName: string, { code, field, raw }: Violation): void {
    const { registry } = this.parts;
    const device = registry.get(id);
    if (!device) return;
    const sentence = Object.hasOwn(sentences, code) ? sentences[code] : undefined;
    const message = sentence ?? `The ${field} in a ${messageName} message is a word that the contract does not know.`;
    registry.warn(device, { code, message, raw: raw.slice(0, RAW_CHARS) });
  }

  onForeign(kaiserId: string, deviceId: DeviceId): void {
    this.parts.foreign.heard(kaiserId, deviceId);
  }

  isOwn(id: DeviceId): boolean {
    return this.parts.registry.get(id) !== undefined;
  }

  admits(id: DeviceId, lane: Exclude<Lane, 'free'>): boolean {
    if (this.limiter.admits(id, lane)) return true;
    const device = this.parts.registry.get(id);
    if (device) this.noteFlood(device);
    return false;
  }

  onNumber(id: DeviceId, seq: number, isRedelivered: boolean): void {
    this.parts.sequences.take(id, seq, isRedelivered);
  }

  private noteFlood(device: DeviceRecord): void {
    const { registry, timed, clock } = this.parts;
    device.counters.limited += 1;
    const now = clock.monotonic();
    if (now - (this.warnedAtMs.get(device) ?? -Infinity) < FLOODING_EVERY_MS) return;
    this.warnedAtMs.set(device, now);
    timed.expire(device.id, 'flooding', FLOODING_SETTLES_MS);
    registry.warn(device, {
      code: 'flooding',
      message:
        'The device sends more reports than the console takes from one device; the rest is counted and not handled. Readings and answers are always taken.',
      raw: String(device.counters.limited),
    });
  }
}
