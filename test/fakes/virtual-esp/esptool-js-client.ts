/*
 * esptool-js, as published, at a serial line: the one of two independent clients that judge the virtual board. It is not the product's own way to
 * esptool-js (src/main/flash), which has its own tests.
 */
import { createHash } from 'node:crypto';
import { ESPLoader, ESPRESSIF_VID, Transport, USB_JTAG_SERIAL_PID } from 'esptool-js';
import type { SerialDriver, SerialLine } from '../../../src/main/flash/serial-driver';
import { must } from '../wait';

const ROM_BAUD = 115_200;

type Signals = { readonly dataTerminalReady?: boolean; readonly requestToSend?: boolean };

/** As much of a Web Serial port as esptool-js uses. */
class WebSerialShape {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  private line: SerialLine | null = null;
  private signals = { dtr: false, rts: false };

  constructor(
    private readonly driver: SerialDriver,
    private readonly path: string,
    private readonly isNativeUsb: boolean,
  ) {}

  readonly getInfo = (): { readonly usbVendorId?: number; readonly usbProductId?: number } =>
    this.isNativeUsb ? { usbVendorId: ESPRESSIF_VID, usbProductId: USB_JTAG_SERIAL_PID } : {};

  readonly open = async ({ baudRate }: { readonly baudRate: number }): Promise<void> => {
    const opened = await this.driver.open(this.path, baudRate);
    if (!opened.ok) throw new Error(opened.error.message);
    const line = opened.value;
    this.line = line;
    const stops: (() => void)[] = [];
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        stops.push(line.onData((bytes) => controller.enqueue(bytes)));
        stops.push(
          line.onClose(() => {
            controller.close();
            // A write that fails keeps esptool-js's lock on the stream for ever; it waits for those that are there.
            this.readable = null;
            this.writable = null;
          }),
        );
      },
      cancel: () => stops.forEach((stop) => stop()),
    });
    this.writable = new WritableStream<Uint8Array>({ write: async (bytes) => line.write(bytes) });
  };

  readonly close = async (): Promise<void> => {
    this.readable = null;
    this.writable = null;
    await this.line?.close();
  };

  readonly setBaudRate = async (baud: number): Promise<void> => must(this.line, 'an open line').setBaudRate(baud);

  readonly setSignals = async ({ dataTerminalReady, requestToSend }: Signals): Promise<void> => {
    this.signals = { dtr: dataTerminalReady ?? this.signals.dtr, rts: requestToSend ?? this.signals.rts };
    await must(this.line, 'an open line').setSignals(this.signals);
  };
}

export type EsptoolJs = AsyncDisposable & {
  readonly loader: ESPLoader;
  /** Writes and lets it compare MD5 sums; throws when they differ. */
  readonly write: (address: number, data: Uint8Array, options?: { readonly isCompressed?: boolean }) => Promise<void>;
  /** A reset that esptool-js 0.7.0 itself does not manage. */
  readonly hardReset: () => Promise<void>;
};

export type EsptoolJsOptions = {
  /** Default 921600. */
  readonly baud?: number;
  /** The port is the chip's own USB-Serial/JTAG. */
  readonly isNativeUsb?: boolean;
};

/** An esptool-js at a port, not yet connected (`loader.main()`). */
export function openEsptoolJs(driver: SerialDriver, path: string, options: EsptoolJsOptions = {}): EsptoolJs {
  const { baud = 921_600, isNativeUsb = false } = options;
  const port = new WebSerialShape(driver, path, isNativeUsb);
  // The type of a browser port is not installed here; esptool-js uses what the shape has.
  const transport = new Transport(port, false);
  transport.trace = () => undefined;
  const terminal = { clean: () => undefined, writeLine: () => undefined, write: () => undefined };
  const loader = new ESPLoader({ transport, baudrate: baud, romBaudrate: ROM_BAUD, terminal });
  return {
    loader,
    write: async (address, data, { isCompressed = true } = {}) => {
      await loader.writeFlash({
        fileArray: [{ data, address }],
        flashMode: 'keep',
        flashFreq: 'keep',
        flashSize: 'keep',
        eraseAll: false,
        compress: isCompressed,
        calculateMD5Hash: (image) => createHash('md5').update(image).digest('hex'),
      });
    },
    hardReset: async () => {
      await port.setSignals({ dataTerminalReady: false, requestToSend: true });
      await port.setSignals({ dataTerminalReady: false, requestToSend: false });
    },
    [Symbol.asyncDispose]: async () => transport.disconnect(),
  };
}
