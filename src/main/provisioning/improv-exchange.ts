import { improvErrors, improvStates, rpcs, type ImprovPacket } from './improv-codec';

/** The strings of every result, in the order in which they came. */
export type Reply = readonly (readonly string[])[];

/** Work that is begun once and awaited: a second order would begin it anew. */
const longWork: ReadonlySet<number> = new Set([rpcs.setWifi, rpcs.scanWifi]);
/** A second order of these after a lost answer would restart the device twice. */
const onlyOnce: ReadonlySet<number> = new Set([rpcs.reboot, rpcs.factoryReset]);

/** Results of one request that are kept, the first ones. Our firmware names at most 16 networks, the strongest first. */
export const MAX_RESULTS = 64;

/** What has come of one request so far. */
export class ImprovExchange {
  readonly results: (readonly string[])[] = [];
  /** Other than "none". */
  error: number | null = null;
  isOver = false;
  private isUnderstood = false;
  private wakeUp = (): void => undefined;

  constructor(readonly rpc: number) {}

  /** Not understood so far; or understood, and its answer, which needs no work, was lost. */
  get mayBeSentAgain(): boolean {
    return !onlyOnce.has(this.rpc) && !(this.isUnderstood && longWork.has(this.rpc));
  }

  take(packet: ImprovPacket): void {
    if (packet.kind === 'error') {
      if (packet.error === improvErrors.none) this.isUnderstood = true;
      else this.end(packet.error);
    } else if (packet.kind === 'state') {
      this.isUnderstood = true;
      // A device that has not joined has no more to say about its state.
      if (this.rpc === rpcs.getState && packet.state !== improvStates.provisioned) this.end(null);
    } else if (packet.kind === 'result') {
      this.takeResult(packet.rpc, packet.strings);
    }
  }

  /** Sleeps until the exchange is over, somebody wakes it, or the event comes that `arm` sets up and its result takes back. */
  async turn(arm: (wake: () => void) => () => void): Promise<void> {
    let disarm = (): void => undefined;
    await new Promise<void>((resolve) => {
      this.wakeUp = resolve;
      disarm = arm(resolve);
    });
    disarm();
  }

  wake(): void {
    this.wakeUp();
  }

  private takeResult(rpc: number, strings: readonly string[]): void {
    // A joined device answers "get state" with the result of "set Wi-Fi".
    if (rpc !== (this.rpc === rpcs.getState ? rpcs.setWifi : this.rpc)) return;
    this.isUnderstood = true;
    const isEnd = rpc === rpcs.scanWifi && strings.length === 0;
    if (!isEnd && this.results.length < MAX_RESULTS) this.results.push(strings);
    // A scan answers with one result for each network, and an empty one at the end.
    if (rpc !== rpcs.scanWifi || isEnd) this.end(null);
  }

  private end(error: number | null): void {
    if (this.isOver) return;
    this.error = error;
    this.isOver = true;
    this.wakeUp();
  }
}
