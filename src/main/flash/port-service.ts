/*
 * The serial ports of this machine: which are there, what is in their way, and who uses which. Flashing, provisioning and the monitor lease a port
 * from here; nobody else opens one. A port has one holder; a monitor gives way to the others.
 */
import type { PortList, SerialPortView } from '../../shared/api/flash';
import { jobFailure, jobSuccess, type JobResult } from '../../shared/domain/job-errors';
import type { Clock } from '../clock';
import type { PortLease, Ports, PortUse } from './flash-room';
import type { MachineFacts } from './machine-facts';
import { portAbsent } from './port-error-rules';
import { canReturn, findPorts, nextPorts, type KnownPort, type KnownPorts } from './known-ports-rules';
import { HeldPort } from './port-lease';
import { linuxProblems, listProblem, watchedPrograms, type PortProblem } from './port-problem-rules';
import type { ListedPort, SerialDriver } from './serial-driver';
import { adapterKey, adapterName, isNativeUsb } from './usb-adapter-rules';

/** A board that is plugged in should be on the screen before the technician looks up; a list costs about 2 ms on Linux, 20 ms on Windows. */
const POLL_MS = 1_000;
/** A list that hangs (a broken driver on Windows) is reported; the next one is asked for when it has come back. */
const LIST_TIMEOUT_MS = 5_000;
/** The list of programs is long (some hundred small files), and what it tells changes seldom. */
const PROBLEM_CHECK_MS = 30_000;
export type PortServiceParts = {
  readonly driver: SerialDriver;
  readonly clock: Clock;
  readonly machine: MachineFacts;
  /** Paths of --serial-port: always listed, whether the system lists them or not. */
  readonly extraPaths: readonly string[];
  /** Something in `list()` has changed. */
  readonly onChange: () => void;
};

export class PortService implements Ports {
  private known: KnownPorts = new Map();
  private readonly held = new Map<string, HeldPort>();
  /** Lines that are being closed by someone who gave way or released, by path. */
  private readonly closing = new Map<string, Promise<void>>();
  private readonly listeners = new Set<(path: string, isPresent: boolean) => void>();
  private listFault: PortProblem | null = null;
  private problems: readonly PortProblem[] = [];
  private checkedMs: number | null = null;
  private isCheckDue = false;
  private polling: Promise<void> | null = null;
  /** The list that was asked for and has not come yet. */
  private listing: Promise<readonly ListedPort[]> | null = null;
  private stopPolling: (() => void) | null = null;

  constructor(private readonly parts: PortServiceParts) {}

  /** Resolves with the first list. */
  async start(): Promise<void> {
    this.stopPolling = this.parts.clock.every(POLL_MS, () => void this.poll());
    await this.poll();
  }

  /** Takes all ports away from their holders and closes them. */
  async stop(): Promise<void> {
    this.stopPolling?.();
    this.stopPolling = null;
    await Promise.all([...this.held.values()].map((lease) => lease.giveWay()));
    await Promise.all(this.closing.values());
    this.listeners.clear();
  }

  readonly list = (): PortList => ({
    ports: [...this.known.values()].map((known) => this.view(known)),
    platform: this.parts.machine.platform,
    problems: [...(this.listFault ? [this.listFault] : []), ...this.problems],
  });

  readonly lease = (path: string, use: PortUse, onWanted?: () => void): JobResult<PortLease> => {
    const known = this.known.get(path);
    if (!known || !canReturn(known, this.parts.clock.monotonic())) return portAbsent(path);
    const holder = this.held.get(path);
    if (holder && (use === 'monitor' || holder.use !== 'monitor')) return heldFailure(path, holder.use);
    if (holder) void holder.giveWay();
    const { driver, clock } = this.parts;
    const lease: HeldPort = new HeldPort({
      path,
      use,
      adapterKey: adapterKey(known.port),
      isNativeUsb: isNativeUsb(known.port),
      driver,
      clock,
      predecessor: this.closing.get(path) ?? Promise.resolve(),
      onWanted,
      onReleased: (released, closed) => this.onReleased(released, closed),
      onUnplugged: () => void this.poll(),
    });
    this.held.set(path, lease);
    this.parts.onChange();
    return jobSuccess(lease);
  };

