import type { LineSignals } from '../../../src/main/flash/serial-driver';

/** How a board lets the host reset it: two transistors at DTR and RTS, the chip's own USB-Serial/JTAG, or not at all. */
export type AutoReset = 'classic' | 'usb_jtag' | 'none';

/** What the chip feels. `hold`: EN is low. `release`: EN goes up; `sampled` = the level of IO0 counts that is there once EN has risen. */
export type ResetEvent = 'nothing' | 'hold' | { readonly release: 'app' | 'download' | 'sampled' };

export type CircuitState = { readonly signals: LineSignals; readonly isDownloadFlagged: boolean };

export const restingCircuit: CircuitState = { signals: { dtr: false, rts: false }, isDownloadFlagged: false };

/** EN is low when RTS and not DTR, IO0 is low when DTR and not RTS (the circuit of Espressif's boards). */
const isEnableLow = ({ dtr, rts }: LineSignals): boolean => rts && !dtr;
export const isBootLow = ({ dtr, rts }: LineSignals): boolean => dtr && !rts;

/** The circuit after a change of the lines, and what it does to the chip. */
export function nextCircuit(
  kind: AutoReset,
  state: CircuitState,
  signals: LineSignals,
): { state: CircuitState; event: ResetEvent } {
  const wasLow = isEnableLow(state.signals);
  const isLow = isEnableLow(signals);
  if (kind === 'none') return { state: { ...state, signals }, event: 'nothing' };
  if (kind === 'classic') {
    const change = isLow ? 'hold' : ({ release: 'sampled' } as const);
    return { state: { signals, isDownloadFlagged: false }, event: isLow === wasLow ? 'nothing' : change };
  }
  // USB-Serial/JTAG (C3 manual, "USB Serial/JTAG Controller"): none set clears the wish for download mode, DTR alone sets it, RTS alone resets.
  const isDownloadFlagged = isBootLow(signals) || (state.isDownloadFlagged && (signals.dtr || signals.rts));
  const event = isLow && !wasLow ? ({ release: isDownloadFlagged ? 'download' : 'app' } as const) : 'nothing';
  return { state: { signals, isDownloadFlagged }, event };
}
