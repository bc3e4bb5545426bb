import { describe, expect, it, vi } from 'vitest';
import { CANCEL_WAIT_MS, KEPT_SETUPS, STOP_WAIT_MS } from '../../../../src/main/commissioning/setup-service';
import { PORT_RETURN_MS } from '../../../../src/main/commissioning/when-present';
import type { SetupInput } from '../../../../src/shared/api/commissioning';
import { must } from '../../../../src/shared/domain/assert';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';
import { jobFailure } from '../../../../src/shared/domain/job-errors';
import { failure } from '../../../../src/shared/domain/result';
import { APP_PART, C3, jobError } from '../../../fakes/fake-flashing';
import { CELLAR, DEAD, INPUT, NEW, OPERATOR, PASSWORD, PORT, SETTINGS, TENT, openCommissioning, settle } from './commissioning-bench'; // prettier-ignore

const PARTITION: SetupInput = { ...INPUT, method: 'partition' };
const FLASH_ONLY: SetupInput = { ...INPUT, settings: null };
const SERIAL_ONLY: SetupInput = { ...INPUT, imageId: null };
const REPLACE: SetupInput = { ...INPUT, replaces: DEAD };

function room() {
  const opened = openCommissioning();
  opened.ports.plug(PORT);
  const { setups } = opened;
  const begin = async (input: SetupInput = INPUT) => {
    const started = await setups.start(input, OPERATOR);
    if (!started.ok) throw new Error(started.error.message);
    return started.value.id;
  };
  const view = (id: string) => {
    const found = setups.get(id);
    if (!found.ok) throw new Error(found.error.message);
    return found.value;
  };
  const refusal = async (input: SetupInput) => {
    const started = await setups.start(input, OPERATOR);
    return started.ok ? null : started.error;
  };
  return { ...opened, begin, view, refusal };
}

