import type { LineSignals } from './serial-driver';

/** One state of both modem lines, and how long it stays. With the usual circuit RTS alone holds the chip in reset, DTR alone holds IO0 low. */
export type ResetStep = LineSignals & { readonly waitMs: number };

const released = { dtr: false, rts: false, waitMs: 0 };

/** Into the loader over two transistors (esptool `ClassicReset`): reset, then out of it with IO0 low for `delayMs`. */
function classic(delayMs: number): readonly ResetStep[] {
  return [{ dtr: false, rts: true, waitMs: 100 }, { dtr: true, rts: false, waitMs: delayMs }, released];
}

/** The same through (1,1), for adapters whose driver sets one line after the other (espflash `UnixTightReset`). */
function tight(delayMs: number): readonly ResetStep[] {
  return [
    released,
    { dtr: true, rts: true, waitMs: 0 },
    { dtr: false, rts: true, waitMs: 100 },
    { dtr: true, rts: false, waitMs: delayMs },
    released,
  ];
}

/** Into the loader over the chip's own USB-Serial/JTAG (esptool `USBJTAGSerialReset`): through (1,1) and not (0,0), RTS last for usbser.sys. */
const usbJtag: readonly ResetStep[] = [
  { ...released, waitMs: 100 },
  { dtr: true, rts: false, waitMs: 100 },
  { dtr: true, rts: true, waitMs: 0 },
  { dtr: false, rts: true, waitMs: 100 },
  released,
];

/** Time that a board's capacitor on EN needs, ms: most, and the slow ones (esptool's two delays). */
const DELAY_MS = 50;
const LONG_DELAY_MS = 550;

const overBridge = [classic(DELAY_MS), tight(DELAY_MS), classic(LONG_DELAY_MS), tight(LONG_DELAY_MS)];
const overUsb = [usbJtag, classic(DELAY_MS), usbJtag, classic(LONG_DELAY_MS)];

/** How to get a chip into its loader, for the n-th attempt from 0: what fits most boards first, then the others in turn. */
export function loaderReset(isNativeUsb: boolean, attempt: number): readonly ResetStep[] {
  const sequences = isNativeUsb ? overUsb : overBridge;
  return sequences[attempt % sequences.length] ?? usbJtag;
}

/** Restarts the application. esptool-js' own asserts nothing and so resets nothing; a chip's own USB needs the longer pulse. */
export function hardReset(isNativeUsb: boolean): readonly ResetStep[] {
  const waitMs = isNativeUsb ? 200 : 100;
  return [
    { dtr: false, rts: true, waitMs },
    { ...released, waitMs: isNativeUsb ? 200 : 0 },
  ];
}
