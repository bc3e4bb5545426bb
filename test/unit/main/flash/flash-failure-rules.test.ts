import { describe, expect, it } from 'vitest';
import {
  internalError,
  isLineTrouble,
  jobErrorOf,
  type Progress,
} from '../../../../src/main/flash/flash-failure-rules';
import { ChipRefusal, JobFault, JobStopped, LineTrouble } from '../../../../src/main/flash/loader-faults';
import { LineError } from '../../../../src/main/flash/serial-driver';
import { jobFailure } from '../../../../src/shared/domain/job-errors';

const at = (changes: Partial<Progress> = {}): Progress => ({
  kind: 'write',
  state: 'writing',
  bytesWritten: 430,
  bytesTotal: 1000,
  baud: 460_800,
  facts: null,
  isTouched: true,
  ...changes,
});
const absent = jobFailure('port_absent', 'There is no port. Plug it in.').error;
const missing = new JobFault(absent);
const pulled = new JobFault({ ...absent, code: 'port_vanished' });

const table: readonly (readonly [string, Error, Progress, string, string])[] = [
  ['cancelled in the middle', new JobStopped('cancelled'), at(), 'cancelled', 'The job was cancelled at 43 %. The flash is incomplete: flash this board again before you use it.'],
  ['cancelled before it began', new JobStopped('cancelled'), at({ state: 'queued', isTouched: false }), 'cancelled', 'The job was cancelled before it began. Nothing was changed by that.'],
  ['cancelled when all was written', new JobStopped('cancelled'), at({ state: 'resetting' }), 'cancelled', 'The job was cancelled while restarting the device, after everything was written and verified. The flash is complete.'],
  ['a cancelled backup', new JobStopped('cancelled'), at({ kind: 'backup', state: 'reading', isTouched: false }), 'cancelled', 'The job was cancelled at 43 %. Nothing was changed by that.'],
  ['cancelled while it begins anew', new JobStopped('cancelled'), at({ state: 'connecting', bytesWritten: 0, bytesTotal: 0 }), 'cancelled', 'The job was cancelled while connecting. The flash is incomplete: flash this board again before you use it.'],
  ['cancelled before anything was written', new JobStopped('cancelled'), at({ state: 'verifying', isTouched: false }), 'cancelled', 'The job was cancelled at 43 %. Nothing was changed by that.'],
  ['interrupted', new JobStopped('interrupted'), at({ state: 'connecting', isTouched: false }), 'interrupted', 'The console was closed while connecting. Nothing was changed by that.'],
  ['unplugged', new LineError('gone', true), at(), 'port_vanished', 'The port went away at 43 %. Plug the board in again and start once more: that is enough.'],
  ['unplugged when the backup was saved', new LineError('gone', true), at({ kind: 'backup', state: 'resetting' }), 'port_vanished', 'The port went away while restarting the device, after the backup was saved. Plug the board in again: it starts by itself.'],
  ['not there any more', pulled, at({ state: 'connecting' }), 'port_vanished', 'The port went away while connecting. Plug the board in again and start once more: that is enough.'],
  ['not there from the start', missing, at({ state: 'connecting' }), 'port_absent', 'There is no port. Plug it in.'],
  ['bytes lost', new LineTrouble('no answer'), at(), 'line_unreliable', 'Bytes were lost or changed on the way at 460800 baud, at 43 %. Use a shorter cable or another USB port, without a hub, and try again.'],
  ['bytes lost over USB', new LineTrouble('no answer'), at({ baud: null }), 'line_unreliable', 'Bytes were lost or changed on the way, at 43 %. Use a shorter cable or another USB port, without a hub, and try again.'],
  ['refused', new ChipRefusal(0x11, 0xc4, 0x10000), at(), 'write_refused', 'The chip refused a command at address 0x10000 (status 0xc4). Try again; if it happens again, the flash memory of the board is defective: use another board.'],
]; // prettier-ignore

describe('what went wrong', () => {
  it.each(table)('%s is said in a sentence', (...[, error, progress, code, message]) => {
    expect(jobErrorOf(error, progress)).toMatchObject({ code, message });
  });

  it('carries its values', () => {
    expect(jobErrorOf(new LineTrouble('no answer'), at())?.details).toEqual({ percent: 43, reason: 'no answer', baud: 460_800 }); // prettier-ignore
    expect(jobErrorOf(new ChipRefusal(0x11, 0xc4, 0x10000), at())?.details).toEqual({ address: 0x10000, status: 0xc4, command: 0x11 }); // prettier-ignore
  });

  it('is a bug when nobody knows it', () => {
    expect(jobErrorOf(new TypeError('x is undefined'), at())).toBeNull();
    expect(internalError()).toMatchObject({ code: 'internal' });
  });

  it('can be mended by a lower speed when bytes are lost and the port is there', () => {
    expect([new LineTrouble('x'), new LineError('x', false), new LineError('x', true), new JobStopped('cancelled')].map(isLineTrouble)).toEqual([true, true, false, false]); // prettier-ignore
  });
});
