import type { SetupJob } from '../../shared/api/commissioning';
import type { FlashJob } from '../../shared/api/flash';
import type { ProvisioningJob } from '../../shared/api/provisioning';
import { assertNever } from '../../shared/domain/assert';
import type { DeviceId } from '../../shared/domain/ids';
import type { JobError } from '../../shared/domain/job-errors';

/** Why a setup ends before its time: an operator wished it, or the console itself ends. */
export type Ending = 'cancel' | 'stop';

export type SetupState = {
  readonly view: SetupJob;
  /** False: flash only. */
  readonly hasSettings: boolean;
  /** Somebody asked for the end; it comes when the job under way has ended and what was prepared is taken back. */
  readonly ending: Ending | null;
};

export type SetupEvent =
  | { readonly kind: 'chip_known'; readonly deviceId: DeviceId | null; readonly name: string | null }
  | { readonly kind: 'flash_started'; readonly job: FlashJob }
  | { readonly kind: 'flash_ended'; readonly job: FlashJob }
  | { readonly kind: 'provisioning_started'; readonly job: ProvisioningJob }
  | { readonly kind: 'provisioning_ended'; readonly job: ProvisioningJob }
  /** The other device's belongings are with the new one. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'failed'; readonly error: JobError }
  | { readonly kind: 'end_asked'; readonly ending: Ending }
  /** Nothing is under way any more, and the end was asked for. */
  | { readonly kind: 'gave_up' }
  | { readonly kind: 'certified'; readonly certificateId: string };

/** Has the setup come to its end, whichever? */
export function isEnded({ view: { state } }: SetupState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/**
 * Takes a setup on by one event: flashing → provisioning → replacing → done, each phase only where it is wished for; failed or cancelled from
 * each. `nowMs` is Unix time. An event that comes after the end changes nothing, but for the certificate.
 */
export function nextSetup(state: SetupState, event: SetupEvent, nowMs: number): SetupState {
  if (event.kind === 'certified') return withView(state, { certificateId: event.certificateId });
  if (isEnded(state)) return state;
  switch (event.kind) {
    case 'chip_known':
      return withView(state, { deviceId: event.deviceId ?? state.view.deviceId, name: event.name ?? state.view.name });
    case 'flash_started':
      return withView(state, { flash: event.job });
    case 'flash_ended':
      return afterFlash(state, event.job, nowMs);
    case 'provisioning_started':
      return withView(state, { provisioning: event.job });
    case 'provisioning_ended':
      return afterProvisioning(state, event.job, nowMs);
    case 'moved':
      return ended(state, 'done', nowMs);
    case 'failed':
      return state.ending === null ? ended(state, 'failed', nowMs, event.error) : endedEarly(state, nowMs);
    case 'end_asked':
      // What is being taken over is moved as a whole; half of it would be worse than either end.
      return state.view.state === 'replacing' ? state : { ...state, ending: state.ending ?? event.ending };
    case 'gave_up':
      return endedEarly(state, nowMs);
    default:
      return assertNever(event);
  }
}

function afterFlash(state: SetupState, job: FlashJob, nowMs: number): SetupState {
  const known = withView(state, { flash: job, deviceId: state.view.deviceId ?? job.facts?.deviceId ?? null });
  if (state.ending !== null || job.state === 'cancelled') return endedEarly(known, nowMs);
  if (job.state !== 'done') return ended(known, 'failed', nowMs, job.error ?? unexplained);
  return state.hasSettings ? withView(known, { state: 'provisioning' }) : ended(known, 'done', nowMs);
}

function afterProvisioning(state: SetupState, job: ProvisioningJob, nowMs: number): SetupState {
  const known = withView(state, { provisioning: job, deviceId: job.deviceId ?? state.view.deviceId });
  if (job.state === 'cancelled') return endedEarly(known, nowMs);
  if (job.state !== 'done')
    return state.ending === null ? ended(known, 'failed', nowMs, job.error ?? unexplained) : endedEarly(known, nowMs);
  if (state.view.replaces === null) return ended(known, 'done', nowMs); // the wish to end came too late: the device is in the plant
  return state.ending === null ? withView(known, { state: 'replacing' }) : endedEarly(known, nowMs);
}

function endedEarly(state: SetupState, nowMs: number): SetupState {
  const { ending, view } = state;
  if (ending === 'stop') return ended(state, 'failed', nowMs, { ...interrupted, message: earlyMessage(view, 'The console ended in the middle of this setup.') }); // prettier-ignore
  return ended(state, 'cancelled', nowMs, { ...cancelled, message: earlyMessage(view, 'The setup was cancelled.') });
}

/** What happened, how far the board is, and what to do. */
function earlyMessage({ flash, provisioning, replaces }: SetupJob, what: string): string {
  if (provisioning?.state === 'done' && replaces !== null)
    return `${what} The device is in the plant, but nothing was moved to it from ${replaces}. Remove the device there, and set the board up again.`;
  if (provisioning !== null || flash?.state === 'done')
    return `${what} The board has its firmware, and what the console had made for it was taken back. Set it up again before you use it.`;
  if (flash !== null) return `${what} The board's flash is as far as it got. Set the board up again before you use it.`;
  return `${what} Nothing was changed on the board. Set it up again.`;
}

const base = { retryable: true, details: {} } as const;
const interrupted = { ...base, code: 'interrupted' } as const;
const cancelled = { ...base, code: 'cancelled' } as const;
const unexplained: JobError = {
  ...base,
  code: 'internal',
  message: 'A part of the setup failed without a reason. Try again; the log of the console tells more.',
};

function ended(state: SetupState, end: 'done' | 'failed' | 'cancelled', nowMs: number, error?: JobError): SetupState {
  return withView(state, { state: end, finishedAt: new Date(nowMs).toISOString(), ...(error && { error }) });
}

function withView(state: SetupState, change: Partial<SetupJob>): SetupState {
  return { ...state, view: { ...state.view, ...change } };
}
