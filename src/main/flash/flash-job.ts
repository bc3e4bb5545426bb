/*
 * One job on one port, from the lease to its release: connects, does its work (image-writing.ts, flash-backup.ts), restarts the device, and turns
 * whatever goes wrong into one sentence. Made by flash-service.ts.
 */
import { flashBauds, type FlashJob } from '../../shared/api/flash';
import type { Clock } from '../clock';
import type { ConnectedChip } from './chip-facts';
import { internalError, isLineTrouble, jobErrorOf } from './flash-failure-rules';
import { isEnded, next, type FlashJobEvent, type FlashJobState } from './flash-job-state';
import type { PortLease } from './flash-room';
import { JobFault, JobStopped } from './loader-faults';
import { LoaderSession, ROM_BAUD, type SpeedMemory } from './loader-session';
import { restartAndListen } from './boot-listening';
import { LineError } from './serial-driver';

export type RunningJobParts = {
  readonly lease: PortLease;
  readonly clock: Clock;
  readonly speeds: SpeedMemory;
  readonly onChange: (job: FlashJob) => void;
  /** Called once, before `whenEnded` resolves. */
  readonly onEnded: (job: FlashJob) => void;
  /** Takes what should never happen; the job fails as `internal`. */
  readonly onBug: (error: unknown) => void;
};

export type JobContext = {
  readonly session: LoaderSession;
  readonly chip: ConnectedChip;
  readonly tell: (event: FlashJobEvent) => void;
};

/** What a job does between connecting and restarting. Called again from the start when the line fails at a high speed. */
export type JobWork = (context: JobContext) => Promise<void>;

/** A job under way. */
export class RunningJob {
  private readonly stopping = new AbortController();
  private readonly finished = Promise.withResolvers<FlashJob>();

  constructor(
    private readonly parts: RunningJobParts,
    private state: FlashJobState,
  ) {}

  get view(): FlashJob {
    return this.state.view;
  }

  get whenEnded(): Promise<FlashJob> {
    return this.finished.promise;
  }

  /** Ends the job as soon as the chip has been reset and the port is free. */
  stop(reason: 'cancelled' | 'interrupted'): void {
    if (!this.stopping.signal.aborted) this.stopping.abort(new JobStopped(reason));
  }

  /** Runs the job to its end; never rejects. `maxBaud` is the speed to begin with. */
  async run(work: JobWork, maxBaud: number): Promise<void> {
    const outcome = await this.outcome(work, maxBaud);
    await this.parts.lease.release();
    this.tell(outcome);
    this.parts.onEnded(this.view);
    this.finished.resolve(this.view);
  }

  private readonly tell = (event: FlashJobEvent): void => {
    const { clock, onChange } = this.parts;
    const before = this.state;
    this.state = next(before, event, clock.now());
    if (this.state !== before) onChange(this.view);
  };

  private async outcome(work: JobWork, firstBaud: number): Promise<FlashJobEvent> {
    const { lease, clock, speeds } = this.parts;
    let maxBaud = firstBaud;
    for (;;) {
      const session = new LoaderSession({
        lease,
        clock,
        speeds,
        signal: this.stopping.signal,
        onHint: (hint) => this.tell({ type: 'hint', hint }),
      });
      try {
        await this.attempt(session, work, maxBaud);
        // Only now it is known that the speed was to blame.
        if (maxBaud !== firstBaud) speeds.remember(lease.adapterKey, maxBaud);
        return { type: 'done' };
      } catch (error) {
        // Down to the slowest, one after the other; what was written by then is found equal and left.
        const slower = this.slowerAfter(error, session);
        if (slower === null) return await this.givenUp(error, session);
        this.tell({
          type: 'note',
          text: `Bytes were lost at ${session.baud} baud; the job began anew at ${slower} baud.`,
        });
        maxBaud = slower;
        await session.abandonLine();
      }
    }
  }

  private async attempt(session: LoaderSession, work: JobWork, maxBaud: number): Promise<void> {
    const { lease, clock } = this.parts;
    const { signal } = this.stopping;
    signal.throwIfAborted();
    this.tell({ type: 'connecting' });
    const chip = await session.connect(maxBaud);
    this.tell({ type: 'connected', facts: chip.facts, baud: session.baud });
    await work({ session, chip, tell: this.tell });
    this.tell({ type: 'resetting' });
    if (this.view.kind === 'backup') {
      await session.restart();
      return;
    }
    await restartAndListen({
      session,
      clock,
      signal,
      isNativeUsb: lease.isNativeUsb,
      onLines: (lines) => this.tell({ type: 'boot_log', lines }),
      onNote: (text) => this.tell({ type: 'note', text }),
      onPressReset: () => this.tell({ type: 'hint', hint: 'press_reset' }),
    });
  }

  private slowerAfter(error: unknown, session: LoaderSession): number | null {
    const { baud } = session;
    if (baud === null || baud === ROM_BAUD || !isLineTrouble(error) || this.stopping.signal.aborted) return null;
    return flashBauds.find((candidate) => candidate < baud) ?? null;
  }

  /** Leaves the device running if that is possible. */
  private async givenUp(error: unknown, session: LoaderSession): Promise<FlashJobEvent> {
    const known = jobErrorOf(error, { ...this.view, isTouched: this.state.isTouched });
    if (!known) this.parts.onBug(error);
    try {
      await session.restart();
    } catch (afterwards) {
      // The port is gone or fails: nothing more can be done for the device.
      if (!(afterwards instanceof LineError || afterwards instanceof JobFault)) this.parts.onBug(afterwards);
    }
    return { type: 'failed', error: known ?? internalError() };
  }
}

/** Whether a job is still under way. */
export function isUnderWay(job: RunningJob): boolean {
  return !isEnded(job.view);
}
