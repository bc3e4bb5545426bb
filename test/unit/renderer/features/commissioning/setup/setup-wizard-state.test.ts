import { describe, expect, it, test } from 'vitest';
import { emptyDraft } from '../../../../../../src/renderer/features/commissioning/setup/setup-draft';
import {
  entryJob,
  firstWizardState,
  formSteps,
  isReached,
  nextWizard,
  stepsOf,
  stepToMend,
  type FormStep,
  type Look,
  type WizardEvent,
  type WizardState,
} from '../../../../../../src/renderer/features/commissioning/setup/setup-wizard-state';
import { jobErrorCodes } from '../../../../../../src/shared/domain/job-errors';
import { sampleFlashJob, sampleInspection, sampleSetup } from '../sample-jobs';

const after = (...events: WizardEvent[]): WizardState => events.reduce(nextWizard, firstWizardState);
const edit = (change: Partial<WizardState['draft']>): WizardEvent => ({ type: 'edit', change });
const next: WizardEvent = { type: 'next' };
const proposal = {
  isOwnBroker: true,
  hosts: ['192.168.1.20', '10.0.0.5'],
  port: 1884,
  tls: false,
  isLoopbackOnly: false,
};

/** A wizard that has come to the summary with everything typed. */
const filled = after(
  edit({ port: '/dev/ttyUSB0' }),
  next,
  next,
  edit({ wifi: { ssid: 'Greenhouse', password: 'secret-secret' } }),
  next,
  next,
  edit({ name: 'Bed 3' }),
  next,
);

describe('the way through the steps', () => {
  const table: readonly [string, Partial<WizardState>, WizardEvent, FormStep][] = [
    ['goes on', { step: 'port' }, next, 'look'],
    ['goes on to the summary', { step: 'name' }, next, 'summary'],
    ['stays at the summary', { step: 'summary' }, next, 'summary'],
    ['goes back', { step: 'broker' }, { type: 'back' }, 'network'],
    ['stays at the first step', { step: 'port' }, { type: 'back' }, 'port'],
    ['goes back to the dead device while replacing', { step: 'port', isReplacing: true }, { type: 'back' }, 'replace'],
    ['leaves out the settings when only flashing', { step: 'look', draft: { ...emptyDraft, isFlashOnly: true } }, next, 'summary'], // prettier-ignore
    ['goes to a step that was reached', { step: 'summary', furthest: 'summary' }, { type: 'goTo', step: 'network' }, 'network'], // prettier-ignore
    ['goes to no step that was not reached', { step: 'look', furthest: 'look' }, { type: 'goTo', step: 'name' }, 'look'], // prettier-ignore
    ['goes to no step that is not gone through', { step: 'look', furthest: 'summary' }, { type: 'goTo', step: 'replace' }, 'look'], // prettier-ignore
  ];

  it.each(table)('%s', (_name, from, event, expected) => {
    expect(nextWizard({ ...firstWizardState, ...from }, event).step).toBe(expected);
  });

  it('shows the reasons of a step until the step is left', () => {
    const tried = after({ type: 'refused' });
    expect([tried.hasTried, nextWizard(tried, next).hasTried]).toEqual([true, false]);
  });

  it('keeps everything that was typed in whatever order the steps are visited', () => {
    let state = filled;
    for (const step of formSteps.toReversed()) state = nextWizard(state, { type: 'goTo', step });
    expect(state.draft).toEqual(filled.draft);
    expect(state.furthest).toBe('summary');
  });

  it('has the step of the dead device only while replacing', () => {
    expect(stepsOf({ isReplacing: false, draft: emptyDraft })).toEqual(['port', 'look', 'network', 'broker', 'name', 'summary']); // prettier-ignore
    expect(stepsOf({ isReplacing: true, draft: emptyDraft })[0]).toBe('replace');
  });
});

describe('another board', () => {
  it('has to be looked at and confirmed anew', () => {
    const confirmed = nextWizard(
      { ...filled, look: { name: 'working', port: '/dev/ttyUSB0', imageId: 'auto', before: null } },
      edit({ confirmedId: 'ESP_010203' }),
    );
    const other = nextWizard(confirmed, edit({ port: '/dev/ttyUSB1' }));
    expect(other).toMatchObject({ look: { name: 'none' }, furthest: 'look' });
    expect(other.draft).toEqual({ ...filled.draft, port: '/dev/ttyUSB1', confirmedId: null });
    expect(isReached(other, 'network')).toBe(false);
  });
});

