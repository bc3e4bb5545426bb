import type { DeviceId } from '../../shared/domain/ids';
import type { Heartbeat } from '../../shared/wire/messages/heartbeat';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { DeviceRegistry } from '../devices/device-registry';
import type { DeviceService } from '../devices/device-service';
import { decideResync, reportedZone, zoneMismatch } from './resync-rules';
import type { ZoneAssignment } from './zone-assignment';

const MISMATCH = 'zone_mismatch';

/**
 * Compares what devices report with what was wished, at each heartbeat. A device that came back or lost its zone gets zone and subzones
 * again (wire contract 2.5, 4.5); the rules are in resync-rules.ts.
 */
export class Resync {
  /** Devices that came back or restarted and have not been looked at since. */
  private readonly back = new Set<DeviceId>();

  constructor(
    private readonly parts: {
      readonly registry: DeviceRegistry;
      readonly devices: DeviceService;
      readonly assignment: ZoneAssignment;
      readonly clock: Clock;
    },
  ) {}

  /** Listens to the devices. */
  start(): void {
    const { devices, registry } = this.parts;
    devices.onPresence(({ id, presence }) => {
      if (presence.state === 'online') this.back.add(id);
    });
    devices.onRestart((id) => void this.back.add(id));
    devices.onHeartbeat((device, beat) => this.heartbeat(device, beat));
    registry.onRemove((id) => void this.back.delete(id));
  }

  private heartbeat(device: DeviceRecord, beat: Heartbeat): void {
    const { assignment, clock } = this.parts;
    const { id } = device;
    const reported = reportedZone(beat);
    const isZoneOpen = assignment.isOpen(id);
    if (!isZoneOpen) this.compare(device, reported);
    const { confirmedMs = -Infinity, endedMs = -Infinity, failures = 0 } = assignment.timesOf(id);
    const decision = decideResync({
      device,
      reported,
      subzoneCount: beat.config_status?.subzone_count,
      isBack: this.back.has(id),
      isZoneOpen,
      sinceConfirmedMs: clock.monotonic() - confirmedMs,
      sinceEndedMs: clock.monotonic() - endedMs,
      failures,
    });
    if (decision.kind !== 'later') this.back.delete(id);
    if (decision.kind === 'send') assignment.resync(device, decision.why);
  }

  private compare(device: DeviceRecord, reported: ReturnType<typeof reportedZone>): void {
    const { registry } = this.parts;
    const message = zoneMismatch(device, reported);
    if (message !== null) registry.warn(device, { code: MISMATCH, message, raw: reported ?? 'none' });
    else if (reported !== undefined) registry.settle(device, MISMATCH);
  }
}
