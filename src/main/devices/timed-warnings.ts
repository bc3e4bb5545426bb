import type { DeviceId } from '../../shared/domain/ids';
import type { Clock } from '../clock';
import type { DeviceRegistry } from './device-registry';

type Timed = { readonly id: DeviceId; readonly code: string; readonly untilMs: number };

/** Warnings that settle by themselves when nothing renews them. There is at most one per device and code. */
export class TimedWarnings {
  private readonly open = new Map<string, Timed>();

  constructor(
    private readonly registry: Pick<DeviceRegistry, 'get' | 'settle'>,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Lets the warning settle after `ms`, counted anew each time. */
  expire(id: DeviceId, code: string, ms: number): void {
    this.open.set(`${id} ${code}`, { id, code, untilMs: this.clock.monotonic() + ms });
  }

  /** Settles what nobody renewed; called from time to time. */
  sweep(): void {
    const now = this.clock.monotonic();
    for (const [key, { id, code, untilMs }] of this.open) {
      if (now < untilMs) continue;
      this.open.delete(key);
      const device = this.registry.get(id);
      if (device) this.registry.settle(device, code);
    }
  }
}