describe('a look at the board', () => {
  const working: Look = { name: 'working', port: 'a', imageId: 'auto', before: null };
  const found: Look = { name: 'found', port: 'a', imageId: 'auto', inspection: sampleInspection() };

  it('is taken when it was asked for', () => {
    expect(after({ type: 'look', look: working }, { type: 'look', look: found }).look).toEqual(found);
  });

  it.each([
    ['another port', { ...working, port: 'b' }],
    ['another image', { ...working, imageId: 'user:1' }],
    ['nothing any more', { name: 'none' }],
  ] as const)('is dropped when meanwhile %s was asked for', (_name, look) => {
    const waiting = after({ type: 'look', look });
    expect(nextWizard(waiting, { type: 'look', look: found })).toBe(waiting);
  });
});

describe('the proposal for the broker', () => {
  it('fills the fields', () => {
    expect(after({ type: 'proposed', proposal }).draft.broker).toEqual({
      ...emptyDraft.broker,
      host: '192.168.1.20',
      port: '1884',
      login: 'own',
    });
  });

  it('asks for a login where the broker is not ours', () => {
    const other = { ...proposal, isOwnBroker: false };
    expect(after({ type: 'proposed', proposal: other }).draft.broker.login).toBe('typed');
  });

  it('replaces nothing that was typed', () => {
    const typed = after(edit({ broker: { ...emptyDraft.broker, host: 'broker.local' } }));
    expect(nextWizard(typed, { type: 'proposed', proposal })).toBe(typed);
  });
});

describe('a replacement', () => {
  it('begins with the device of the address', () => {
    const state = after({ type: 'enter', replaces: 'ESP_OLD' });
    expect(state).toMatchObject({ step: 'replace', isReplacing: true, draft: { replaces: 'ESP_OLD' } });
  });

  it('is not begun again by the same address, whatever was chosen since', () => {
    const chosen = after({ type: 'enter', replaces: 'ESP_OLD' }, edit({ replaces: 'ESP_OTHER' }), next);
    expect(nextWizard(chosen, { type: 'enter', replaces: 'ESP_OLD' })).toBe(chosen);
  });

  it('is begun again by the same address after another page, but goes on where it is under way', () => {
    const enter = { type: 'enter', replaces: 'ESP_OLD' } as const;
    const leave = { type: 'leave' } as const;
    const begun = after(enter, next, leave, enter);
    expect(begun).toMatchObject({ step: 'port', draft: { replaces: 'ESP_OLD' } });
    const givenUp = nextWizard(nextWizard(begun, { type: 'replaceNothing' }), leave);
    expect(nextWizard(givenUp, enter)).toMatchObject({ step: 'replace', draft: { replaces: 'ESP_OLD' } });
    const job = sampleSetup({ replaces: 'ESP_OLD' as never });
    const running = after({ type: 'show', job }, leave, enter);
    expect(running.shown).toEqual({ job, isListed: false });
  });

  it('ends a wish to flash only, since the place of another device needs settings', () => {
    const state = after(edit({ isFlashOnly: true }), { type: 'enter', replaces: 'ESP_OLD' });
    expect(stepsOf(state)).toContain('network');
    expect(state.draft.isFlashOnly).toBe(false);
  });

  it('can be given up for the setup of a new device, with network and broker kept', () => {
    const state = nextWizard({ ...filled, isReplacing: true }, { type: 'replaceNothing' });
    expect(state).toMatchObject({ step: 'port', isReplacing: false });
    expect(state.draft).toEqual({ ...emptyDraft, wifi: filled.draft.wifi, broker: filled.draft.broker });
  });
});

