import type { DeviceId } from '../../shared/domain/ids';
import type { DeviceError } from '../../shared/wire/messages/device-error';
import type { Diagnostics } from '../../shared/wire/messages/diagnostics';
import type { QueuePressure } from '../../shared/wire/messages/queue-pressure';
import type { Journal } from '../journal/journal';
import type { DeviceRecord } from './device-record';
import type { DeviceRegistry } from './device-registry';

/** What devices tell about themselves beside the heartbeat: health, errors, pressure, and events for the journal. */
export class DeviceReports {
  constructor(
    private readonly registry: DeviceRegistry,
    private readonly journal: Journal,
    private readonly seen: (device: DeviceRecord) => void,
  ) {}

  diagnostics(id: DeviceId, report: Diagnostics): void {
    this.of(id, (device) => {
      device.health = {
        ...device.health,
        heapFreeBytes: report.heap_free,
        rssiDbm: report.wifi_rssi,
        ...(report.uptime_seconds !== undefined && { uptimeS: report.uptime_seconds }),
        ...(report.system_state !== undefined && { systemState: report.system_state }),
      };
      this.registry.save(device);
    });
  }

  metrics(id: DeviceId, counters: Readonly<Record<string, number>>): void {
    this.of(id, (device) => {
      device.health = { ...device.health, metrics: counters };
      this.registry.save(device);
    });
  }

  error(id: DeviceId, { code, severity, category, message }: DeviceError): void {
    this.of(id, (device) => {
      const text = message === '' ? `error ${code}` : `${message} (error ${code})`;
      this.journal.add({
        kind: 'device.error',
        deviceId: id,
        actor: `device:${id}`,
        message: `${device.name}: ${text}`,
        details: { code, severity, category },
      });
      this.registry.warn(device, { code: `error_${code}`, message: text });
    });
  }

  queuePressure(id: DeviceId, { isOver, fillLevel }: QueuePressure): void {
    this.of(id, (device) => {
      if (isOver) this.registry.settle(device, 'queue_pressure');
      else
        this.registry.warn(device, {
          code: 'queue_pressure',
          message: 'The device cannot send as fast as it measures; it may drop readings.',
          raw: String(fillLevel ?? ''),
        });
    });
  }

  /** An event that is only recorded. */
  event(id: DeviceId, kind: string, message: string, details: Readonly<Record<string, unknown>>): void {
    this.of(id, (device) =>
      this.journal.add({ kind, deviceId: id, actor: `device:${id}`, message: `${device.name}: ${message}`, details }),
    );
  }

  private of(id: DeviceId, action: (device: DeviceRecord) => void): void {
    const device = this.registry.get(id);
    if (!device) return;
    this.seen(device);
    action(device);
  }
}
