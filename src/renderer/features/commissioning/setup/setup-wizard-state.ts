import type { SetupJob } from '../../../../shared/api/commissioning';
import type { Inspection } from '../../../../shared/api/flash';
import type { BrokerProposal } from '../../../../shared/api/provisioning';
import type { JobErrorCode } from '../../../../shared/domain/job-errors';
import { emptyDraft, type SetupDraft } from './setup-draft';

/*
 * Life of the wizard "Set up a device": which step is shown, what was typed, what was found on the board, and which setup is shown in place
 * of the steps. Pure; setup-wizard-store.ts holds it, and the steps send the events. What was typed is lost by `begin` only.
 */

export const formSteps = ['replace', 'port', 'look', 'network', 'broker', 'name', 'summary'] as const;
export type FormStep = (typeof formSteps)[number];

/** What was found on the board, for the port and image it was asked with. */
export type Look =
  | { readonly name: 'none' }
  /** `before`: what was found on this board with another image. */
  | {
      readonly name: 'working';
      readonly port: string;
      readonly imageId: string | null;
      readonly before: Inspection | null;
    }
  | { readonly name: 'found'; readonly port: string; readonly imageId: string | null; readonly inspection: Inspection }
  | { readonly name: 'failed'; readonly port: string; readonly imageId: string | null; readonly error: unknown };

export type WizardState = {
  readonly step: FormStep;
  /** The furthest step that was reached; steps up to it can be chosen. */
  readonly furthest: FormStep;
  /** With the step that picks the dead device. */
  readonly isReplacing: boolean;
  /** `next` was refused here: the reasons are shown. */
  readonly hasTried: boolean;
  readonly draft: SetupDraft;
  /** The broker was typed or taken from a setup before, and a proposal does not replace it. */
  readonly isBrokerTyped: boolean;
  readonly look: Look;
  /** The setup that is shown in place of the steps, as it was at first; `isListed`: the console has listed it since. */
  readonly shown: { readonly job: SetupJob; readonly isListed: boolean } | null;
  /** The device that the address of the page last asked to replace. */
  readonly entered: string | null;
  /** Nothing was done here yet, so that the last setup may be shown on entry. */
  readonly isFresh: boolean;
};

export const firstWizardState: WizardState = {
  step: 'port',
  furthest: 'port',
  isReplacing: false,
  hasTried: false,
  draft: emptyDraft,
  isBrokerTyped: false,
  look: { name: 'none' },
  shown: null,
  entered: null,
  isFresh: true,
};

export type WizardEvent =
  /** The page was opened, perhaps for the replacement of a device. */
  | { readonly type: 'enter'; readonly replaces: string | undefined }
  /** Another page is looked at. Whoever comes back by an address asks anew. */
  | { readonly type: 'leave' }
  | { readonly type: 'edit'; readonly change: Partial<SetupDraft> }
  /** The step is complete. */
  | { readonly type: 'next' }
  /** The step is not complete. */
  | { readonly type: 'refused' }
  | { readonly type: 'back' }
  | { readonly type: 'goTo'; readonly step: FormStep }
  /** Replace a device: null lets the technician pick it. */
  | { readonly type: 'replace'; readonly deviceId: string | null }
  | { readonly type: 'replaceNothing' }
  | { readonly type: 'look'; readonly look: Look }
  | { readonly type: 'proposed'; readonly proposal: BrokerProposal }
  | { readonly type: 'show'; readonly job: SetupJob }
  | { readonly type: 'listed' }
  /** Back from a failed setup to the step that is wrong. */
  | { readonly type: 'mend'; readonly step: FormStep; readonly job: SetupJob }
  /** Another device; network and broker are kept. */
  | { readonly type: 'another' };