describe('a setup', () => {
  const job = sampleSetup();

  it('is shown in place of the steps, and known as listed once the console lists it', () => {
    const shown = after({ type: 'show', job });
    expect(shown).toMatchObject({ shown: { job, isListed: false }, isFresh: false });
    const listed = nextWizard(shown, { type: 'listed' });
    expect(listed.shown).toEqual({ job, isListed: true });
    expect(nextWizard(listed, { type: 'listed' })).toBe(listed);
  });

  it('leads back to the step that is wrong, with everything that was typed', () => {
    const mending = nextWizard(nextWizard(filled, { type: 'show', job }), { type: 'mend', step: 'network', job });
    expect(mending).toMatchObject({ step: 'network', furthest: 'network', shown: null });
    expect(mending.draft.wifi).toEqual({ ssid: 'Greenhouse', password: 'secret-secret' });
  });

  it('that has written the board leaves the image on it, and a board in question is looked at anew', () => {
    const look: Look = { name: 'found', port: '/dev/ttyUSB0', imageId: 'auto', inspection: sampleInspection() };
    const firmware = { name: 'leitstand-node', version: '0.1.0', builtAt: '' };
    const written = sampleSetup({ state: 'failed', flash: sampleFlashJob({ state: 'done', firmware }) });
    const mended = (step: FormStep, ended = written) =>
      nextWizard({ ...filled, look }, { type: 'mend', step, job: ended }).look;
    const part = { name: 'application', address: 0x10000, sizeBytes: 800_000, isSame: true, changedBytes: 0 };
    expect(mended('network')).toEqual({ ...look, inspection: sampleInspection({ firmware, parts: [part] }) });
    expect(mended('network', sampleSetup())).toBe(look);
    expect([mended('port'), mended('look')]).toEqual([{ name: 'none' }, { name: 'none' }]);
  });

  it('tells after a reload what the fields were, as far as it knows', () => {
    const old = sampleSetup({ replaces: 'ESP_OLD' as never, name: 'Tank' });
    expect(after({ type: 'mend', step: 'broker', job: old })).toMatchObject({
      step: 'broker',
      isReplacing: true,
      draft: { port: '/dev/ttyUSB0', replaces: 'ESP_OLD', name: 'Tank' },
    });
  });

  it('is followed by another one with the same network and broker, and nothing else', () => {
    const state = nextWizard(nextWizard(filled, { type: 'show', job }), { type: 'another' });
    expect(state).toEqual({
      ...firstWizardState,
      draft: { ...emptyDraft, wifi: filled.draft.wifi, broker: filled.draft.broker },
      isFresh: false,
    });
  });
});

describe('on entry', () => {
  const running = sampleSetup({ id: 'running' });
  const done = sampleSetup({ id: 'done', state: 'done' });
  const bench = sampleSetup({ id: 'bench', isBench: true });
  const replacing = sampleSetup({ id: 'replacing', replaces: 'ESP_OLD' as never });

  it.each([
    ['the running setup', [done, running], undefined, 'running'],
    ['the last setup when none runs', [done], undefined, 'done'],
    ['no setup of the bench', [bench], undefined, undefined],
    ['no other setup when a device shall be replaced', [running, done], 'ESP_OLD', undefined],
    ['the running replacement of that device', [running, replacing], 'ESP_OLD', 'replacing'],
    ['nothing where there is nothing', [], undefined, undefined],
  ] as const)('%s is shown', (_name, setups, replaces, expected) => {
    expect(entryJob(firstWizardState, setups, replaces)?.id).toBe(expected);
  });

  it('nothing is put in place of what was begun here', () => {
    expect(entryJob(after(edit({ port: 'a' })), [running], undefined)).toBeUndefined();
  });
});

test('a failure of the network is mended at the network, one of the broker at the broker, and most by trying again', () => {
  const steps = Object.fromEntries(jobErrorCodes.map((code) => [code, stepToMend(code)]));
  expect(steps).toMatchObject({
    wifi_not_found: 'network',
    wifi_not_joined: 'network',
    broker_unreachable: 'broker',
    broker_not_reached: 'broker',
    broker_on_loopback: 'broker',
    broker_tls_unsupported: 'broker',
    wrong_chip: 'look',
    device_known: 'port',
    no_answer: null,
    port_vanished: null,
    verify_failed: null,
    cancelled: null,
  });
});
