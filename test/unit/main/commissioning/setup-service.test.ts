import { describe, expect, it, vi } from 'vitest';
import { PORT_RETURN_MS } from '../../../../src/main/commissioning/when-present';
import { must } from '../../../../src/shared/domain/assert';
import { jobFailure } from '../../../../src/shared/domain/job-errors';
import { failure } from '../../../../src/shared/domain/result';
import { APP_PART, jobError } from '../../../fakes/fake-flashing';
import {
  CELLAR,
  DEAD,
  FLASH_ONLY,
  NEW,
  OPERATOR,
  PARTITION,
  PORT,
  REPLACE,
  SERIAL_ONLY,
  SETTINGS,
  TENT,
  openSetups,
  settle,
} from './commissioning-bench';

describe('A setup', () => {
  it('flashes, provisions on the same port, and is certified', async () => {
    const { begin, view, flashing, provisioning, calls, setups, kinds, clock } = openSetups();
    const id = await begin();
    expect(view(id)).toMatchObject({
      state: 'flashing',
      port: PORT,
      isBench: false,
      by: OPERATOR,
      startedAt: clock.iso,
    });
    flashing.progress(PORT, { state: 'writing', bytesWritten: 100 });
    expect(view(id).flash).toMatchObject({ state: 'writing', bytesWritten: 100 });
    await flashing.reachChip(PORT);
    clock.advance(12_340);
    flashing.finish(PORT);
    await settle();
    expect(view(id)).toMatchObject({ state: 'provisioning', deviceId: NEW, provisioning: { state: 'running' } });
    provisioning.finish(NEW);
    const ended = await setups.whenEnded(id);
    expect(ended).toMatchObject({
      state: 'done',
      deviceId: NEW,
      finishedAt: clock.iso,
      provisioning: { state: 'done' },
    });
    expect(ended).toEqual(view(id));
    expect([calls, ended.certificateId]).toEqual([[`flash ${PORT}`, `provision ${PORT}`], expect.any(String)]);
    expect(kinds()).toEqual(['setup.done', 'certificate.issued']);
  });

  it('only flashes when there are no settings', async () => {
    const { begin, flashing, calls, setups } = openSetups();
    const id = await begin(FLASH_ONLY);
    await flashing.reachChip(PORT);
    flashing.finish(PORT);
    expect(await setups.whenEnded(id)).toMatchObject({
      state: 'done',
      deviceId: NEW,
      isFlashOnly: true,
      provisioning: null,
    });
    expect(calls).toEqual([`flash ${PORT}`]);
  });

  it('only provisions when there is no image, without a certificate', async () => {
    const { begin, provisioning, calls, setups, kinds } = openSetups();
    const id = await begin(SERIAL_ONLY);
    provisioning.finish(NEW);
    expect(await setups.whenEnded(id)).toMatchObject({
      state: 'done',
      deviceId: NEW,
      flash: null,
      certificateId: null,
    });
    expect([calls, kinds()]).toEqual([[`provision ${PORT}`], ['setup.done']]);
  });

  it('puts the settings into the image, and then only awaits the device', async () => {
    const { begin, flashing, provisioning, calls, setups } = openSetups();
    const id = await begin(PARTITION);
    expect(await flashing.reachChip(PORT)).toEqual({
      ok: true,
      value: { partition: 'cfg', data: new Uint8Array([1, 2, 3]) },
    });
    flashing.finish(PORT);
    await settle();
    provisioning.finish(NEW);
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'done', provisioning: { port: null } });
    expect(calls).toEqual([`flash ${PORT}`, 'prepare', `await ${NEW}`]);
  });

  it('makes the settings anew when the flash job asks again', async () => {
    const { begin, flashing, provisioning, calls } = openSetups();
    await begin(PARTITION);
    await flashing.reachChip(PORT);
    await flashing.reachChip(PORT);
    expect([calls, provisioning.prepared.size]).toEqual([[`flash ${PORT}`, 'prepare', 'undo', 'prepare'], 1]);
  });

  it('waits for a port that its restart took off the bus', async () => {
    const { begin, flashing, calls, ports } = openSetups();
    await begin();
    ports.unplug(PORT);
    flashing.finish(PORT);
    await settle();
    expect(calls).toEqual([`flash ${PORT}`]);
    ports.plug('/dev/ttyUSB9');
    ports.plug(PORT);
    await settle();
    expect(calls).toEqual([`flash ${PORT}`, `provision ${PORT}`]);
  });

  it('tries nevertheless when the port stays away, and gives the reason', async () => {
    const { begin, flashing, provisioning, ports, clock, setups } = openSetups();
    const id = await begin();
    ports.unplug(PORT);
    flashing.finish(PORT);
    await settle();
    provisioning.refusal = failure('not_found', 'There is no port.', { details: { path: PORT, list: [] } }).error;
    clock.advance(PORT_RETURN_MS);
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'port_absent', message: 'There is no port.', details: { path: PORT } } }); // prettier-ignore
    expect([clock.pending, ports.listenerCount]).toEqual([0, 1]); // the bench line's
  });
});

