/*
 * The console ends in the middle of a setup, politely or not: its next run holds nothing of the board, and the board can be set up.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FlashDesk, noTraces } from '../../fakes/flash-desk';
import { ops } from '../../fakes/virtual-esp/loader-protocol';
import { ptySkipReason } from '../../fakes/virtual-esp/pty-port';
import { until } from '../../fakes/wait';

const skipReason = ptySkipReason();
if (skipReason !== undefined) console.warn(`Skipped, the end of the console in a setup: ${skipReason}`);

const endings = [
  { ending: 'stop', what: 'is stopped', port: 0 },
  { ending: 'kill9', what: 'is killed', port: 1 },
] as const;

describe.skipIf(skipReason !== undefined)('When the console ends in the middle of a setup', () => {
  let desk: FlashDesk;

  beforeAll(async () => {
    desk = await FlashDesk.open(endings.length);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  test.each(endings)(
    'because it $what, its next run holds nothing of the board, and sets it up',
    async ({ ending, port }) => {
      const plugged = await desk.plug(port);
      const { faults } = plugged.board;
      faults.muteAtCommand = ops.deflateData;
      await desk.start(plugged, { method: 'partition' });
      await until(() => faults.silent, 20_000, 'the writing to begin');
      expect(await desk.traces(plugged)).toMatchObject({ hasAccount: true, use: 'flash' });

      await desk.stage.restartConsole(ending);
      faults.muteAtCommand = null;
      faults.silent = false;
      await desk.present(plugged.path);
      expect(await desk.traces(plugged)).toEqual(noTraces);
      const job = await desk.setUp(plugged, { method: 'partition' });
      expect(job.error).toBeUndefined();
      expect(await desk.traces(plugged)).toEqual({ ...noTraces, hasAccount: true, approval: 'approved' });
      // The device belongs to the plant now: its login outlives the console.
      await desk.stage.restartConsole('kill9');
      expect((await desk.traces(plugged)).hasAccount).toBe(true);
    },
  );
});
