/**
 * What becomes of one configuration message by the answers of its device (wire contract 5.5, 5.6): several come, one per section, for actuators
 * one per item that failed, and the intent's outcome at the end. Pure; ConfigSender feeds it and config-record-rules.ts writes the result down.
 */
import type { ConfigSectionName, ConfigSections } from '../../shared/api/devices';
import { must } from '../../shared/domain/assert';
import type { ConfigItemFailure, ConfigResponse } from '../../shared/wire/messages/config';
import type { IntentOutcome } from '../../shared/wire/messages/intent-outcome';

/** `partial`: confirmed but for the items that failed. `open`: the device has not said enough. */
export type Verdict = 'open' | 'confirmed' | 'partial' | 'failed';
export type SectionFailure = Omit<ConfigItemFailure, 'type'> & { readonly section: ConfigSectionName };
/** What the console may do by itself: send once more with a higher generation, or once more a little later. */
export type Retry = 'stale' | 'busy';

export type AnswerState = {
  readonly verdicts: Readonly<Partial<Record<ConfigSectionName, Verdict>>>;
  readonly failures: readonly SectionFailure[];
  /** Answers that were taken, by type and pin: a second one changes nothing. */
  readonly seen: readonly string[];
  readonly isPersisted: boolean;
  readonly retriesLeft: readonly Retry[];
};
export type AnswerEvent =
  | { readonly kind: 'response'; readonly response: ConfigResponse }
  | { readonly kind: 'outcome'; readonly outcome: IntentOutcome }
  /** The outcome is late, though every answer came: a device that sends none. */
  | { readonly kind: 'no_outcome' };
export type AnswerStep = { readonly state: AnswerState; readonly retry: Retry | null };

const sectionOf: Readonly<Record<string, ConfigSectionName>> = { sensor: 'sensors', actuator: 'actuators' };
const busyNames = new Set(['QUEUE_FULL', 'WRITE_TIMEOUT', 'CONFIG_LANE_BUSY']);

/** The state of a message that was just sent. */
export function unanswered(sections: ConfigSections, retriesLeft: readonly Retry[]): AnswerState {
  const names = Object.keys(sections) as ConfigSectionName[];
  return {
    verdicts: Object.fromEntries(names.map((name) => [name, 'open'])),
    failures: [],
    seen: [],
    isPersisted: false,
    retriesLeft,
  };
}

export function isAnswered({ verdicts }: AnswerState): boolean {
  return !Object.values(verdicts).includes('open');
}

/** Are the offline rules all that is open, behind sections that are fine? They have no answer of their own but the outcome. */
export function waitsForRulesOnly({ verdicts }: AnswerState): boolean {
  const { offlineRules, ...others } = verdicts;
  const rest = Object.values(others);
  return offlineRules === 'open' && rest.length > 0 && rest.every((verdict) => verdict === 'confirmed');
}

/** Pins of a section that the device has refused. */
export function failedPins(state: AnswerState, section: ConfigSectionName): ReadonlySet<number> {
  const pins = state.failures.filter((failure) => failure.section === section).map(({ gpio }) => gpio);
  return new Set(pins.filter((gpio) => gpio !== undefined));
}

/** The state after one answer. With `retry` the message is given up and sent anew; its state does not matter any more. */
export function nextAnswer(state: AnswerState, event: AnswerEvent, sent: ConfigSections): AnswerStep {
  switch (event.kind) {
    case 'response':
      return afterResponse(state, event.response, sent);
    case 'outcome':
      return afterOutcome(state, event.outcome);
    case 'no_outcome':
      return stay(waitsForRulesOnly(state) ? withVerdicts(state, ['offlineRules'], 'confirmed') : state);
  }
}

const stay = (state: AnswerState): AnswerStep => ({ state, retry: null });

function afterResponse(state: AnswerState, response: ConfigResponse, sent: ConfigSections): AnswerStep {
  const { section: type, failures = [] } = response;
  const section = Object.hasOwn(sectionOf, type) ? sectionOf[type] : undefined;
  const isAbout = type === 'system' || (section !== undefined && state.verdicts[section] !== undefined);
  const key = `${type}:${failures.length === 1 ? (failures[0]?.gpio ?? '') : ''}`;
  if (!isAbout || state.seen.includes(key)) return stay(state); // what was not asked settles nothing
  const retry = retryOf(state, failures);
  if (retry) return { state, retry };
  const seen = { ...state, seen: [...state.seen, key] };
  if (section === undefined) return stay(afterSystem(seen, response));
  const next = withFailures(seen, section, failures);
  return stay(withVerdicts(next, [section], verdictOf(next, section, response, sent)));
}

