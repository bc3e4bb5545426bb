import type { PortLease, Ports } from '../../src/main/flash/flash-room';
import type { PortList, SerialPortView } from '../../src/shared/api/flash';
import { jobFailure, type JobResult } from '../../src/shared/domain/job-errors';

type Board = { readonly serialNumber?: string; readonly isNativeUsb?: boolean };

/** Ports into which a test plugs boards. Nothing can be opened. */
export class FakePorts implements Ports {
  private readonly ports = new Map<string, SerialPortView>();
  private readonly listeners = new Set<(path: string, isPresent: boolean) => void>();

  get listenerCount(): number {
    return this.listeners.size;
  }

  plug(path: string, { serialNumber, isNativeUsb = false }: Board = {}): void {
    this.ports.set(path, {
      path,
      name: 'CP210x',
      isNativeUsb,
      ...(serialNumber !== undefined && { serialNumber }),
      source: 'system',
      isPresent: true,
      use: 'free',
      since: '2026-11-21T12:00:00.000Z',
    });
    for (const listener of this.listeners) listener(path, true);
  }

  /** A port that is gone is not listed any more, as with most of the system's. */
  unplug(path: string): void {
    this.ports.delete(path);
    for (const listener of this.listeners) listener(path, false);
  }

  readonly list = (): PortList => ({ ports: [...this.ports.values()], platform: 'linux', problems: [] });

  readonly lease = (path: string): JobResult<PortLease> => jobFailure('port_absent', `${path} is a fake.`);

  readonly onPresence = (listener: (path: string, isPresent: boolean) => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
}
