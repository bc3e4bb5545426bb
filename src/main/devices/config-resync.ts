import { configSectionNames, type ConfigSectionName } from '../../shared/api/devices';
import type { DeviceId } from '../../shared/domain/ids';
import type { Heartbeat } from '../../shared/wire/messages/heartbeat';
import type { Clock } from '../clock';
import type { Operations } from '../operations/operations';
import { countMismatches, nextCount, noPushes, type CountState } from './config-count-rules';
import type { ReasonCode } from './config-plan';
import type { DeviceRecord } from './device-record';
import type { DeviceRegistry } from './device-registry';

const WARNING = 'count_mismatch';

export type ResyncParts = {
  readonly registry: DeviceRegistry;
  readonly operations: Operations;
  readonly clock: Clock;
  /** Sends sections of the wish again. */
  readonly resend: (device: DeviceRecord, names: readonly ConfigSectionName[], reason: ReasonCode) => void;
};

/** Configurations that the console sends by itself: the counts of a heartbeat don't fit, or a device is back after a push that failed. */
export class ConfigResync {
  private readonly states = new Map<DeviceId, CountState>();

  constructor(private readonly parts: ResyncParts) {}

  /** The operator sent a configuration: whatever was tried before does not count any more. */
  requested(deviceId: DeviceId): void {
    this.states.delete(deviceId);
  }

  counted(device: DeviceRecord, beat: Heartbeat): void {
    const { registry, operations, clock } = this.parts;
    if (device.approval !== 'approved' || operations.has(device.id, 'config')) return;
    const names = countMismatches(device.config, beat);
    if (names.length === 0) {
      const state = this.states.get(device.id);
      if (state) this.states.set(device.id, { ...noPushes, pushedAtMs: state.pushedAtMs });
      registry.settle(device, WARNING);
      return;
    }
    const counts = `${beat.sensor_count ?? '-'} sensors, ${beat.actuator_count ?? '-'} actuators`;
    const { state, action } = nextCount(this.states.get(device.id) ?? noPushes, counts, clock.monotonic());
    this.states.set(device.id, state);
    if (action === 'push') this.parts.resend(device, names, 'heartbeat_count_mismatch');
    if (action === 'give_up' && !device.warnings.has(WARNING))
      registry.warn(device, {
        code: WARNING,
        message: `The device does not report as many ${names.join(' and ')} as are wished, also after the configuration was sent again. Compare both on its page, then send it once more.`,
        raw: counts,
      });
  }

  /** A push that failed or was not answered is sent again once when its device comes back. */
  deviceBack(device: DeviceRecord): void {
    const { config, approval, id } = device;
    if (approval !== 'approved' || config.isSentAgain || this.parts.operations.has(id, 'config')) return;
    const names = configSectionNames.filter((name) => config.state[name] === 'failed' && config.desired?.[name]);
    if (names.length === 0) return;
    this.parts.resend(device, names, 'reconnect');
    device.config = { ...device.config, isSentAgain: true };
    this.parts.registry.save(device);
  }
}
