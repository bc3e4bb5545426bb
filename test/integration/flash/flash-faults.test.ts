import { describe, expect, it } from 'vitest';
import { LineError, type SerialDriver, type SerialLine } from '../../../src/main/flash/serial-driver';
import { must } from '../../../src/shared/domain/assert';
import { jobSuccess } from '../../../src/shared/domain/job-errors';
import { flashImage } from '../../fakes/flash-image';
import { FlashScene, PORT, talkingApp } from '../../fakes/flash-scene';
import type { BoardFaults } from '../../fakes/virtual-esp/virtual-board';
import { bench, chip, expectFailure, expectRetryWorks, flash, HURRY } from './fault-bench';

/** A line whose driver knows no faster speed than this. */
function upTo(highest: number, line: SerialLine): SerialLine {
  const { path, onData, onClose, write, setSignals, close } = line;
  const setBaudRate = async (baud: number) => {
    if (baud > highest) throw new LineError(`${path} failed: invalid speed`, false);
    await line.setBaudRate(baud);
  };
  return { path, onData, onClose, write, setSignals, close, setBaudRate };
}

describe('a cable that is pulled', () => {
  it.each([1, 50, 99])('at %i % of the job: plugging in and starting again is enough', async (percent) => {
    const here = bench();
    await using scene = here.scene;
    scene.watch = ({ state, bytesWritten, bytesTotal }) => {
      const isThere = bytesWritten >= (bytesTotal * percent) / 100;
      if (state === 'writing' && bytesTotal > 0 && isThere) here.board.unplug();
    };
    const job = await flash(here);
    expectFailure(job, 'port_vanished');
    expect(job.error?.details['percent']).toBeGreaterThanOrEqual(percent - 1);
    expect(job.error?.message).toContain('Plug the board in again');
    scene.watch = () => undefined;
    here.board.plugIn();
    await expectRetryWorks(here);
  });

  it('while connecting', async () => {
    const here = bench({ faults: { unplugAfterBytes: 20 } });
    await using _scene = here.scene;
    const job = await flash(here);
    expectFailure(job, 'port_vanished');
    expect(job.error?.message).toContain('while connecting');
    here.board.plugIn();
    await expectRetryWorks(here);
  });

  it('after everything was verified, while the device restarts', async () => {
    const here = bench({ app: { ...talkingApp(), start: () => undefined } });
    await using scene = here.scene;
    scene.watch = ({ state }) => {
      if (state !== 'resetting') return;
      scene.watch = () => undefined;
      scene.clock.after(500, () => here.board.unplug());
    };
    const job = await flash(here);
    expectFailure(job, 'port_vanished');
    expect(job.error?.message).toContain('after everything was written and verified');
    here.board.plugIn();
    await expectRetryWorks(here);
  });
});

describe('a job that is cancelled', () => {
  it.each(['connecting', 'erasing', 'writing', 'verifying', 'resetting'] as const)(
    'while %s leaves the port free and the chip reset',
    async (moment) => {
      const here = bench({ app: { ...talkingApp(), start: () => undefined } });
      await using scene = here.scene;
      const ended: Promise<unknown>[] = [];
      scene.watch = ({ id, state }) => {
        if (state === moment && ended.length === 0) ended.push(scene.service.cancel(id));
      };
      const job = await scene.flash({ imageId: here.image.image.id, options: { eraseAll: true } });
      expectFailure(job, 'cancelled');
      expect(await ended[0]).toEqual({ ok: true, value: job });
      expect(scene.held.size).toBe(0);
      await expect.poll(() => here.board.mode).toBe('app');
      expect(scene.journal.at(-1)?.kind).toBe('flash.cancelled');
      await expectRetryWorks(here);
    },
  );

  it('inside a block that the chip does not confirm ends at once', async () => {
    const here = bench();
    await using scene = here.scene;
    scene.watch = ({ state }) => {
      if (state === 'writing') here.board.faults.dropAfterBytes = here.board.stats.bytesReceived + 3_000;
    };
    const { id } = await scene.start({ imageId: here.image.image.id });
    await expect.poll(() => here.board.stats.bytesReceived > (here.board.faults.dropAfterBytes ?? Infinity)).toBe(true);
    const beforeMs = scene.clock.monotonic();
    await scene.service.cancel(id);
    expect(scene.clock.monotonic() - beforeMs).toBeLessThan(3_000);
    here.board.faults.dropAfterBytes = null;
    await expectRetryWorks(here);
  });

  it('by the end of the console says that it was interrupted', async () => {
    const here = bench();
    const { scene } = here;
    scene.watch = ({ state }) => {
      if (state === 'writing') void scene.service.stop();
    };
    expectFailure(await flash(here), 'interrupted');
    expect(scene.held.size).toBe(0);
    await expect(scene.start({ imageId: here.image.image.id })).rejects.toThrow('console is ending');
    await scene[Symbol.asyncDispose]();
  });
});

