import type { DeviceId } from '../../shared/domain/ids';
import { wireLimits } from '../../shared/wire/limits';
import type { OutboundMessage } from '../../shared/wire/message';
import type { Clock } from '../clock';
import type { Publisher } from '../link/publisher';
import { ReplyWaiter } from '../link/reply-waiter';
import type { Operations } from '../operations/operations';
import type { PendingChange } from '../operations/pending-change';

/** The device's config lane was taken; it says so after 1.2 s (wire contract 4.4), so a moment later it is free. */
const BUSY_CODE = 'CONFIG_LANE_BUSY';
export const BUSY_PAUSE_MS = 2_000;

type LaneAck = { readonly correlationId: string | undefined; readonly reasonCode: string | undefined };

/** What became of a change: the device's answer, null for its silence, or why it can never be sent. */
export type LaneEnd<Ack> = { readonly ack: Ack | null } | { readonly refusal: string };

/**
 * Sends zone and subzone changes and waits for the acknowledgement with the same id (wire contract 4.2). What the broker does not take is
 * postponed; a device that is busy is asked once more.
 */
export class LaneSender<Ack extends LaneAck> {
  private readonly replies: ReplyWaiter<Ack>;
  private readonly pauses = new Set<() => void>();

  constructor(
    private readonly parts: {
      readonly operations: Operations;
      readonly publisher: Publisher;
      readonly clock: Clock;
    },
  ) {
    this.replies = new ReplyWaiter(parts.clock);
  }

  stop(): void {
    this.replies.cancelAll();
    for (const cancel of this.pauses) cancel();
  }

  /** `onEnd` is called once, unless the change was postponed or has ended meanwhile. */
  send<T>(change: PendingChange, message: OutboundMessage<T>, payload: T, onEnd: (end: LaneEnd<Ack>) => void): void {
    this.attempt(change, { message, payload, onEnd }, true);
  }

  /** Hands over an acknowledgement; false when nobody waits for it. */
  resolve(deviceId: DeviceId, ack: Ack): boolean {
    const { correlationId: id } = ack;
    const isOpen = id !== undefined && this.parts.operations.change(id) !== undefined;
    return isOpen && this.replies.resolve(replyKey(deviceId, id), ack);
  }

  private attempt<T>(
    change: PendingChange,
    job: { message: OutboundMessage<T>; payload: T; onEnd: (end: LaneEnd<Ack>) => void },
    mayRepeat: boolean,
  ): void {
    const { operations, publisher } = this.parts;
    const { operationId: id, deviceId } = change;
    if (!operations.change(id)) return; // it ended during the pause
    let isOver = false;
    // The broker's refusal may come within the call, so everything is in place before it.
    const giveUp = this.replies.expect(replyKey(deviceId, id), wireLimits.zoneAckMs, (ack) => {
      isOver = true;
      if (!operations.change(id)) return; // the device was removed meanwhile
      if (mayRepeat && ack?.reasonCode === BUSY_CODE) this.pause(() => this.attempt(change, job, false));
      else job.onEnd({ ack });
    });
    const postponed = () => {
      if (isOver) return;
      isOver = true;
      giveUp();
      operations.postpone(id);
    };
    const sent = publisher.send(job.message, { deviceId }, job.payload, postponed);
    if (sent.ok) return;
    if (sent.error.retryable) {
      postponed();
      return;
    }
    isOver = true;
    giveUp();
    job.onEnd({ refusal: sent.error.message });
  }

  private pause(action: () => void): void {
    const cancel = this.parts.clock.after(BUSY_PAUSE_MS, () => {
      this.pauses.delete(cancel);
      action();
    });
    this.pauses.add(cancel);
  }
}

/** Key of a wait: an id counts only from the device that it was sent to. */
function replyKey(deviceId: DeviceId, correlationId: string): string {
  return `${deviceId}:${correlationId}`;
}
