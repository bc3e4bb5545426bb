import { openEsptoolJs, type EsptoolJs } from '../../fakes/virtual-esp/esptool-js-client';
import { MemorySerial } from '../../fakes/virtual-esp/memory-serial';
import { VirtualBoard, type BoardOptions } from '../../fakes/virtual-esp/virtual-board';

const path = '/virtual/port';

/** A virtual board at a port in memory, and an esptool-js that may connect to it. */
export type BoardBench = AsyncDisposable & {
  readonly board: VirtualBoard;
  readonly serial: MemorySerial;
  readonly esptool: EsptoolJs;
};

export function openBench(options: BoardOptions, baud?: number): BoardBench {
  const board = new VirtualBoard(options);
  const serial = new MemorySerial();
  serial.attach(path, board);
  const isNativeUsb = options.autoReset === 'usb_jtag';
  const esptool = openEsptoolJs(serial, path, { isNativeUsb, ...(baud === undefined ? {} : { baud }) });
  return {
    board,
    serial,
    esptool,
    [Symbol.asyncDispose]: async () => {
      await esptool[Symbol.asyncDispose]();
      serial[Symbol.dispose]();
    },
  };
}

/** A bench whose board runs the stub; a C3 unless the options say otherwise. */
export async function connectedBench(options: Partial<BoardOptions> = {}): Promise<BoardBench> {
  const bench = openBench({ chip: 'esp32c3', ...options });
  await bench.esptool.loader.main();
  return bench;
}
