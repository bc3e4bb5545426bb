import { describe, expect, it } from 'vitest';
import { hardReset, loaderReset, type ResetStep } from '../../../../src/main/flash/reset-rules';
import { playReset } from '../../../../src/main/flash/reset';
import type { LineSignals } from '../../../../src/main/flash/serial-driver';
import { ManualClock } from '../../../fakes/manual-clock';
import { fakeLine } from '../../../fakes/fake-line';
import { nextCircuit, restingCircuit, isBootLow, type AutoReset } from '../../../fakes/virtual-esp/reset-circuit';

const written = (steps: readonly ResetStep[]) => steps.map(({ dtr, rts, waitMs }) => `${dtr ? 1 : 0}${rts ? 1 : 0}:${waitMs}`).join(' '); // prettier-ignore

/** What a board does on a sequence: `app` or `download`, and nothing when it was not reset. */
function outcome(kind: AutoReset, steps: readonly ResetStep[]): string {
  let state = restingCircuit;
  let ended = 'nothing';
  for (const { dtr, rts } of steps) {
    const signals: LineSignals = { dtr, rts };
    const change = nextCircuit(kind, state, signals);
    state = change.state;
    if (typeof change.event === 'object') {
      const { release } = change.event;
      ended = release === 'sampled' ? (isBootLow(signals) ? 'download' : 'app') : release;
    }
  }
  expect(state.signals).toEqual({ dtr: false, rts: false });
  return ended;
}

describe('reset sequences', () => {
  it('set both lines in each step (DTR RTS:ms)', () => {
    expect([0, 1, 2, 3].map((attempt) => written(loaderReset(false, attempt)))).toEqual([
      '01:100 10:50 00:0',
      '00:0 11:0 01:100 10:50 00:0',
      '01:100 10:550 00:0',
      '00:0 11:0 01:100 10:550 00:0',
    ]);
    expect(written(loaderReset(true, 0))).toBe('00:100 10:100 11:0 01:100 00:0');
    expect(written(hardReset(false))).toBe('01:100 00:0');
    expect(written(hardReset(true))).toBe('01:200 00:200');
  });

  it.each([0, 1, 2, 3, 4, 5])('bring a board with the usual circuit into download mode, attempt %i', (attempt) => {
    expect(outcome('classic', loaderReset(false, attempt))).toBe('download');
  });

  it('bring a chip with its own USB into download mode at the first attempt', () => {
    expect(outcome('usb_jtag', loaderReset(true, 0))).toBe('download');
  });

  it.each(['classic', 'usb_jtag'] as const)('restart the application of a %s board', (kind) => {
    expect(outcome(kind, hardReset(kind === 'usb_jtag'))).toBe('app');
  });
});

describe('playing a sequence', () => {
  it('says so when the port has no modem lines, and waits for nothing', async () => {
    const line = fakeLine({ hasModemLines: false });
    expect(await playReset(line, loaderReset(false, 0), new ManualClock())).toBe(false);
    expect(line.signals).toEqual([]);
  });

  it('releases the lines when it is stopped in the middle', async () => {
    const line = fakeLine();
    const stopping = new AbortController();
    const reason = new Error('enough');
    const playing = playReset(line, loaderReset(false, 0), new ManualClock(), stopping.signal);
    await Promise.resolve();
    stopping.abort(reason);
    await expect(playing).rejects.toBe(reason);
    expect(line.signals.at(-1)).toEqual({ dtr: false, rts: false });
  });
});
