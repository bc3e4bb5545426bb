import type { Provision, Twin, TwinEvent, WorldLine } from '../../src/main/plant/twin-module';

/** A device whose firmware does what a test tells it, and keeps what it was told. */
export class FakeTwin implements Twin {
  /** Everything that was said to it, in order. */
  readonly told: string[] = [];
  readonly received: number[] = [];
  /** What it wants next; said once. */
  wish: 'none' | 'open' | 'close' = 'none';
  output: Uint8Array[] = [];
  events: TwinEvent[] = [];
  /** How long after a call it wants the next one. */
  restMs = 60_000;
  stored: Uint8Array = Uint8Array.of(1, 2, 3);
  /** Thrown by the next call of `tick`. */
  failure: Error | undefined;
  ticks = 0;

  readonly tick = (nowMs: number): number => {
    this.ticks += 1;
    if (this.failure) throw this.failure;
    return nowMs + this.restMs;
  };
  readonly receive = (bytes: Uint8Array): void => void this.received.push(...bytes);
  readonly takeOutput = (): Uint8Array => Buffer.concat(this.output.splice(0));
  readonly socketWish = (): 'none' | 'open' | 'close' => {
    const { wish } = this;
    this.wish = 'none';
    return wish;
  };
  readonly socketChanged = (isOpen: boolean): void => void this.told.push(isOpen ? 'socket open' : 'socket gone');
  readonly setNetwork = (isUp: boolean): void => void this.told.push(isUp ? 'network up' : 'network down');
  readonly setTime = (unixS: number): void => void this.told.push(`time ${unixS}`);
  readonly world = (line: WorldLine): void => void this.told.push(JSON.stringify(line));
  readonly takeEvents = (): readonly TwinEvent[] => this.events.splice(0);
  readonly provision = (provision: Provision): void => void this.told.push(JSON.stringify(provision));
  readonly flash = (): Uint8Array => this.stored;
  readonly serial = (bytes: Uint8Array): Uint8Array => {
    this.told.push(`serial ${bytes.length}`);
    return Uint8Array.of();
  };
  readonly close = (): void => void this.told.push('closed');
}
