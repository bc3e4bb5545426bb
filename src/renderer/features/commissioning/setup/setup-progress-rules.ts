import type { SetupJob } from '../../../../shared/api/commissioning';
import type { FlashJob } from '../../../../shared/api/flash';
import { provisioningSteps, type ProvisioningJob, type ProvisioningStep } from '../../../../shared/api/provisioning';

/* A setup as one list of phases, in the order in which they happen. The list has the same rows from the first moment to the last. */

export const flashPhases = ['connect', 'write', 'verify', 'restart'] as const;
export type FlashPhase = (typeof flashPhases)[number];

export type PhaseState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
type Row<Group extends string, Id extends string> = {
  readonly group: Group;
  readonly id: Id;
  readonly state: PhaseState;
  /** A value worth showing, as the console gave it. */
  readonly detail: string | null;
};
export type Phase = Row<'flash', FlashPhase> | Row<'provisioning', ProvisioningStep> | Row<'replacement', 'move'>;

/** Which groups of phases a setup has. */
export type ExpectedPhases = { readonly flash: boolean; readonly provisioning: boolean };

/** What a setup does: what it has begun, and what is still before it. */
export function expectedPhases({ state, flash, isFlashOnly }: SetupJob): ExpectedPhases {
  return { flash: flash !== null || state === 'flashing', provisioning: !isFlashOnly };
}

/** All phases of a setup with their states. */
export function setupPhases(job: SetupJob, expected: ExpectedPhases): readonly Phase[] {
  return [
    ...(expected.flash ? flashRows(job.flash) : []),
    ...(expected.provisioning ? provisioningRows(job.provisioning) : []),
    ...(job.replaces === null ? [] : [moveRow(job)]),
  ];
}

/** The phase to name in big letters: the one that failed or runs, else the next one that waits. */
export function presentPhase(phases: readonly Phase[]): Phase | null {
  return (
    phases.find(({ state }) => state === 'failed') ??
    phases.find(({ state }) => state === 'running') ??
    phases.find(({ state }) => state === 'waiting') ??
    null
  );
}

function flashRows(job: FlashJob | null): readonly Phase[] {
  const place = job === null ? 0 : placeOf(job);
  const isStopped = job !== null && (job.state === 'failed' || job.state === 'cancelled');
  const isWaiting = job === null || job.state === 'queued';
  return flashPhases.map((id, index) => {
    const state: PhaseState =
      index < place ? (id === 'write' && job !== null && nothingWritten(job) ? 'skipped' : 'done')
      : index > place || isWaiting ? 'waiting'
      : isStopped ? 'failed'
      : 'running'; // prettier-ignore
    return { group: 'flash', id, state, detail: id === 'connect' && job?.chip ? job.chip : null };
  });
}

function nothingWritten({ parts }: FlashJob): boolean {
  return parts.length > 0 && parts.every(({ skipped }) => skipped);
}

/** Index of the phase in which the job is, or in which it ended; behind the last one when it is done. */
function placeOf(job: FlashJob): number {
  switch (job.state) {
    case 'queued':
    case 'connecting':
      return 0;
    case 'erasing':
    case 'writing':
    case 'reading':
      return 1;
    case 'verifying':
      return 2;
    case 'resetting':
      return 3;
    case 'done':
      return flashPhases.length;
    case 'failed':
    case 'cancelled':
      return placeOfEnd(job);
  }
}

/** A job that ended does not say where; what it has tells. */
function placeOfEnd({ facts, error, bytesWritten, bytesTotal, parts }: FlashJob): number {
  if (error?.code === 'no_restart') return 3;
  if (error?.code === 'verify_failed') return 2;
  if (facts === null || parts.length === 0) return 0;
  if (bytesWritten < bytesTotal) return 1;
  return parts.every(({ verified }) => verified) ? 3 : 2;
}

function provisioningRows(job: ProvisioningJob | null): readonly Phase[] {
  const steps = new Map(job?.steps.map((step) => [step.id, step]));
  return provisioningSteps.map((id) => {
    const step = steps.get(id);
    return { group: 'provisioning', id, state: step?.state ?? 'waiting', detail: step?.detail ?? null };
  });
}

function moveRow({ state, flash, provisioning }: SetupJob): Phase {
  const isBefore = provisioning?.state !== 'done' || (flash !== null && flash.state !== 'done');
  const rowState: PhaseState =
    state === 'done' ? 'done' : state === 'replacing' ? 'running' : isBefore ? 'waiting' : 'failed';
  return { group: 'replacement', id: 'move', state: rowState, detail: null };
}

/** What the read-back proved: how many parts are equal to the image, and how many of them had to be written. */
export function provedParts(job: SetupJob): {
  readonly verified: number;
  readonly written: number;
  readonly bytes: number;
} {
  const parts = (job.flash?.parts ?? []).filter(({ verified }) => verified);
  return {
    verified: parts.length,
    written: parts.filter(({ skipped }) => !skipped).length,
    bytes: parts.reduce((sum, { size }) => sum + size, 0),
  };
}

/** What flashing would change: nothing, or so many bytes of so many. */
export function plannedChange(
  parts: readonly { readonly sizeBytes: number; readonly isSame: boolean; readonly changedBytes: number }[],
): { readonly isSame: boolean; readonly changedBytes: number; readonly totalBytes: number } {
  return {
    isSame: parts.length > 0 && parts.every(({ isSame }) => isSame),
    changedBytes: parts.reduce((sum, part) => sum + Math.min(part.changedBytes, part.sizeBytes), 0),
    totalBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}