  readonly onPresence = (listener: (path: string, isPresent: boolean) => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** One list at a time; who asks while one is under way gets that one. */
  private poll(): Promise<void> {
    this.polling ??= this.refresh().finally(() => (this.polling = null));
    return this.polling;
  }

  private async refresh(): Promise<void> {
    const { clock, extraPaths } = this.parts;
    const faultBefore = this.listFault?.message;
    const listed = await this.listInTime();
    const existing = await this.existing(extraPaths);
    // A list that hangs must not hold up the end of the console; nobody needs it then.
    if (this.stopPolling === null) return;
    const { known, changes, isForgotten } = nextPorts(this.known, findPorts(listed, extraPaths, existing), {
      nowMs: clock.now(),
      monotonicMs: clock.monotonic(),
      isHeld: (path) => this.held.has(path),
    });
    this.known = known;
    const hasNewProblems = (await this.checkProblems(changes.length > 0)) || this.listFault?.message !== faultBefore;
    if (changes.length > 0 || isForgotten || hasNewProblems) this.parts.onChange();
    for (const { path, isPresent } of changes) for (const listener of this.listeners) listener(path, isPresent);
  }

  private async existing(paths: readonly string[]): Promise<ReadonlySet<string>> {
    const exist = await Promise.all(paths.map((path) => this.parts.machine.exists(path)));
    return new Set(paths.filter((_path, index) => exist[index]));
  }

  /** No news is not "all unplugged": when the list fails, the ports that were there still are. */
  private async listInTime(): Promise<readonly ListedPort[]> {
    let cancel = () => {};
    const late = new Promise<never>((_resolve, reject) => {
      const error = new Error(`no answer within ${LIST_TIMEOUT_MS / 1000} s`);
      cancel = this.parts.clock.after(LIST_TIMEOUT_MS, () => reject(error));
    });
    try {
      const listed = await Promise.race([this.listOnce(), late]);
      this.listFault = null;
      return listed;
    } catch (error) {
      this.listFault = listProblem(error instanceof Error ? error.message : String(error));
      return [...this.known.values()].filter(isListed).map(({ port }) => port);
    } finally {
      cancel();
    }
  }

  /** One that hangs holds one of Node's four worker threads: no other is asked for before it has come back. */
  private listOnce(): Promise<readonly ListedPort[]> {
    this.listing ??= this.parts.driver.list().finally(() => (this.listing = null));
    return this.listing;
  }

  /** True when they differ from those before. */
  private async checkProblems(hasChanged: boolean): Promise<boolean> {
    const { clock, machine } = this.parts;
    if (machine.platform !== 'linux') return false;
    const nowMs = clock.monotonic();
    const isOld = this.checkedMs === null || nowMs - this.checkedMs >= PROBLEM_CHECK_MS;
    const isDue = this.isCheckDue || isOld;
    // One poll later: udev gives a new device node its rights a moment after it has appeared.
    this.isCheckDue = hasChanged;
    if (!isDue) return false;
    this.checkedMs = nowMs;
    const present = [...this.known.values()].filter(({ isPresent }) => isPresent);
    const [running, hasUdevRule, usbDevices, access] = await Promise.all([
      machine.running(watchedPrograms),
      machine.hasUdevRule(),
      machine.usbDevices(),
      Promise.all(present.map(({ port }) => this.forbidden(port.path))),
    ]);
    const listed = present.map(({ port }) => port).filter(({ vendorId }) => vendorId !== undefined);
    const forbidden = access.filter((port) => port !== null);
    const before = JSON.stringify(this.problems);
    this.problems = linuxProblems({ userName: machine.userName, listed, forbidden, running, hasUdevRule, usbDevices });
    return JSON.stringify(this.problems) !== before;
  }

  private async forbidden(path: string) {
    const { machine } = this.parts;
    if (await machine.canOpen(path)) return null;
    const group = await machine.groupOf(path);
    return { path, group, isMember: group !== null && (await machine.isGroupMember(group)) };
  }

  private onReleased(lease: HeldPort, closed: Promise<void>): void {
    const { path } = lease;
    if (this.held.get(path) === lease) this.held.delete(path);
    // Whoever opens that port next waits for this close, and for one before it that may still be under way.
    const all = Promise.allSettled([this.closing.get(path), closed]).then(() => {
      if (this.closing.get(path) === all) this.closing.delete(path);
    });
    this.closing.set(path, all);
    this.parts.onChange();
  }

  private view({ port, source, isPresent, sinceMs }: KnownPort): SerialPortView {
    const { path, vendorId, productId, serialNumber } = port;
    return {
      path,
      name: adapterName(port),
      isNativeUsb: isNativeUsb(port),
      ...(vendorId !== undefined && { vendorId }),
      ...(productId !== undefined && { productId }),
      ...(serialNumber !== undefined && { serialNumber }),
      source,
      isPresent,
      use: this.held.get(path)?.use ?? 'free',
      since: new Date(sinceMs).toISOString(),
    };
  }
}

/** Came from the system's list, and not from an option alone. */
function isListed({ isPresent, source, port }: KnownPort): boolean {
  return isPresent && (source === 'system' || port.vendorId !== undefined);
}

function heldFailure(path: string, holder: PortUse): JobResult<never> {
  const what = { flash: 'a flash job', provisioning: 'provisioning', monitor: 'a serial monitor' }[holder];
  return jobFailure('port_in_use', `${path} is in use here by ${what}. Wait until that has ended, or cancel it.`, {
    path,
    holder,
  });
}