describe('A setup that fails', () => {
  it('in flashing, ends with the error of its flash job, takes back what was prepared, and is certified as failed', async () => {
    const { begin, flashing, provisioning, setups, certificates, calls, kinds } = openSetups();
    const id = await begin(PARTITION);
    await flashing.reachChip(PORT);
    flashing.fail(PORT, jobError('verify_failed', 'It is not what was written.'), { parts: [{ ...APP_PART, verified: false }] }); // prettier-ignore
    const ended = await setups.whenEnded(id);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'verify_failed' } });
    expect([calls.at(-1), provisioning.prepared.size]).toEqual(['undo', 0]);
    expect(certificates.page({}).items).toMatchObject([{ id: ended.certificateId, result: 'failed', error: 'It is not what was written.', parts: [] }]); // prettier-ignore
    expect(kinds()).toEqual(['setup.failed', 'certificate.issued']);
  });

  it('before anything was written, has no certificate', async () => {
    const { begin, flashing, setups } = openSetups();
    const id = await begin();
    flashing.fail(PORT, jobError('wrong_chip'));
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', certificateId: null });
  });

  it('in making the settings, fails its flash before anything is erased', async () => {
    const { begin, flashing, provisioning, setups } = openSetups();
    const id = await begin(PARTITION);
    provisioning.prepareError = jobError('account_failed');
    expect(await flashing.reachChip(PORT)).toMatchObject({ ok: false });
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'account_failed' } });
  });

  it('in provisioning, ends with that error, and the same again works', async () => {
    const { begin, flashing, provisioning, setups } = openSetups();
    const id = await begin();
    flashing.finish(PORT);
    await settle();
    provisioning.fail(jobError('wifi_not_joined'));
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'wifi_not_joined' }, provisioning: { state: 'failed' } }); // prettier-ignore
    const again = await setups.retry(id, 'user:other');
    const { id: againId, by } = must(again.ok ? again.value : null, 'a retry is a new setup');
    expect([againId === id, by]).toEqual([false, 'user:other']);
    flashing.finish(PORT);
    await settle();
    expect(provisioning.settings).toEqual(SETTINGS);
    provisioning.finish(NEW);
    expect(await setups.whenEnded(againId)).toMatchObject({ state: 'done' });
    expect(setups.list().map(({ id: listed }) => listed)).toEqual([againId, id]);
  });

  it('in what is not expected, ends as internal, takes back what was prepared, and is logged', async () => {
    const { begin, flashing, provisioning, setups, lines } = openSetups();
    vi.spyOn(provisioning, 'awaitArrival').mockImplementation(() => {
      throw new Error('a bug');
    });
    const id = await begin(PARTITION);
    await flashing.reachChip(PORT);
    flashing.finish(PORT);
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'internal' } });
    expect(lines.map(({ msg }) => msg)).toEqual(['setup failed']);
    expect(provisioning.prepared.size).toBe(0);
  });

  it('in taking back too, says so in the log and still ends', async () => {
    const { begin, flashing, provisioning, setups, lines } = openSetups();
    const prepare = provisioning.prepare;
    vi.spyOn(provisioning, 'prepare').mockImplementation(async (settings, facts) => {
      const made = await prepare(settings, facts);
      return made.ok ? { ok: true, value: { ...made.value, undo: () => Promise.reject(new Error('full')) } } : made;
    });
    const id = await begin(PARTITION);
    await flashing.reachChip(PORT);
    flashing.fail(PORT, jobError('port_vanished'));
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'port_vanished' } });
    expect(lines.map(({ msg }) => msg)).toEqual(['prepared settings could not be taken back']);
  });
});