describe('A setup', () => {
  it('flashes, provisions on the same port, and is certified', async () => {
    const { begin, view, flashing, provisioning, calls, setups, kinds, clock } = room();
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
    const { begin, flashing, calls, setups } = room();
    const id = await begin(FLASH_ONLY);
    await flashing.reachChip(PORT);
    flashing.finish(PORT);
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'done', deviceId: NEW, provisioning: null });
    expect(calls).toEqual([`flash ${PORT}`]);
  });

  it('only provisions when there is no image, without a certificate', async () => {
    const { begin, provisioning, calls, setups, kinds } = room();
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
    const { begin, flashing, provisioning, calls, setups } = room();
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
    const { begin, flashing, provisioning, calls } = room();
    await begin(PARTITION);
    await flashing.reachChip(PORT);
    await flashing.reachChip(PORT);
    expect([calls, provisioning.prepared.size]).toEqual([[`flash ${PORT}`, 'prepare', 'undo', 'prepare'], 1]);
  });

  it('waits for a port that its restart took off the bus', async () => {
    const { begin, flashing, calls, ports } = room();
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
    const { begin, flashing, provisioning, ports, clock, setups } = room();
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
    const { begin, flashing, provisioning, setups, certificates, calls, kinds } = room();
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
    const { begin, flashing, setups } = room();
    const id = await begin();
    flashing.fail(PORT, jobError('wrong_chip'));
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', certificateId: null });
  });

  it('in making the settings, fails its flash before anything is erased', async () => {
    const { begin, flashing, provisioning, setups } = room();
    const id = await begin(PARTITION);
    provisioning.prepareError = jobError('account_failed');
    expect(await flashing.reachChip(PORT)).toMatchObject({ ok: false });
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'account_failed' } });
  });

  it('in provisioning, ends with that error, and the same again works', async () => {
    const { begin, flashing, provisioning, setups } = room();
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
    const { begin, flashing, provisioning, setups, lines } = room();
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
    const { begin, flashing, provisioning, setups, lines } = room();
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

describe('A setup that is cancelled', () => {
  it('in flashing, ends its flash job and takes back what was prepared', async () => {
    const { begin, flashing, provisioning, setups, calls, kinds } = room();
    const id = await begin(PARTITION);
    await flashing.reachChip(PORT);
    expect(await setups.cancel(id)).toMatchObject({
      ok: true,
      value: { state: 'cancelled', error: { code: 'cancelled' } },
    });
    expect([calls, provisioning.prepared.size]).toEqual([[`flash ${PORT}`, 'prepare', 'cancel flash-1', 'undo'], 0]);
    expect(kinds()).toEqual(['setup.failed']);
  });

  it('while its settings are made, takes them back when they are there', async () => {
    const { begin, flashing, provisioning, setups, calls, view } = room();
    const gate = Promise.withResolvers<void>();
    provisioning.preparing = gate.promise;
    const id = await begin(PARTITION);
    const reached = flashing.reachChip(PORT);
    await settle();
    const cancelled = setups.cancel(id);
    await settle();
    expect(view(id).state).toBe('flashing');
    gate.resolve();
    await reached;
    expect(await cancelled).toMatchObject({ value: { state: 'cancelled' } });
    expect([calls.at(-1), provisioning.prepared.size]).toEqual(['undo', 0]);
  });

  it('while its flash job is only being started, ends that job', async () => {
    const { setups, calls } = room();
    const starting = setups.start(INPUT, OPERATOR);
    const [{ id } = { id: '' }] = setups.list();
    expect(await setups.cancel(id)).toMatchObject({ value: { state: 'cancelled' } });
    expect([await starting, calls]).toMatchObject([{ ok: true }, [`flash ${PORT}`, 'cancel flash-1']]);
  });

  it('between flash and provisioning, provisions no more', async () => {
    const { begin, flashing, setups, calls, ports, clock } = room();
    const id = await begin();
    ports.unplug(PORT);
    flashing.finish(PORT);
    await settle();
    expect(await setups.cancel(id)).toMatchObject({ value: { state: 'cancelled', provisioning: null } });
    expect([calls, clock.pending, ports.listenerCount]).toEqual([[`flash ${PORT}`], 0, 1]);
  });

  it.each([INPUT, PARTITION])('in provisioning ($method), ends that', async (input) => {
    const { begin, flashing, setups, calls } = room();
    const id = await begin(input);
    await flashing.reachChip(PORT);
    flashing.finish(PORT);
    await settle();
    expect(await setups.cancel(id)).toMatchObject({
      value: { state: 'cancelled', provisioning: { state: 'cancelled' } },
    });
    expect(calls.at(-1)).toBe('cancel provisioning-1');
  });

  it('in taking over, goes on, because half a move is worse', async () => {
    const { begin, flashing, provisioning, replacement, setups } = room();
    const moving = Promise.withResolvers<{ ok: true; value: null }>();
    replacement.moved = moving.promise;
    const id = await begin(REPLACE);
    flashing.finish(PORT);
    await settle();
    provisioning.finish(NEW);
    await settle();
    expect(await setups.cancel(id)).toMatchObject({ ok: false, error: { code: 'conflict' } });
    moving.resolve({ ok: true, value: null });
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'done' });
    expect(await setups.cancel(id)).toMatchObject({ ok: true, value: { state: 'done' } });
  });

  it('by a job that does not end, is answered in time with the state it is in', async () => {
    const { begin, flashing, setups, clock } = room();
    const id = await begin();
    vi.spyOn(flashing, 'cancel').mockReturnValue(new Promise(() => undefined));
    const answer = setups.cancel(id);
    clock.advance(CANCEL_WAIT_MS);
    expect(await answer).toMatchObject({ ok: true, value: { state: 'flashing' } });
    expect(clock.pending).toBe(0);
  });

  it('by a job that cannot be ended, is logged and ends with the job', async () => {
    const { begin, flashing, setups, lines } = room();
    const id = await begin();
    vi.spyOn(flashing, 'cancel').mockRejectedValue(new Error('a bug'));
    const answer = setups.cancel(id);
    flashing.finish(PORT);
    expect(await answer).toMatchObject({ value: { state: 'cancelled' } });
    expect(lines.map(({ msg }) => msg)).toEqual(['a part of a setup could not be ended']);
  });
});