/** The state after an event; the same object when nothing changes. */
export function nextWizard(state: WizardState, event: WizardEvent): WizardState {
  switch (event.type) {
    case 'enter':
      return entering(state, event.replaces ?? null);
    case 'leave':
      return { ...state, entered: null };
    case 'edit':
      return edited(state, event.change);
    case 'next':
      return at(state, neighbour(state, 1));
    case 'refused':
      return { ...state, hasTried: true };
    case 'back':
      return at(state, neighbour(state, -1));
    case 'goTo':
      return isReached(state, event.step) ? at(state, event.step) : state;
    case 'replace':
      return replacing(state, event.deviceId);
    case 'replaceNothing':
      return { ...another(state), step: 'port', furthest: 'port', isReplacing: false };
    case 'look':
      return isAsked(state, event.look) ? { ...state, look: event.look } : state;
    case 'proposed':
      return proposed(state, event.proposal);
    case 'show':
      return { ...state, shown: { job: event.job, isListed: false }, isFresh: false, hasTried: false };
    case 'listed':
      return state.shown === null || state.shown.isListed
        ? state
        : { ...state, shown: { ...state.shown, isListed: true } };
    case 'mend':
      return mending(state, event.step, event.job);
    case 'another':
      return another(state);
  }
}

/** The steps that are gone through, in order. */
export function stepsOf({ isReplacing, draft }: Pick<WizardState, 'isReplacing' | 'draft'>): readonly FormStep[] {
  return formSteps.filter((step) => {
    if (step === 'replace') return isReplacing;
    if (step === 'network' || step === 'broker' || step === 'name') return !draft.isFlashOnly;
    return true;
  });
}

/** Whether a step may be chosen in the list of steps. */
export function isReached(state: WizardState, step: FormStep): boolean {
  return stepsOf(state).includes(step) && formSteps.indexOf(step) <= formSteps.indexOf(state.furthest);
}

/** The step at which a failure is mended; null where trying again is all there is. */
export function stepToMend(code: JobErrorCode): FormStep | null {
  return mendedAt[code] ?? null;
}

const mendedAt: Readonly<Partial<Record<JobErrorCode, FormStep>>> = {
  port_absent: 'port',
  port_no_permission: 'port',
  wrong_chip: 'look',
  chip_too_old: 'look',
  flash_too_small: 'look',
  image_damaged: 'look',
  image_missing: 'look',
  image_unfit: 'look',
  no_firmware: 'look',
  device_known: 'port',
  wifi_not_found: 'network',
  wifi_not_joined: 'network',
  broker_unreachable: 'broker',
  broker_not_reached: 'broker',
  broker_on_loopback: 'broker',
  broker_tls_unsupported: 'broker',
  account_failed: 'broker',
  not_seen: 'broker',
  not_adopted: 'name',
  not_replaced: 'replace',
};

/** The setup to show on entry: a running one, or the last one, while nothing else was begun here. Never one of the bench. */
export function entryJob(
  state: WizardState,
  setups: readonly SetupJob[],
  replaces: string | undefined,
): SetupJob | undefined {
  if (!state.isFresh) return undefined;
  const own = setups.filter((job) => !job.isBench && (replaces === undefined || job.replaces === replaces));
  return own.find(isRunning) ?? (replaces === undefined ? own[0] : undefined);
}

/** Whether a setup goes on. */
export function isRunning({ state }: Pick<SetupJob, 'state'>): boolean {
  return state === 'flashing' || state === 'provisioning' || state === 'replacing';
}

function edited(state: WizardState, change: Partial<SetupDraft>): WizardState {
  const draft = { ...state.draft, ...change };
  const isSameBoard = draft.port === state.draft.port;
  const furthest = draft.port === state.draft.port ? state.furthest : earlier(state.furthest, 'look');
  return {
    ...state,
    // Another board is another question.
    draft: isSameBoard ? draft : { ...draft, confirmedId: null },
    look: isSameBoard ? state.look : { name: 'none' },
    furthest,
    isBrokerTyped: state.isBrokerTyped || change.broker !== undefined,
    isFresh: false,
  };
}

