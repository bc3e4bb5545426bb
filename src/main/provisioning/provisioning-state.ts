import { must } from '../../shared/domain/assert';
import { provisioningSteps, type ProvisioningJob, type ProvisioningStep } from '../../shared/api/provisioning';
import type { JobError } from '../../shared/domain/job-errors';

/** The part of a job that moves. */
export type Progress = {
  readonly state: ProvisioningJob['state'];
  readonly steps: readonly Readonly<ProvisioningJob['steps'][number]>[];
  /** Unix ms. */
  readonly finishedAtMs: number | null;
  readonly error: JobError | null;
};

export type ProgressEvent =
  | { readonly kind: 'begun'; readonly step: ProvisioningStep }
  /** Something worth showing while it runs. */
  | { readonly kind: 'told'; readonly step: ProvisioningStep; readonly detail: string }
  | { readonly kind: 'done'; readonly step: ProvisioningStep; readonly detail?: string }
  | { readonly kind: 'skipped'; readonly step: ProvisioningStep; readonly detail?: string }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly error: JobError };

type Step = Progress['steps'][number];

export const notBegun: Progress = {
  state: 'running',
  steps: provisioningSteps.map((id) => ({ id, state: 'waiting' })),
  finishedAtMs: null,
  error: null,
};

/**
 * Life cycle of a provisioning job: its steps one after the other, in their order, each done or skipped, until all are, or one fails. A job
 * that has ended does not move any more. A step out of order is a bug and throws.
 */
export function nextProgress(progress: Progress, event: ProgressEvent, nowMs: number): Progress {
  if (progress.state !== 'running') return progress;
  switch (event.kind) {
    case 'begun':
      requireTurn(progress, event.step);
      return withStep(progress, event.step, { state: 'running' });
    case 'told':
      return withStep(progress, event.step, { detail: event.detail });
    case 'done':
    case 'skipped':
      requireTurn(progress, event.step);
      return withStep(progress, event.step, {
        state: event.kind,
        ...(event.detail !== undefined && { detail: event.detail }),
      });
    case 'finished': {
      const open = progress.steps.find((step) => !isOver(step));
      if (open) throw new Error(`The job cannot be finished: ${open.id} is ${open.state}.`);
      return { ...progress, state: 'done', finishedAtMs: nowMs };
    }
    case 'failed':
      return failedWith(progress, event.error, nowMs);
  }
}

/** Cancelled and interrupted steps did not fail: they just have not been done. */
function failedWith(progress: Progress, error: JobError, nowMs: number): Progress {
  const isEndedFromOutside = error.code === 'cancelled' || error.code === 'interrupted';
  const state = isEndedFromOutside ? 'waiting' : 'failed';
  return {
    state: error.code === 'cancelled' ? 'cancelled' : 'failed',
    steps: progress.steps.map((step) => (step.state === 'running' ? { ...step, state } : step)),
    finishedAtMs: nowMs,
    error,
  };
}

function requireTurn({ steps }: Progress, id: ProvisioningStep): void {
  const turn = must(
    steps.find((step) => !isOver(step)),
    'a step that is still open',
  );
  if (turn.id !== id) throw new Error(`It is the turn of ${turn.id}, not of ${id}.`);
}

function withStep(progress: Progress, id: ProvisioningStep, change: Partial<Step>): Progress {
  return { ...progress, steps: progress.steps.map((step) => (step.id === id ? { ...step, ...change } : step)) };
}

function isOver({ state }: Step): boolean {
  return state === 'done' || state === 'skipped';
}