describe('a look at a chip', () => {
  it('that the end of the console cuts off leaves the port free and the device running', async () => {
    const here = bench();
    const { scene, board } = here;
    const looking = scene.service.inspect(PORT, undefined);
    await expect.poll(() => board.mode, { interval: 1 }).toBe('stub');
    await scene.service.stop();
    expect(scene.held.size).toBe(0);
    await expect.poll(() => board.mode).toBe('app');
    expect(await looking).toMatchObject({ ok: false, error: { code: 'interrupted' } });
    await scene[Symbol.asyncDispose]();
  });
});

describe('a line that loses or changes bytes', () => {
  it('sends a block again whose checksum was wrong once', async () => {
    const here = bench();
    await using scene = here.scene;
    scene.watch = ({ state }) => {
      if (state !== 'writing') return;
      here.board.faults.badChecksumOnce = true;
      scene.watch = () => undefined;
    };
    expect(await flash(here)).toMatchObject({ state: 'done', notes: [], baud: 921_600 });
    expect(here.board.faults.badChecksumOnce).toBe(false);
    expect(scene.holds(here.board, here.image)).toBe(true);
  });

  it('gives up when every checksum is wrong, having tried every speed', async () => {
    const here = bench();
    await using scene = here.scene;
    scene.watch = ({ state }) => {
      if (state === 'writing') here.board.faults.badChecksumAlways = true;
      if (state === 'connecting') here.board.faults.badChecksumAlways = false; // the stub must be uploaded
    };
    const job = await flash(here);
    expectFailure(job, 'line_unreliable');
    expect(job).toMatchObject({
      baud: 115_200,
      notes: [
        'Bytes were lost at 921600 baud; the job began anew at 460800 baud.',
        'Bytes were lost at 460800 baud; the job began anew at 230400 baud.',
        'Bytes were lost at 230400 baud; the job began anew at 115200 baud.',
      ],
    });
    here.board.faults.badChecksumAlways = false;
    await expectRetryWorks(here);
  });

  it('takes the fastest speed at which nothing is lost, and remembers it', async () => {
    const here = bench({ faults: { loseByteEvery: 700, noisyAboveBaud: 230_400 } });
    await using scene = here.scene;
    expect(await flash(here)).toMatchObject({ state: 'done', baud: 230_400 });
    expect(scene.holds(here.board, here.image)).toBe(true);
    here.board.stats.commands = {};
    expect(await flash(here)).toMatchObject({ state: 'done', baud: 230_400 });
    expect(here.board.stats.commands[0x0f]).toBe(1);
  });

  it('goes on at a lower speed when bytes are lost in the middle only', async () => {
    const here = bench({ faults: { noisyAboveBaud: 460_800 } });
    await using scene = here.scene;
    scene.watch = ({ state }) => {
      if (state === 'writing') here.board.faults.loseByteEvery = 5_000;
    };
    const job = await flash(here);
    expect(job).toMatchObject({ state: 'done', baud: 460_800, notes: ['Bytes were lost at 921600 baud; the job began anew at 460800 baud.'] }); // prettier-ignore
    expect(scene.holds(here.board, here.image)).toBe(true);
  });

  it('takes a lower speed when the adapter itself refuses the faster ones', async () => {
    let serial: SerialDriver | null = null;
    const driver: SerialDriver = {
      list: () => Promise.resolve([]),
      open: async (path, baud) => {
        const opened = await must(serial, 'the scene has its ports').open(path, baud);
        return opened.ok ? jobSuccess(upTo(230_400, opened.value)) : opened;
      },
    };
    await using scene = new FlashScene({ driver });
    serial = scene.serial;
    const board = scene.board({ chip });
    const image = scene.add(flashImage({ chip }));
    expect(await scene.flash({ imageId: image.image.id })).toMatchObject({ state: 'done', baud: 230_400, notes: [] });
    expect(scene.holds(board, image)).toBe(true);
  });

  it('that is cancelled while it begins anew does not say that nothing was changed', async () => {
    const here = bench();
    await using scene = here.scene;
    scene.watch = ({ id, state, notes }) => {
      here.board.faults.badChecksumAlways = state === 'writing' && notes.length === 0 && scene.changes.some(({ state: before }) => before === 'verifying'); // prettier-ignore
      if (state === 'connecting' && notes.length > 0) void scene.service.cancel(id);
    };
    const job = await flash(here);
    expectFailure(job, 'cancelled');
    expect(job.error?.message).toContain('The flash is incomplete');
    expect(job.parts[0]).toMatchObject({ name: 'bootloader', verified: false, writtenBytes: 20_000 });
    scene.watch = () => undefined;
    await expectRetryWorks(here);
  });

  it('goes on at the slowest speed when blocks arrive damaged at every other, and begins there the next time', async () => {
    const here = bench();
    await using scene = here.scene;
    scene.watch = ({ state, baud }) => {
      here.board.faults.badChecksumAlways = state === 'writing' && baud !== null && baud > 115_200;
    };
    const job = await flash(here);
    expect(job).toMatchObject({ state: 'done', baud: 115_200 });
    expect(job.notes).toHaveLength(3);
    expect(scene.holds(here.board, here.image)).toBe(true);
    expect(await flash(here)).toMatchObject({ state: 'done', baud: 115_200, notes: [] });
  });

  it('tries no speed above the one that was asked for', async () => {
    const here = bench();
    await using scene = here.scene;
    expect(await scene.flash({ imageId: here.image.image.id, options: { baud: 115_200 } })).toMatchObject({ state: 'done', baud: 115_200 }); // prettier-ignore
    expect(here.board.stats.commands[0x0f]).toBeUndefined();
    // That it was asked for says nothing about the adapter.
    expect(await flash(here)).toMatchObject({ state: 'done', baud: 921_600 });
  });
});

