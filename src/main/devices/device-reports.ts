import type { DeviceId } from '../../shared/domain/ids';
import type { DeviceError } from '../../shared/wire/messages/device-error';
import {
  diagnosticsCodes,
  diagnostics as diagnosticsMessage,
  type Diagnostics,
} from '../../shared/wire/messages/diagnostics';
import type { DeviceMetrics } from '../../shared/wire/messages/heartbeat-metrics';
import type { QueuePressure } from '../../shared/wire/messages/queue-pressure';
import { deviceTimeMs } from '../../shared/wire/timestamp';
import type { DeviceRecord } from './device-record';
import type { DeviceRegistry } from './device-registry';
import { QUEUE_PRESSURE, type DeviceService } from './device-service';

/** Pressure without news for this long is over: the device may have lost the message that said so (QoS 0). */
const PRESSURE_SETTLES_MS = 600_000;

/** What devices tell about themselves beside the heartbeat: health, errors, pressure, and events for the journal. */
export class DeviceReports {
  constructor(
    private readonly registry: DeviceRegistry,
    private readonly devices: DeviceService,
  ) {}

  diagnostics(id: DeviceId, report: Diagnostics): void {
    this.of(id, (device) => {
      device.health = {
        ...device.health,
        heapFreeBytes: report.heapFree,
        rssiDbm: report.rssi,
        ...(report.uptimeS !== undefined && { uptimeS: report.uptimeS }),
        ...(report.systemState !== undefined && { systemState: report.systemState }),
      };
      const receivedAt = new Date(device.lastSeenMs ?? 0).toISOString(); // seen just now
      device.diagnostics = { receivedAt, values: { ...report.values } };
      const raised = diagnosticsMessage.review(report, {}).map(({ code }) => code);
      for (const code of diagnosticsCodes) if (!raised.includes(code)) this.registry.settle(device, code);
      this.registry.save(device);
    });
  }

  /** Counters that were split out of the heartbeat: shown at once, and merged into the heartbeats to come. */
  metrics(id: DeviceId, metrics: DeviceMetrics): void {
    this.devices.metrics.keep(id, metrics);
    this.of(id, (device) => {
      const merged = this.devices.metrics.merged(id);
      device.health = { ...device.health, ...(merged && { metrics: merged }) };
      this.devices.noteReject(device, metrics.lastReject);
      this.registry.save(device);
    });
  }

  error(id: DeviceId, { code, severity, category, message, ts, unknown }: DeviceError): void {
    this.of(id, (device) => {
      const text = message === '' ? `error ${code}` : `${message} (error ${code})`;
      const atMs = deviceTimeMs(ts);
      const details = {
        code,
        severity,
        category,
        ...(atMs !== null && { deviceTime: new Date(atMs).toISOString() }),
        ...(Object.keys(unknown).length > 0 && { raw: unknown }),
      };
      this.record(device, 'device.error', text, details);
      this.registry.warn(device, { code: `error_${code}`, message: text });
    });
  }

  queuePressure(id: DeviceId, { isPressed, isOver, fillLevel }: QueuePressure): void {
    this.of(id, (device) => {
      if (isOver) this.registry.settle(device, QUEUE_PRESSURE);
      if (!isPressed) return;
      this.devices.timed.expire(id, QUEUE_PRESSURE, PRESSURE_SETTLES_MS);
      this.registry.warn(device, {
        code: QUEUE_PRESSURE,
        message: 'The device cannot send as fast as it measures; it may drop readings.',
        raw: String(fillLevel ?? ''),
      });
    });
  }

  /** An event that is only recorded. */
  event(id: DeviceId, kind: string, message: string, details: Readonly<Record<string, unknown>>): void {
    this.of(id, (device) => this.record(device, kind, message, details));
  }

  /** A report that says nothing to the operator. */
  heard(id: DeviceId): void {
    this.of(id, () => undefined);
  }

  private record(
    { id, name }: DeviceRecord,
    kind: string,
    message: string,
    details: Readonly<Record<string, unknown>>,
  ): void {
    this.devices.events.add({ kind, deviceId: id, actor: `device:${id}`, message: `${name}: ${message}`, details });
  }

  private of(id: DeviceId, action: (device: DeviceRecord) => void): void {
    const device = this.registry.get(id);
    if (!device) return;
    this.devices.seen(device);
    action(device);
  }
}