describe('A setup that replaces a device', () => {
  it('checks before it flashes and before it erases, and moves at last', async () => {
    const { begin, flashing, provisioning, setups, calls } = room();
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

  it('keeps a name and a zone that are wished', async () => {
    const { begin, setups } = room();
    await begin({ ...REPLACE, settings: { ...SETTINGS, name: 'Other', zoneId: CELLAR } });
    expect(setups.list()).toMatchObject([{ name: 'Other', zoneId: CELLAR }]);
  });

  it('leaves out a zone that is not there any more', async () => {
    const { begin, setups, names } = room();
    names.delete(TENT);
    await begin(REPLACE);
    expect(setups.list()).toMatchObject([{ name: 'Tent sensor', zoneId: null }]);
  });

  it('is refused before anything begins when the old device may not be replaced', async () => {
    const { refusal, replacement, calls, setups } = room();
    replacement.allowed = jobFailure('device_known', 'It is online. Switch it off first.', { deviceId: DEAD });
    expect(await refusal(REPLACE)).toEqual({ code: 'conflict', message: 'It is online. Switch it off first.', retryable: true, details: { deviceId: DEAD, job: 'device_known' } }); // prettier-ignore
    expect([calls, setups.list()]).toEqual([[`check ${DEAD}`], []]);
  });

  it('erases nothing when the board is a device of the plant', async () => {
    const { begin, flashing, replacement, setups, calls } = room();
    replacement.allowedFor = jobFailure('device_known', 'That board is the pump.');
    const id = await begin({ ...REPLACE, method: 'partition' });
    await flashing.reachChip(PORT);
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'device_known' } });
    expect(calls).not.toContain('prepare');
  });

  it('fails with the sentence of a move that failed', async () => {
    const { begin, flashing, provisioning, replacement, setups } = room();
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
    const { begin, refusal } = room();
    await begin(REPLACE);
    expect(await refusal({ ...REPLACE, port: '/dev/ttyUSB1' })).toMatchObject({ code: 'busy' });
  });
});

describe('The list of setups', () => {
  it('has one at a time on a port', async () => {
    const { begin, refusal, flashing, setups } = room();
    const id = await begin();
    expect(await refusal(INPUT)).toMatchObject({ code: 'busy', retryable: true, details: { port: PORT } });
    expect(await setups.retry(id, OPERATOR)).toMatchObject({ error: { code: 'busy' } });
    flashing.fail(PORT, jobError('no_answer'));
    await setups.whenEnded(id);
    expect(await refusal(INPUT)).toBeNull();
  });

  it.each([
    [{ ...INPUT, imageId: null, settings: null }, 'invalid'],
    [{ ...FLASH_ONLY, replaces: DEAD }, 'invalid'],
    [{ ...PARTITION, imageId: null }, 'invalid'],
    [{ ...INPUT, settings: { ...SETTINGS, zoneId: 'nowhere' as ZoneId } }, 'not_found'],
  ])('refuses what makes no sense (%#)', async (input, code) => {
    const { refusal, setups, calls } = room();
    expect(await refusal(input)).toMatchObject({ code });
    expect([setups.list(), calls]).toEqual([[], []]);
  });

  it('keeps no setup whose first job was refused', async () => {
    const { refusal, flashing, provisioning, setups, kinds } = room();
    const noImage = failure('not_found', 'There is no image.').error;
    flashing.refusal = noImage;
    expect(await refusal(INPUT)).toEqual(noImage);
    provisioning.refusal = noImage;
    expect(await refusal(SERIAL_ONLY)).toEqual(noImage);
    expect([setups.list(), kinds()]).toEqual([[], []]);
  });

  it('knows only its own', async () => {
    const { setups } = room();
    const missing = { ok: false, error: { code: 'not_found' } };
    expect([setups.get('x'), await setups.cancel('x'), await setups.retry('x', OPERATOR)]).toMatchObject([missing, missing, missing]); // prettier-ignore
  });

  it(`keeps ${KEPT_SETUPS}, and drops those that have ended first`, async () => {
    const { begin, flashing, setups } = room();
    const running = await begin({ ...INPUT, port: '/dev/running' });
    for (let index = 0; index < KEPT_SETUPS; index += 1) {
      const id = await begin();
      flashing.fail(PORT, jobError('no_answer'));
      await setups.whenEnded(id);
    }
    const ids = setups.list().map(({ id }) => id);
    expect([ids.length, ids.at(-1)]).toEqual([KEPT_SETUPS, running]);
  });

  it('tells when something changes', async () => {
    const { begin, flashing, setups, changes } = room();
    const id = await begin(FLASH_ONLY);
    const before = changes();
    flashing.finish(PORT);
    await setups.whenEnded(id);
    expect(changes()).toBeGreaterThan(before);
  });

  it('shows, journals and logs no password', async () => {
    const { begin, flashing, provisioning, setups, journal, lines, certificates } = room();
    const id = await begin({ ...PARTITION, settings: { ...SETTINGS, stopToken: 'token-secret' } });
    await flashing.reachChip(PORT);
    flashing.finish(PORT);
    await settle();
    provisioning.fail(jobError('not_seen'));
    await setups.whenEnded(id);
    const said = JSON.stringify([setups.list(), journal.recent(), lines, certificates.page({}), certificates.export('html')]); // prettier-ignore
    expect([said.includes(PASSWORD), said.includes('token-secret')]).toEqual([false, false]);
  });

  it('ends with the console: every setup as interrupted, its jobs ended, and no new one', async () => {
    const { begin, flashing, provisioning, setups, calls, view, refusal } = room();
    const other = '/dev/ttyUSB1';
    const [first, second] = [await begin(PARTITION), await begin({ ...SERIAL_ONLY, port: other })];
    await flashing.reachChip(PORT);
    await setups.stop();
    expect([view(first), view(second)]).toMatchObject([
      { state: 'failed', error: { code: 'interrupted' } },
      { state: 'failed', error: { code: 'interrupted' } },
    ]);
    expect(calls.slice(-3).sort()).toEqual(['cancel flash-1', 'cancel provisioning-1', 'undo']);
    expect([provisioning.prepared.size, await refusal(INPUT)]).toMatchObject([0, { code: 'conflict' }]);
  });

  it('does not hold the console up', async () => {
    const { begin, flashing, setups, clock } = room();
    await begin();
    vi.spyOn(flashing, 'cancel').mockReturnValue(new Promise(() => undefined));
    const stopping = setups.stop();
    clock.advance(STOP_WAIT_MS);
    await stopping;
    expect(clock.pending).toBe(0);
  });
});