describe('A setup that replaces a device', () => {
  it('checks before it flashes and before it erases, and moves at last', async () => {
    const { begin, flashing, provisioning, setups, calls } = openSetups();
    const id = await begin(REPLACE);
    expect(setups.list()).toMatchObject([{ name: 'Tent sensor', zoneId: TENT, replaces: DEAD }]);
    await flashing.reachChip(PORT);
    flashing.finish(PORT);
    await settle();
    expect(provisioning.settings).toEqual({ ...SETTINGS, name: 'Tent sensor', zoneId: TENT });
    provisioning.finish(NEW);
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'done', replaces: DEAD, deviceId: NEW });
    expect(calls).toEqual([
      `check ${DEAD}`,
      `flash ${PORT}`,
      `check ${DEAD} → ${NEW}`,
      `provision ${PORT}`,
      `move ${DEAD} → ${NEW}`,
    ]);
  });

  it('tells the new hardware the stop token of the old one, so that both ask for the same', async () => {
    const { begin, flashing, provisioning, stopTokens } = openSetups();
    stopTokens.set(DEAD, 'stop-me-please');
    await begin(REPLACE);
    await flashing.reachChip(PORT);
    flashing.finish(PORT);
    await settle();
    expect(provisioning.settings.stopToken).toBe('stop-me-please');
  });

  it('keeps a name and a zone that are wished', async () => {
    const { begin, setups } = openSetups();
    await begin({ ...REPLACE, settings: { ...SETTINGS, name: 'Other', zoneId: CELLAR } });
    expect(setups.list()).toMatchObject([{ name: 'Other', zoneId: CELLAR }]);
  });

  it('gives no id of the old device as a name to the new one', async () => {
    const { begin, known, setups } = openSetups();
    known.set(DEAD, { name: DEAD, zone: { desired: null, confirmed: null }, replacedBy: null });
    await begin(REPLACE);
    expect(setups.list()).toMatchObject([{ name: null, zoneId: null }]);
  });

  it('calls the device as before when an earlier try was cut off after the name had moved', async () => {
    const { begin, known, setups } = openSetups();
    const zone = { desired: TENT, confirmed: TENT };
    known.set(DEAD, { name: 'Tent sensor (replaced)', zone, replacedBy: { deviceId: NEW } });
    known.set(NEW, { name: 'Tent sensor', zone, replacedBy: null });
    await begin(REPLACE);
    expect(setups.list()).toMatchObject([{ name: 'Tent sensor', zoneId: TENT }]);
  });

  it('changes nothing on a board that says it is a device of the plant', async () => {
    const { begin, provisioning, replacement, setups, calls } = openSetups();
    replacement.allowedFor = jobFailure('device_known', 'That board is the pump.');
    const id = await begin({ ...REPLACE, imageId: null });
    provisioning.hello(NEW);
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'device_known' } });
    expect(calls).toEqual([`check ${DEAD}`, `provision ${PORT}`, `check ${DEAD} → ${NEW}`]);
  });

  it('leaves out a zone that is not there any more', async () => {
    const { begin, setups, names } = openSetups();
    names.delete(TENT);
    await begin(REPLACE);
    expect(setups.list()).toMatchObject([{ name: 'Tent sensor', zoneId: null }]);
  });

  it('is refused before anything begins when the old device may not be replaced', async () => {
    const { refusal, replacement, calls, setups } = openSetups();
    replacement.allowed = jobFailure('device_known', 'It is online. Switch it off first.', { deviceId: DEAD });
    expect(await refusal(REPLACE)).toEqual({ code: 'conflict', message: 'It is online. Switch it off first.', retryable: true, details: { deviceId: DEAD, job: 'device_known' } }); // prettier-ignore
    expect([calls, setups.list()]).toEqual([[`check ${DEAD}`], []]);
  });

  it('erases nothing when the board is a device of the plant', async () => {
    const { begin, flashing, replacement, setups, calls } = openSetups();
    replacement.allowedFor = jobFailure('device_known', 'That board is the pump.');
    const id = await begin({ ...REPLACE, method: 'partition' });
    await flashing.reachChip(PORT);
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'device_known' } });
    expect(calls).not.toContain('prepare');
  });

  it('fails with the sentence of a move that failed', async () => {
    const { begin, flashing, provisioning, replacement, setups } = openSetups();
    replacement.moved = Promise.resolve(jobFailure('configuration_refused', 'Pin 9 is not on that board.'));
    const id = await begin(REPLACE);
    flashing.finish(PORT);
    await settle();
    provisioning.finish(NEW);
    expect(await setups.whenEnded(id)).toMatchObject({
      state: 'failed',
      error: { message: 'Pin 9 is not on that board.' },
    });
  });

  it('is alone in replacing that device', async () => {
    const { begin, refusal } = openSetups();
    await begin(REPLACE);
    expect(await refusal({ ...REPLACE, port: '/dev/ttyUSB1' })).toMatchObject({ code: 'busy' });
  });
});