function verdictOf(
  state: AnswerState,
  section: ConfigSectionName,
  response: ConfigResponse,
  sent: ConfigSections,
): Verdict {
  const pins = failedPins(state, section);
  const { failures = [] } = response;
  if (response.status === 'success' && state.verdicts[section] === 'failed') return 'failed'; // the first word counts
  if (response.status === 'success') return pins.size > 0 || failures.length > 0 ? partly(response) : 'confirmed';
  if (response.status === 'partial_success') return partly(response);
  if (section !== 'actuators' || failures.some(({ gpio }) => gpio === undefined)) return 'failed';
  // One error for each actuator that failed, and no word about the others but the outcome (5.5).
  const isAll = must(sent.actuators, 'its verdict says that it was sent').every(({ gpio }) => pins.has(gpio));
  if (isAll || state.verdicts[section] === 'failed') return 'failed';
  const isSettled = state.isPersisted || state.verdicts[section] !== 'open';
  return isSettled ? 'partial' : 'open';
}

/** Partly fine only if every item that failed is named; otherwise nobody knows which ones are fine. */
function partly({ failures = [], failedCount = 0 }: ConfigResponse): Verdict {
  const isComplete = failures.every(({ gpio }) => gpio !== undefined) && failedCount <= failures.length;
  return isComplete ? 'partial' : 'failed';
}

/** `system` speaks of the whole message and ends it. */
function afterSystem(state: AnswerState, response: ConfigResponse): AnswerState {
  const { failures = [], status } = response;
  const open = openSections(state);
  if (status === 'success' && failures.length === 0) {
    const partial = open.filter((section) => failedPins(state, section).size > 0);
    return withVerdicts(withVerdicts(state, open, 'confirmed'), partial, 'partial');
  }
  return failWhole(state, failures);
}

function afterOutcome(state: AnswerState, { outcome, code, reason, rawOutcome }: IntentOutcome): AnswerStep {
  if (outcome === 'accepted' || outcome === 'applied') return stay(state);
  if (outcome === 'persisted') {
    const partial = openSections(state).filter((section) => failedPins(state, section).size > 0);
    const rules = state.verdicts.offlineRules === 'open' ? (['offlineRules'] as const) : [];
    return stay({ ...withVerdicts(withVerdicts(state, rules, 'confirmed'), partial, 'partial'), isPersisted: true });
  }
  if (state.isPersisted) return stay(state); // once final, nothing changes it (3.6)
  const failure = { type: 'system', error: code ?? rawOutcome, detail: reason ?? code ?? outcome };
  const retry = retryOf(state, [failure]);
  if (retry) return { state, retry };
  return stay(failWhole(state, [failure]));
}

/**
 * Everything open fails. When all was confirmed the device takes it back (a commit that failed). When something had failed before, this is
 * only the end of that story: stock firmware ends the whole intent for one section that it refused (5.6, "known flaw").
 */
function failWhole(state: AnswerState, failures: readonly ConfigItemFailure[]): AnswerState {
  const open = openSections(state);
  const confirmed = sectionsWith(state, 'confirmed');
  const isTakenBack = confirmed.length === Object.keys(state.verdicts).length;
  const hit = isTakenBack ? confirmed : open;
  const next = hit.reduce((one, section) => withFailures(one, section, failures), state);
  return withVerdicts(next, hit, 'failed');
}

function retryOf({ retriesLeft }: AnswerState, failures: readonly ConfigItemFailure[]): Retry | null {
  const wished: Retry | null = failures.some(({ error }) => error.startsWith('STALE_'))
    ? 'stale'
    : failures.some(({ error }) => busyNames.has(error))
      ? 'busy'
      : null;
  return wished && retriesLeft.includes(wished) ? wished : null;
}

const sectionsWith = ({ verdicts }: AnswerState, wanted: Verdict) =>
  (Object.keys(verdicts) as ConfigSectionName[]).filter((section) => verdicts[section] === wanted);
const openSections = (state: AnswerState) => sectionsWith(state, 'open');

function withVerdicts(state: AnswerState, sections: readonly ConfigSectionName[], verdict: Verdict): AnswerState {
  const changed = Object.fromEntries(sections.map((section) => [section, verdict]));
  return { ...state, verdicts: { ...state.verdicts, ...changed } };
}

function withFailures(
  state: AnswerState,
  section: ConfigSectionName,
  failures: readonly ConfigItemFailure[],
): AnswerState {
  const added = failures.map(({ type: _type, ...failure }): SectionFailure => ({ ...failure, section }));
  return { ...state, failures: [...state.failures, ...added] };
}
