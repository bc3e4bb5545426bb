import type { MachineFacts, UsbDevice } from '../../src/main/flash/machine-facts';

/** A machine as a test wants it: by default Linux, with all rights, without programs in the way. */
export class FakeMachine implements MachineFacts {
  platform: MachineFacts['platform'] = 'linux';
  readonly userName = 'kim';
  /** Device nodes that are there beside those that the driver lists. */
  readonly nodes = new Set<string>();
  /** Owner group of nodes that may not be opened. */
  readonly forbidden = new Map<string, string>();
  readonly memberOf = new Set<string>();
  readonly programs = new Set<string>();
  readonly devices: UsbDevice[] = [];
  hasRule = false;
  /** Looks through the list of programs. */
  scans = 0;

  readonly exists = (path: string) => Promise.resolve(this.nodes.has(path));
  readonly canOpen = (path: string) => Promise.resolve(!this.forbidden.has(path));
  readonly groupOf = (path: string) => Promise.resolve(this.forbidden.get(path) ?? null);
  readonly isGroupMember = (group: string) => Promise.resolve(this.memberOf.has(group));
  readonly hasUdevRule = () => Promise.resolve(this.hasRule);
  readonly usbDevices = () => Promise.resolve(this.devices);
  readonly running = (programs: readonly string[]) => {
    this.scans += 1;
    return Promise.resolve(new Set(programs.filter((program) => this.programs.has(program))));
  };
}