describe('A board on the bench', () => {
  const naming = { template: '{zone} {n:2} {id}', number: 5, zoneName: 'Tent' };

  it('gets its name when its chip is known', async () => {
    const { setups, flashing, provisioning } = room();
    const { id, name, isBench } = setups.startBoard(INPUT, OPERATOR, naming);
    expect([name, isBench]).toEqual([null, true]);
    await settle();
    await flashing.reachChip(PORT);
    flashing.finish(PORT);
    await settle();
    expect(provisioning.settings.name).toBe(`Tent 05 ${NEW}`);
    provisioning.finish(NEW);
    expect(await setups.whenEnded(id)).toMatchObject({ name: `Tent 05 ${NEW}` });
  });

  it('is asked for its chip when nothing is flashed and the name needs it', async () => {
    const { setups, provisioning, calls } = room();
    setups.startBoard(SERIAL_ONLY, OPERATOR, { ...naming, template: '{mac}' });
    await settle();
    expect([calls, provisioning.settings.name]).toEqual([[`inspect ${PORT}`, `provision ${PORT}`], C3.mac]);
  });

  it('is not asked for it when the name does not need it', async () => {
    const { setups, provisioning, calls } = room();
    expect(setups.startBoard(SERIAL_ONLY, OPERATOR, { ...naming, template: 'Node {n}' }).name).toBe('Node 5');
    await settle();
    expect([calls, provisioning.settings.name]).toEqual([[`provision ${PORT}`], 'Node 5']);
  });

  it('fails when its chip does not answer', async () => {
    const { setups, flashing, calls } = room();
    flashing.found = jobFailure('no_answer', 'Hold BOOT.');
    const { id } = setups.startBoard(SERIAL_ONLY, OPERATOR, naming);
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'no_answer' } });
    expect(calls).toEqual([`inspect ${PORT}`]);
  });

  it('shows a refusal as a setup that failed', async () => {
    const { begin, setups, flashing } = room();
    await begin();
    const { id } = setups.startBoard(INPUT, OPERATOR, naming);
    expect(await setups.whenEnded(id)).toMatchObject({
      state: 'failed',
      isBench: true,
      error: { code: 'port_in_use' },
    });
    flashing.refusal = failure('too_large', 'Too many jobs.').error;
    const other = setups.startBoard({ ...INPUT, port: '/dev/ttyUSB1' }, OPERATOR, naming);
    expect(await setups.whenEnded(other.id)).toMatchObject({ state: 'failed', error: { code: 'internal', message: 'Too many jobs.' } }); // prettier-ignore
  });

  it('is tried again on the line only, because that gives the names', async () => {
    const { setups, flashing } = room();
    const { id } = setups.startBoard(INPUT, OPERATOR, naming);
    await settle();
    flashing.fail(PORT, jobError('no_answer'));
    await setups.whenEnded(id);
    expect(await setups.retry(id, OPERATOR)).toMatchObject({ ok: false, error: { code: 'conflict' } });
  });

  it('takes a wished device id for its name', async () => {
    const { setups, flashing } = room();
    const deviceId = 'ESP_WISHED' as DeviceId;
    setups.startBoard({ ...INPUT, settings: { ...SETTINGS, deviceId } }, OPERATOR, { ...naming, template: '{id}' });
    await settle();
    await flashing.reachChip(PORT);
    expect(setups.list()).toMatchObject([{ name: deviceId, deviceId }]);
  });
});
