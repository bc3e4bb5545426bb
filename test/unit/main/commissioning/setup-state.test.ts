import { describe, expect, it } from 'vitest';
import { isEnded, nextSetup, type SetupEvent, type SetupState } from '../../../../src/main/commissioning/setup-state';
import type { SetupJob } from '../../../../src/shared/api/commissioning';
import type { FlashJob } from '../../../../src/shared/api/flash';
import type { ProvisioningJob } from '../../../../src/shared/api/provisioning';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { C3, jobError } from '../../../fakes/fake-flashing';
import { DEAD, NEW, PORT } from './commissioning-bench';

const nowMs = Date.UTC(2026, 10, 21, 12, 1);
const now = new Date(nowMs).toISOString();
const error = jobError('verify_failed');
const wifiError = jobError('wifi_not_joined');
const flash = (state: FlashJob['state'], more: Partial<FlashJob> = {}) => ({ id: 'f', state, facts: null, ...more }) as FlashJob; // prettier-ignore
const provisioning = (state: ProvisioningJob['state'], more: Partial<ProvisioningJob> = {}) => ({ id: 'p', state, deviceId: null, ...more }) as ProvisioningJob; // prettier-ignore

function setup(state: SetupJob['state'], view: Partial<SetupJob> = {}, more: Partial<SetupState> = {}): SetupState {
  const base: SetupJob = { id: 's', port: PORT, isBench: false, isFlashOnly: false, state, flash: null, provisioning: null, replaces: null, name: null, zoneId: null, deviceId: null, certificateId: null, by: 'user:a', startedAt: now }; // prettier-ignore
  return { view: { ...base, ...view }, hasSettings: true, ending: null, ...more };
}

const short = ({ view: { state, error: found, finishedAt } }: SetupState) => [state, found?.code, finishedAt];

