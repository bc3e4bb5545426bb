import type { SerialLine } from './serial-driver';

/** As much of a Web Serial `SerialPort` as esptool-js asks its transport for. */
export type WebSerialPort = {
  readonly readable: null;
  readonly writable: null;
  readonly getInfo: () => { usbVendorId?: number; usbProductId?: number };
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly setBaudRate: (baud: number) => Promise<void>;
  readonly setSignals: (signals: { dataTerminalReady?: boolean; requestToSend?: boolean }) => Promise<void>;
};

/**
 * A line that is open already, in the shape of Web Serial. Bytes do not go through streams: QuickTransport reads and writes the line itself,
 * so a Web Serial reader cannot be had. Both modem lines are always set in one call (issue 222 of esptool-js), the one that is not named as released.
 * It tells no USB ids: the chip itself says whether it is talked to over USB-OTG.
 */
export function webSerialPort(line: SerialLine): WebSerialPort {
  return {
    readable: null,
    writable: null,
    getInfo: () => ({}),
    open: () => Promise.resolve(),
    close: () => Promise.resolve(), // the lease closes it
    setBaudRate: (baud) => line.setBaudRate(baud),
    setSignals: async ({ dataTerminalReady = false, requestToSend = false }) => {
      await line.setSignals({ dtr: dataTerminalReady, rts: requestToSend });
    },
  };
}