describe('a chip that does not answer', () => {
  it.each([
    ['silence', { silent: true }],
    ['garbage', { garbage: true }],
  ] as const)(
    '%s: the technician is asked to hold BOOT, and told when it was in vain',
    async (_name, faults: Partial<BoardFaults>) => {
      const here = bench({ faults });
      await using scene = here.scene;
      scene.clock.run(HURRY);
      const job = await flash(here);
      expectFailure(job, 'no_answer');
      expect(scene.changes.some(({ hint, state }) => hint === 'hold_boot' && state === 'connecting')).toBe(true);
      expect(job.hint).toBeNull();
      Object.assign(here.board.faults, { silent: false, garbage: false });
      await expectRetryWorks(here);
    },
  );

  it('without modem lines is reached by holding BOOT, and started by pressing RESET', async () => {
    const here = bench({ autoReset: 'none' });
    await using scene = here.scene;
    scene.watch = ({ hint }) => {
      if (hint === 'hold_boot' && here.board.mode === 'app') here.board.holdBootAndReset();
      if (hint === 'press_reset' && here.board.mode === 'stub') here.board.pressReset();
    };
    expect(await flash(here)).toMatchObject({ state: 'done', hint: null, notes: [] });
    expect(scene.holds(here.board, here.image)).toBe(true);
    expect(here.board.mode).toBe('app');
  });

  it('without modem lines is done, and says so, when nobody presses RESET', async () => {
    const here = bench({ autoReset: 'none' });
    await using scene = here.scene;
    scene.clock.run(HURRY);
    scene.watch = ({ hint }) => {
      if (hint === 'hold_boot' && here.board.mode === 'app') here.board.holdBootAndReset();
    };
    expect(await flash(here)).toMatchObject({
      state: 'done',
      hint: null,
      notes: ['This port cannot reset the board, and nobody pressed RESET: press it once to start the new firmware.'],
    });
  });

  it('without modem lines can be cancelled while it waits', async () => {
    const here = bench({ autoReset: 'none' });
    await using scene = here.scene;
    scene.watch = ({ id, hint }) => {
      if (hint === 'hold_boot') void scene.service.cancel(id);
    };
    expectFailure(await flash(here), 'cancelled');
  });
});

