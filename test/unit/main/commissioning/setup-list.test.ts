import { describe, expect, it, vi } from 'vitest';
import { KEPT_SETUPS, STOP_WAIT_MS } from '../../../../src/main/commissioning/setup-service';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';
import { jobFailure } from '../../../../src/shared/domain/job-errors';
import { failure } from '../../../../src/shared/domain/result';
import { C3, jobError } from '../../../fakes/fake-flashing';
import {
  DEAD,
  FLASH_ONLY,
  INPUT,
  NEW,
  OPERATOR,
  PARTITION,
  PASSWORD,
  PORT,
  SERIAL_ONLY,
  SETTINGS,
  openSetups,
  settle,
} from './commissioning-bench';

describe('The list of setups', () => {
  it('has one at a time on a port', async () => {
    const { begin, refusal, flashing, setups } = openSetups();
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
    const { refusal, setups, calls } = openSetups();
    expect(await refusal(input)).toMatchObject({ code });
    expect([setups.list(), calls]).toEqual([[], []]);
  });

  it('keeps no setup whose first job was refused', async () => {
    const { refusal, flashing, provisioning, setups, kinds } = openSetups();
    const noImage = failure('not_found', 'There is no image.').error;
    flashing.refusal = noImage;
    expect(await refusal(INPUT)).toEqual(noImage);
    provisioning.refusal = noImage;
    expect(await refusal(SERIAL_ONLY)).toEqual(noImage);
    expect([setups.list(), kinds()]).toEqual([[], []]);
  });

  it('knows only its own', async () => {
    const { setups } = openSetups();
    const missing = { ok: false, error: { code: 'not_found' } };
    expect([setups.get('x'), await setups.cancel('x'), await setups.retry('x', OPERATOR)]).toMatchObject([missing, missing, missing]); // prettier-ignore
  });

  it(`keeps ${KEPT_SETUPS}, and drops those that have ended first`, async () => {
    const { begin, flashing, setups } = openSetups();
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
    const { begin, flashing, setups, changes } = openSetups();
    const id = await begin(FLASH_ONLY);
    const before = changes();
    flashing.finish(PORT);
    await setups.whenEnded(id);
    expect(changes()).toBeGreaterThan(before);
  });

  it('shows, journals and logs no password', async () => {
    const { begin, flashing, provisioning, setups, journal, lines, certificates } = openSetups();
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
    const { begin, flashing, provisioning, setups, calls, view, refusal } = openSetups();
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
    const { begin, flashing, setups, clock } = openSetups();
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
    const { setups, flashing, provisioning } = openSetups();
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
    const { setups, provisioning, calls } = openSetups();
    setups.startBoard(SERIAL_ONLY, OPERATOR, { ...naming, template: '{mac}' });
    await settle();
    expect([calls, provisioning.settings.name]).toEqual([[`inspect ${PORT}`, `provision ${PORT}`], C3.mac]);
  });

  it('is not asked for it when the name does not need it', async () => {
    const { setups, provisioning, calls } = openSetups();
    expect(setups.startBoard(SERIAL_ONLY, OPERATOR, { ...naming, template: 'Node {n}' }).name).toBe('Node 5');
    await settle();
    expect([calls, provisioning.settings.name]).toEqual([[`provision ${PORT}`], 'Node 5']);
  });

  it('fails when its chip does not answer', async () => {
    const { setups, flashing, calls } = openSetups();
    flashing.found = jobFailure('no_answer', 'Hold BOOT.');
    const { id } = setups.startBoard(SERIAL_ONLY, OPERATOR, naming);
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'failed', error: { code: 'no_answer' } });
    expect(calls).toEqual([`inspect ${PORT}`]);
  });

  it('shows a refusal as a setup that failed', async () => {
    const { begin, setups, flashing } = openSetups();
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
    const { setups, flashing } = openSetups();
    const { id } = setups.startBoard(INPUT, OPERATOR, naming);
    await settle();
    flashing.fail(PORT, jobError('no_answer'));
    await setups.whenEnded(id);
    expect(await setups.retry(id, OPERATOR)).toMatchObject({ ok: false, error: { code: 'conflict' } });
  });

  it('takes a wished device id for its name', async () => {
    const { setups, flashing } = openSetups();
    const deviceId = 'ESP_WISHED' as DeviceId;
    setups.startBoard({ ...INPUT, settings: { ...SETTINGS, deviceId } }, OPERATOR, { ...naming, template: '{id}' });
    await settle();
    await flashing.reachChip(PORT);
    expect(setups.list()).toMatchObject([{ name: deviceId, deviceId }]);
  });
});