function at(state: WizardState, step: FormStep): WizardState {
  const furthest = formSteps.indexOf(step) > formSteps.indexOf(state.furthest) ? step : state.furthest;
  return { ...state, step, furthest, hasTried: false, isFresh: false };
}

function earlier(a: FormStep, b: FormStep): FormStep {
  return formSteps.indexOf(a) < formSteps.indexOf(b) ? a : b;
}

function neighbour(state: WizardState, distance: 1 | -1): FormStep {
  const steps = stepsOf(state);
  return steps[steps.indexOf(state.step) + distance] ?? state.step;
}

/** An address asks once: whoever picked another device since is not called back. */
function entering(state: WizardState, deviceId: string | null): WizardState {
  if (state.entered === deviceId) return state;
  const entered = { ...state, entered: deviceId };
  const isAtIt = (state.isReplacing && state.draft.replaces === deviceId) || state.shown?.job.replaces === deviceId;
  return deviceId === null || isAtIt ? entered : replacing(entered, deviceId);
}

/** Another device's place needs settings: a wish to flash only ends here. */
function replacing(state: WizardState, deviceId: string | null): WizardState {
  const draft = { ...state.draft, replaces: deviceId, isFlashOnly: false };
  return { ...state, draft, isReplacing: true, step: 'replace', furthest: 'replace', hasTried: false, shown: null };
}

/** An answer that comes after the port or the image was changed is of no use. */
function isAsked(state: WizardState, look: Look): boolean {
  if (look.name === 'none' || look.name === 'working') return true;
  return state.look.name === 'working' && state.look.port === look.port && state.look.imageId === look.imageId;
}

function proposed(state: WizardState, proposal: BrokerProposal): WizardState {
  if (state.isBrokerTyped) return state;
  const broker = {
    ...state.draft.broker,
    host: proposal.hosts[0] ?? '',
    port: String(proposal.port),
    tls: proposal.tls,
    login: proposal.isOwnBroker ? ('own' as const) : ('typed' as const),
  };
  return { ...state, draft: { ...state.draft, broker } };
}

/** What was typed is still there; after a reload of the page the setup itself says what it can. */
function mending(state: WizardState, step: FormStep, job: SetupJob): WizardState {
  const { draft } = state;
  const known: SetupDraft = {
    ...draft,
    port: draft.port ?? job.port,
    replaces: draft.replaces ?? job.replaces,
    name: draft.name === '' ? (job.name ?? '') : draft.name,
    zone: draft.zone.kind === 'none' && job.zoneId !== null ? { kind: 'zone', zoneId: job.zoneId } : draft.zone,
    confirmedId: draft.confirmedId ?? job.deviceId,
  };
  const isReplacing = known.replaces !== null;
  const look = lookAfter(state.look, step, job);
  const base = { ...state, draft: known, isReplacing, look, shown: null };
  // Its settings may be wrong everywhere behind the step, so the steps after it are gone through again.
  return { ...at(base, step), furthest: step };
}

/** A board that was written holds the image now; where the board or its image is in question, it is looked at anew. */
function lookAfter(look: Look, step: FormStep, { port, flash }: SetupJob): Look {
  if (step === 'port' || step === 'look') return { name: 'none' };
  if (look.name !== 'found' || look.port !== port || flash?.state !== 'done') return look;
  const { inspection } = look;
  const parts = inspection.parts.map((part) => ({ ...part, isSame: true, changedBytes: 0 }));
  return { ...look, inspection: { ...inspection, firmware: flash.firmware ?? inspection.firmware, parts } };
}

function another(state: WizardState): WizardState {
  const { wifi, broker } = state.draft;
  return {
    ...firstWizardState,
    draft: { ...emptyDraft, wifi, broker },
    isBrokerTyped: state.isBrokerTyped,
    entered: state.entered,
    isFresh: false,
  };
}