describe('A setup', () => {
  const done = flash('done');
  const flashOnly = { hasSettings: false };
  const replacing = { replaces: DEAD };
  const cancelling = { ending: 'cancel' } as const;
  const stopping = { ending: 'stop' } as const;
  const flashEnded = (job: FlashJob): SetupEvent => ({ kind: 'flash_ended', job });
  const provisioned = (job: ProvisioningJob): SetupEvent => ({ kind: 'provisioning_ended', job });

  it.each<[string, SetupState, SetupEvent, unknown[]]>([
    ['goes on to provisioning', setup('flashing'), flashEnded(done), ['provisioning']],
    ['is done after flashing when nothing else is wished', setup('flashing', {}, flashOnly), flashEnded(done), ['done', undefined, now]], // prettier-ignore
    [
      'fails with its flash',
      setup('flashing'),
      flashEnded(flash('failed', { error })),
      ['failed', 'verify_failed', now],
    ],
    ['fails with a flash that gives no reason', setup('flashing'), flashEnded(flash('failed')), ['failed', 'internal', now]], // prettier-ignore
    ['is cancelled with its flash', setup('flashing'), flashEnded(flash('cancelled')), ['cancelled', 'cancelled', now]],
    ['is cancelled though its flash came to its end', setup('flashing', {}, cancelling), flashEnded(done), ['cancelled', 'cancelled', now]], // prettier-ignore
    ['is cancelled though its flash failed meanwhile', setup('flashing', {}, cancelling), flashEnded(flash('failed', { error })), ['cancelled', 'cancelled', now]], // prettier-ignore
    ['is interrupted with the console', setup('flashing', {}, stopping), flashEnded(flash('failed', { error })), ['failed', 'interrupted', now]], // prettier-ignore
    ['is done after provisioning', setup('provisioning'), provisioned(provisioning('done')), ['done', undefined, now]],
    ['is done when the cancel came too late', setup('provisioning', {}, cancelling), provisioned(provisioning('done')), ['done', undefined, now]], // prettier-ignore
    ['goes on to replacing', setup('provisioning', replacing), provisioned(provisioning('done')), ['replacing']],
    ['does not begin to replace when it is cancelled', setup('provisioning', replacing, cancelling), provisioned(provisioning('done')), ['cancelled', 'cancelled', now]], // prettier-ignore
    ['fails with its provisioning', setup('provisioning'), provisioned(provisioning('failed', { error: wifiError })), ['failed', 'wifi_not_joined', now]], // prettier-ignore
    ['is cancelled with its provisioning', setup('provisioning'), provisioned(provisioning('cancelled')), ['cancelled', 'cancelled', now]], // prettier-ignore
    ['is interrupted in provisioning', setup('provisioning', {}, stopping), provisioned(provisioning('failed')), ['failed', 'interrupted', now]], // prettier-ignore
    ['is done when all is moved', setup('replacing'), { kind: 'moved' }, ['done', undefined, now]],
    ['fails when that fails', setup('replacing'), { kind: 'failed', error }, ['failed', 'verify_failed', now]],
    ['is cancelled when something fails while it ends', setup('provisioning', {}, cancelling), { kind: 'failed', error }, ['cancelled', 'cancelled', now]], // prettier-ignore
    ['is cancelled between two jobs', setup('provisioning', {}, cancelling), { kind: 'gave_up' }, ['cancelled', 'cancelled', now]], // prettier-ignore
    ['changes no more when it has ended', setup('done'), flashEnded(flash('failed', { error })), ['done']],
  ])('%s', (_name, before, event, expected) => {
    expect(short(nextSetup(before, event, nowMs))).toEqual([...expected, undefined, undefined].slice(0, 3));
  });

  it('cannot be ended while it takes over, and remembers the first wish', () => {
    const asked = (state: SetupState, ending: 'cancel' | 'stop') => nextSetup(state, { kind: 'end_asked', ending }, 0);
    expect(asked(setup('replacing'), 'cancel').ending).toBeNull();
    expect(asked(asked(setup('flashing'), 'cancel'), 'stop').ending).toBe('cancel');
  });

  it('learns its device from the chip, the flash and the provisioning, the latter knowing best', () => {
    const named = nextSetup(setup('flashing'), { kind: 'chip_known', deviceId: NEW, name: 'Node 7' }, 0);
    expect(named.view).toMatchObject({ deviceId: NEW, name: 'Node 7' });
    expect(nextSetup(named, { kind: 'chip_known', deviceId: null, name: null }, 0)).toEqual(named);
    const flashed = nextSetup(setup('flashing'), flashEnded(flash('done', { facts: C3 })), 0);
    expect(flashed.view.deviceId).toBe(C3.deviceId);
    const other = 'ESP_OTHER' as DeviceId;
    expect(nextSetup(flashed, provisioned(provisioning('done', { deviceId: other })), 0).view.deviceId).toBe(other);
  });

  it('takes its certificate after the end', () => {
    expect(nextSetup(setup('done'), { kind: 'certified', certificateId: 'c' }, 0).view.certificateId).toBe('c');
  });

  it.each<[Partial<SetupJob>, string]>([
    [{}, 'Nothing was changed on the board.'],
    [{ flash: flash('writing') }, 'flash is as far as it got.'],
    [{ flash: done }, 'has its firmware, and what the console had made for it was taken back.'],
    [
      { provisioning: provisioning('running') },
      'has its firmware, and what the console had made for it was taken back.',
    ],
    [{ provisioning: provisioning('done'), replaces: DEAD }, `nothing was moved to it from ${DEAD}.`],
  ])('says how far the board is: %j', (view, sentence) => {
    const { view: cancelled } = nextSetup(setup('provisioning', view, cancelling), { kind: 'gave_up' }, 0);
    const { view: stopped } = nextSetup(setup('provisioning', view, stopping), { kind: 'gave_up' }, 0);
    expect([cancelled.error?.message, stopped.error?.message]).toEqual([
      expect.stringMatching(/^The setup was cancelled\./),
      expect.stringMatching(/^The console ended in the middle of this setup\./),
    ]);
    expect(cancelled.error?.message).toContain(sentence);
  });

  it('has three ends', () => {
    const states = ['flashing', 'provisioning', 'replacing', 'done', 'failed', 'cancelled'] as const;
    expect(states.filter((state) => isEnded(setup(state)))).toEqual(['done', 'failed', 'cancelled']);
  });
});
