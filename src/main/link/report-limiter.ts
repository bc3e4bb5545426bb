import type { DeviceId } from '../../shared/domain/ids';
import { actuatorResponse } from '../../shared/wire/messages/actuator-response';
import { actuatorStatus } from '../../shared/wire/messages/actuator-status';
import { sensorResponse, systemResponse } from '../../shared/wire/messages/command-response';
import { configResponse } from '../../shared/wire/messages/config';
import { emergencyAck, recoveryConfirm } from '../../shared/wire/messages/emergency';
import { emergencyError, emergencyResponse } from '../../shared/wire/messages/emergency-texts';
import { heartbeat } from '../../shared/wire/messages/heartbeat';
import { intentOutcome } from '../../shared/wire/messages/intent-outcome';
import { onewireScan } from '../../shared/wire/messages/onewire-scan';
import { sensorData } from '../../shared/wire/messages/sensor-data';
import { subzoneAck } from '../../shared/wire/messages/subzone';
import { will } from '../../shared/wire/messages/will';
import { zoneAck } from '../../shared/wire/messages/zone';
import type { Clock } from '../clock';
import { TokenBucket, type BucketLimits } from './token-bucket-state';

/** Stock firmware sends about one report per second at its worst; twenty leave room for one with a lot to tell. */
const REPORTS: BucketLimits = { perSecond: 20, burst: 200 };
/** Each heartbeat costs an acknowledgement. The fastest legal rhythm is one per 5 s (wire contract 1.2). */
const HEARTBEATS: BucketLimits = { perSecond: 5, burst: 20 };
/** Devices whose rate is remembered: ten plants. The one that was silent longest is forgotten first. */
const MAX_DEVICES = 2_000;

/** `free`: readings and answers, which are always taken. */
export type Lane = 'free' | 'report' | 'heartbeat';

/**
 * Readings, states, and what answers something that the console asked for; and the will, which the broker sends: that a device is gone must
 * be seen, above all of one that flooded before. To add a message that is no report: one line.
 */
const free: ReadonlySet<string> = new Set(
  [
    sensorData,
    actuatorResponse,
    actuatorStatus,
    emergencyAck,
    recoveryConfirm,
    emergencyResponse,
    emergencyError,
    zoneAck,
    subzoneAck,
    configResponse,
    intentOutcome,
    systemResponse,
    sensorResponse,
    onewireScan,
    will,
  ].map(({ path }) => path),
);

/** The lane of a message by its path in the catalogue. */
export function laneOf(path: string): Lane {
  if (path === heartbeat.path) return 'heartbeat';
  return free.has(path) ? 'free' : 'report';
}

type Buckets = { readonly report: TokenBucket; readonly heartbeat: TokenBucket };

/** Keeps one device that floods from costing the others: so many reports per device and second, and no more. */
export class ReportLimiter {
  private readonly devices = new Map<DeviceId, Buckets>();

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  /** May this report be handled? */
  admits(deviceId: DeviceId, lane: Exclude<Lane, 'free'>): boolean {
    const now = this.clock.monotonic();
    const buckets = this.devices.get(deviceId) ?? {
      report: new TokenBucket(REPORTS, now),
      heartbeat: new TokenBucket(HEARTBEATS, now),
    };
    this.devices.delete(deviceId); // the one heard last stands last
    this.devices.set(deviceId, buckets);
    const [longestSilent] = this.devices.keys();
    if (this.devices.size > MAX_DEVICES && longestSilent !== undefined) this.devices.delete(longestSilent);
    return buckets[lane].take(now);
  }

  /** Devices that are remembered. */
  get size(): number {
    return this.devices.size;
  }
}
