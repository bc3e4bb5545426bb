import type { DeviceFaults } from '../../shared/api/plant';
import type { Clock } from '../clock';
import { DelayLine } from './delay-line';
import { PacketSplitter } from './packet-splitter';
import { disturb } from './transport-rules';

/** A message that waits to be overtaken goes after this at the latest, ms: a quiet device must not lose it. */
const HOLD_MS = 2_000;

export type BadNetworkParts = {
  readonly clock: Clock;
  /** Numbers of [0, 1). */
  readonly random: () => number;
  readonly toBroker: (bytes: Uint8Array) => void;
  readonly toDevice: (bytes: Uint8Array) => void;
  /** More is waiting than a network would hold: the connection has to break. */
  readonly onOverflow: () => void;
};

/** The way between a simulated device and its broker, with the faults that are switched on. */
export class BadNetwork {
  private readonly splitter = new PacketSplitter();
  private readonly up: DelayLine;
  private readonly down: DelayLine;
  private held: Uint8Array | null = null;
  private cancelHold: () => void = () => undefined;

  constructor(private readonly parts: BadNetworkParts) {
    const { clock, toBroker, toDevice, onOverflow } = parts;
    this.up = new DelayLine({ clock, deliver: toBroker, onOverflow });
    this.down = new DelayLine({ clock, deliver: toDevice, onOverflow });
  }

  /** Bytes of the device, in any pieces. */
  fromDevice(bytes: Uint8Array, faults: DeviceFaults): void {
    for (const packet of this.splitter.push(bytes)) {
      const { out, held, answers } = disturb(this.held, packet, faults, this.parts.random);
      for (const one of out) this.up.push(one, faults.delayMs);
      for (const one of answers) this.down.push(one, faults.delayMs);
      this.hold(held, faults.delayMs);
    }
  }

  /** Bytes of the broker, in any pieces. */
  fromBroker(bytes: Uint8Array, { delayMs }: DeviceFaults): void {
    this.down.push(bytes, delayMs);
  }

  /** The connection is gone, with everything under way. */
  clear(): void {
    this.cancelHold();
    this.held = null;
    this.splitter.clear();
    this.up.clear();
    this.down.clear();
  }

  private hold(held: Uint8Array | null, delayMs: number): void {
    if (held === this.held) return;
    this.cancelHold();
    this.held = held;
    if (held === null) return;
    this.cancelHold = this.parts.clock.after(HOLD_MS, () => {
      this.held = null;
      this.up.push(held, delayMs);
    });
  }
}
