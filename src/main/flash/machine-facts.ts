import type { PortList } from '../../shared/api/flash';

export type UsbDevice = { readonly vendorId: string; readonly productId: string };

/** What the console asks of the machine it runs on, apart from its serial ports. The real one is local-machine.ts. */
export type MachineFacts = {
  readonly platform: PortList['platform'];
  /** The user that the console runs as, for a command that we propose. */
  readonly userName: string;
  /** Is there a device node of that path? */
  readonly exists: (path: string) => Promise<boolean>;
  /** May this process read and write it? */
  readonly canOpen: (path: string) => Promise<boolean>;
  /** The group that owns a device node; null when it cannot be told. */
  readonly groupOf: (path: string) => Promise<string | null>;
  /** Is the user in that group according to the system's list? The session may be older than that. */
  readonly isGroupMember: (group: string) => Promise<boolean>;
  /** Those of the named programs that are running. */
  readonly running: (programs: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Is our udev rule where udev looks for it? */
  readonly hasUdevRule: () => Promise<boolean>;
  /** USB devices that are plugged in, whether they have a serial port or not. */
  readonly usbDevices: () => Promise<readonly UsbDevice[]>;
};