describe('a flash that does not hold what was written', () => {
  it('is written twice and then given up', async () => {
    const here = bench({ faults: { flipBitAt: 0x10000 + 5_000 } });
    await using _scene = here.scene;
    const job = await flash(here);
    expectFailure(job, 'verify_failed');
    expect(job.error?.details).toEqual({ part: 'application', address: 0x10000 });
    expect(job.notes).toHaveLength(1);
    here.board.faults.flipBitAt = null;
    await expectRetryWorks(here);
  });

  it('is not believed when the chip tells another MD5', async () => {
    const here = bench({ faults: { wrongMd5: true } });
    await using _scene = here.scene;
    expectFailure(await flash(here), 'verify_failed');
    here.board.faults.wrongMd5 = false;
    await expectRetryWorks(here);
  });

  it('because the power failed while erasing is written anew', async () => {
    const here = bench();
    await using scene = here.scene;
    here.board.flash.fill(0);
    scene.watch = ({ state }) => {
      if (state !== 'writing') return;
      here.board.faults.powerLossInErase = true;
      scene.watch = () => undefined;
    };
    const job = await flash(here);
    expect(job).toMatchObject({
      state: 'done',
      notes: ['Bytes were lost at 921600 baud; the job began anew at 460800 baud.'],
    });
    expect(scene.holds(here.board, here.image)).toBe(true);
    await expectRetryWorks(here);
  });
});

describe('a device that does not start', () => {
  it('because its application falls over again and again fails with its log', async () => {
    const here = bench({ faults: { bootLoop: true } });
    await using _scene = here.scene;
    const job = await flash(here);
    expectFailure(job, 'no_restart');
    expect(job.error?.details['bootLog']).toContain('Guru Meditation');
    expect(job.parts.every(({ verified }) => verified)).toBe(true);
    here.board.faults.bootLoop = false;
    await expectRetryWorks(here);
  });

  it('because the image holds no application fails with its log', async () => {
    const here = bench();
    await using scene = here.scene;
    const { image, parts, partitions } = here.image;
    const half = scene.add({ image: { ...image, id: 'user:half', kind: 'user' }, chip, minimumRevision: 0, partitions, parts: parts.slice(0, 2) }); // prettier-ignore
    const job = await scene.flash({ imageId: half.image.id });
    expectFailure(job, 'no_restart');
    expect(job.bootLog.join('\n')).toContain('invalid header: 0xffffffff');
    await expectRetryWorks(here);
  });

  it('but only says nothing is taken as done, with a note', async () => {
    const here = bench({ app: { ...talkingApp(), start: () => undefined } });
    await using _scene = here.scene;
    expect(await flash(here)).toMatchObject({
      state: 'done',
      notes: ['The device says nothing on this port. Everything that was written has been verified.'],
    });
  });
});
