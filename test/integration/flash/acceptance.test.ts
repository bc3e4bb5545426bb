/*
 * What goes wrong while a board is flashed, as a technician meets it: each case ends in its code and a sentence, leaves nothing half-registered, and
 * a retry works once its cause is mended. acceptance-network.test.ts does the same for what comes after.
 */
import { SerialPort } from 'serialport';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SetupJob } from '../../../src/shared/api/commissioning';
import type { JobErrorCode } from '../../../src/shared/domain/job-errors';
import { FlashDesk, noTraces } from '../../fakes/flash-desk';
import type { JsonObject } from '../../fakes/message-log';
import { ops } from '../../fakes/virtual-esp/loader-protocol';
import { bundledParts, type PluggedBoard, type PluggedOptions } from '../../fakes/virtual-esp/plugged-board';
import { ptySkipReason } from '../../fakes/virtual-esp/pty-port';
import { until } from '../../fakes/wait';

const skipReason = ptySkipReason();
if (skipReason !== undefined) console.warn(`Skipped, acceptance of flashing over a pty: ${skipReason}`);

type Unfit = { readonly what: string; readonly options: PluggedOptions; readonly code: JobErrorCode; readonly sentence: RegExp }; // prettier-ignore

/** Boards that an image cannot be written to, and what is said. */
const unfit: readonly Unfit[] = [
  { what: 'another chip', options: { chip: 'esp32c6' }, code: 'wrong_chip', sentence: /ESP32-C6.*(Choose|Use|Take|Plug)/ },
  { what: '2 MB of flash', options: { flashSizeBytes: 2 * 1024 * 1024 }, code: 'flash_too_small', sentence: /2 MB.*Use a board with more flash/ },
  { what: 'secure download mode', options: { faults: { secureDownload: true } }, code: 'secure_download', sentence: /secure download mode.*Use another board/ },
]; // prettier-ignore

describe.skipIf(skipReason !== undefined)('Flashing that fails', () => {
  let desk: FlashDesk;
  let imageBytes = 0;

  beforeAll(async () => {
    desk = await FlashDesk.open(unfit.length + 5);
    imageBytes = (await bundledParts('esp32c3')).reduce((sum, { data }) => sum + data.length, 0);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  const c3 = (change: JsonObject = {}): JsonObject => ({ imageId: 'bundled:esp32c3', ...change });

  /** It ended with this code and a sentence that says what to do, and nothing of it is left. */
  async function expectFailed(
    plugged: PluggedBoard,
    job: SetupJob,
    code: JobErrorCode,
    sentence: RegExp,
  ): Promise<void> {
    expect(job.error?.message).toMatch(sentence);
    expect([job.state, job.error?.code]).toEqual([code === 'cancelled' ? 'cancelled' : 'failed', code]);
    expect(await desk.traces(plugged)).toEqual(noTraces);
  }

  async function expectDone(plugged: PluggedBoard, retried: SetupJob): Promise<void> {
    const job = await desk.ended(plugged, retried);
    expect(job.error).toBeUndefined();
    expect(job.state).toBe('done');
    expect(await desk.traces(plugged)).toEqual({ ...noTraces, hasAccount: true, approval: 'approved' });
    expect(plugged.board.stats.badPrograms).toBe(0);
  }

  test.each(unfit.map((each, index) => ({ ...each, index })))(
    'a board with $what is refused before anything is erased; the right board is set up by a retry',
    async ({ options, code, sentence, index }) => {
      const wrong = await desk.plug(index, options);
      const job = await desk.setUp(wrong, c3({ method: 'partition' }));
      await expectFailed(wrong, job, code, sentence);
      expect(wrong.board.stats).toMatchObject({ erasedSectors: 0, programmedBytes: 0 });
      const right = await desk.plug(index);
      await expectDone(right, await desk.retry(job));
    },
  );

  test.each([
    { percent: 1, method: 'serial' },
    { percent: 50, method: 'partition' },
    { percent: 99, method: 'serial' },
  ])(
    'a plug that is pulled at $percent % of the bytes ends the setup, and put in again, a retry works',
    async ({ percent, method }) => {
      const plugged = await desk.plug(unfit.length, { mac: `84:f7:03:0b:0b:${String(percent).padStart(2, '0')}` });
      const cutAt = Math.floor((imageBytes * percent) / 100);
      plugged.board.faults.unplugAfterProgrammed = cutAt;
      const job = await desk.setUp(plugged, c3({ method }));
      expect(plugged.board.stats.programmedBytes).toBe(cutAt);
      await desk.present(plugged.path, false);
      await expectFailed(plugged, job, 'port_vanished', /[Pp]lug .* in/);
      await desk.plugIn(plugged);
      await expectDone(plugged, await desk.retry(job));
    },
  );

  /** What the board does when the setup is to be cancelled: it falls silent at this command, in this state of the job. */
  const moments: readonly (readonly [string, number])[] = [
    ['writing', ops.deflateData],
    ['verifying', ops.flashMd5],
  ];

  test.each(moments.map((moment, index) => [...moment, index] as const))(
    'a setup that is cancelled while %s ends at once, and a retry works',
    async (state, command, index) => {
      const plugged = await desk.plug(unfit.length + 1 + index);
      const { faults } = plugged.board;
      const started = await desk.start(plugged, c3({ method: 'partition' }));
      const job = await desk.ended(plugged, started, async ({ flash, finishedAt }) => {
        // From the first byte on: before, sums are asked for to see what is there already.
        if (flash?.state === 'writing') faults.muteAtCommand = command;
        if (flash?.state === state && faults.silent && finishedAt === undefined)
          await desk.client.call('POST', `/setups/${started.id}/cancel`, {});
      });
      expect(job.flash?.state).toBe('cancelled');
      faults.muteAtCommand = null;
      faults.silent = false;
      await expectFailed(plugged, job, 'cancelled', /cancelled.*Set the board up again/);
      await expectDone(plugged, await desk.retry(job));
    },
  );

  test('a setup that is cancelled while it looks for the chip leaves the board as it was, and a retry works', async () => {
    const plugged = await desk.plug(unfit.length + 3, { bootOnSync: false });
    const { id } = await desk.start(plugged, c3());
    await until(async () => (await desk.client.call<SetupJob>('GET', `/setups/${id}`)).flash?.hint === 'hold_boot', 10_000, 'the console to ask for help'); // prettier-ignore
    const job = await desk.client.call<SetupJob>('POST', `/setups/${id}/cancel`, {});
    await expectFailed(plugged, job, 'cancelled', /cancelled.*[Ss]et (it|the board) up again/);
    expect(plugged.board.stats).toMatchObject({ erasedSectors: 0, programmedBytes: 0, resets: 0 });
    await expectDone(plugged, await desk.retry(job));
  });

  test('a port that another program has open is named; once that is closed, a retry works', async () => {
    const plugged = await desk.plug(unfit.length + 4);
    const other = new SerialPort({ path: plugged.path, baudRate: 115_200, lock: true, autoOpen: false });
    await new Promise<void>((resolve, reject) => other.open((error) => (error ? reject(error) : resolve())));
    const job = await desk.setUp(plugged, c3());
    await new Promise<void>((resolve) => other.close(() => resolve()));
    await expectFailed(plugged, job, 'port_in_use', /^Another program has .* open\. Close it/);
    await expectDone(plugged, await desk.retry(job));
  });
});
