/*
 * The serial ports of this machine, through serialport 13. Owns the classification of what goes wrong while opening; an open line is
 * node-serial-line.ts. Called by PortService.
 *
 * The package's binding is used directly, without its stream on top: the stream queues calls on a closed port for ever, closes twice when a write
 * fails, and puts a buffer of 64 kB in between.
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { SerialPort } from 'serialport';
import { jobSuccess, type JobResult } from '../../shared/domain/job-errors';
import type { Clock } from '../clock';
import { listLinuxPorts } from './linux-ports';
import type { MachineFacts } from './machine-facts';
import { NodeSerialLine, type Binding } from './node-serial-line';
import { openFailure, portFailed } from './port-error-rules';
import type { ListedPort, SerialDriver, SerialLine } from './serial-driver';

/** A port whose driver hangs in `open` (Windows, after a bad unplug) would hold its job for ever. */
const OPEN_TIMEOUT_MS = 5_000;

export class NodeSerialDriver implements SerialDriver {
  constructor(
    private readonly machine: Pick<MachineFacts, 'platform' | 'groupOf'>,
    private readonly clock: Clock,
  ) {}

  readonly list = async (): Promise<readonly ListedPort[]> => {
    if (this.machine.platform === 'linux') return await listLinuxPorts();
    const ports = await SerialPort.list();
    return ports.map(({ path, manufacturer, vendorId, productId, serialNumber }) => ({
      path: this.machine.platform === 'darwin' ? callOutPath(path) : path,
      ...(manufacturer !== undefined && { manufacturer }),
      ...(vendorId !== undefined && { vendorId: fourDigits(vendorId) }),
      ...(productId !== undefined && { productId: fourDigits(productId) }),
      ...(serialNumber !== undefined && { serialNumber }),
    }));
  };

  readonly open = async (path: string, baud: number): Promise<JobResult<SerialLine>> => {
    try {
      const binding = await this.openInTime(path, baud);
      if (binding === null)
        return portFailed(path, `its driver did not open it within ${OPEN_TIMEOUT_MS / 1000} seconds`);
      const line = new NodeSerialLine(binding, path, { baud, clock: this.clock, platform: this.machine.platform });
      await line.start();
      return jobSuccess(line);
    } catch (error) {
      return await this.explain(path, error instanceof Error ? error.message : String(error));
    }
  };

  /** Null when it takes too long; should it be opened after all, it is closed at once. */
  private async openInTime(path: string, baud: number): Promise<Binding | null> {
    // Without hupcl:false Windows asserts DTR on open; lock: exclusive, so that a second program is refused instead of sharing the bytes.
    const opening: Promise<Binding> = SerialPort.binding.open({ path, baudRate: baud, hupcl: false, lock: true });
    let isLate = false;
    let cancel = () => {};
    const late = new Promise<null>((resolve) => {
      cancel = this.clock.after(OPEN_TIMEOUT_MS, () => {
        isLate = true;
        resolve(null);
      });
    });
    // Neither a late failure nor a close that fails is anybody's: the port has gone then.
    opening.then((binding) => (isLate ? binding.close() : undefined)).catch(() => undefined);
    try {
      return await Promise.race([opening, late]);
    } finally {
      cancel();
    }
  }

  private async explain(path: string, reason: string): Promise<JobResult<SerialLine>> {
    const { platform } = this.machine;
    const isLocked = /cannot lock port/i.test(reason);
    const systemCode = platform === 'win32' || isLocked ? null : await openCode(path);
    const group = systemCode === 'EACCES' ? await this.machine.groupOf(path) : null;
    return openFailure({ path, platform, reason, systemCode, group });
  }
}

/** The code with which the system refuses to open a device node; null when it does not. */
async function openCode(path: string): Promise<string | null> {
  try {
    const file = await open(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    await file.close();
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? null;
  }
}

/** macOS has two nodes per port; tty.* waits for a carrier that a board never gives. */
function callOutPath(path: string): string {
  return path.replace(/^\/dev\/tty\./, '/dev/cu.');
}

function fourDigits(hexadecimal: string): string {
  return hexadecimal.replace(/^0x/i, '').toLowerCase().padStart(4, '0');
}
