import type { VirtualBoard } from './virtual-board';

/** What a port needs of a board: the board itself, or one behind a line that takes time (`PacedLine`). */
export type BoardEnd = Pick<
  VirtualBoard,
  'autoReset' | 'isPlugged' | 'onOutput' | 'onPlug' | 'plugIn' | 'powerOn' | 'setHostBaud' | 'setSignals' | 'unplug'
> & {
  /** Settles when the bytes have left the host. */
  readonly feed: (bytes: Uint8Array) => void | Promise<void>;
};
