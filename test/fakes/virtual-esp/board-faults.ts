/** Switches for what can go wrong on a board; tests set them at any time. Byte counts compare with `BoardStats.bytesReceived`, which only grows. */
export type BoardFaults = {
  /** The checksum of the next block for the flash is found wrong, once. */
  badChecksumOnce: boolean;
  /** The checksum of every block for the flash is found wrong. */
  badChecksumAlways: boolean;
  /** From this count of received bytes on everything on the line is lost, in both directions. */
  dropAfterBytes: number | null;
  /** Every n-th byte is lost (odd ones) or has a bit changed, in both directions, at speeds above `noisyAboveBaud`. */
  loseByteEvery: number | null;
  noisyAboveBaud: number;
  /** The cable is pulled when this count of bytes has been received. */
  unplugAfterBytes: number | null;
  /** The cable is pulled when this many bytes have been written to the flash (`BoardStats.programmedBytes`), in the middle of a block if need be. */
  unplugAfterProgrammed: number | null;
  /** Falls silent when a command of this number comes, before it is obeyed. */
  muteAtCommand: number | null;
  /** SPI_FLASH_MD5 answers with another sum than that of the flash. */
  wrongMd5: boolean;
  /** This byte of the flash never holds what was written: its lowest bit flips right after. */
  flipBitAt: number | null;
  /** Security fuses. With `secureDownload` the ROM refuses all that reads or runs. */
  secureDownload: boolean;
  flashEncrypted: boolean;
  secureBoot: boolean;
  debugDisabled: boolean;
  /** Speaks random bytes, whatever it hears. */
  garbage: boolean;
  /** Says nothing at all. */
  silent: boolean;
  /** The power fails in the next erase: half of it is done, and a sector holds debris. Once. */
  powerLossInErase: boolean;
  /** The flash chip does not answer: its id is 0xffffff, nothing can be written. */
  deadFlash: boolean;
  /** Signals reset nothing any more, once the stub runs. */
  stuckInStub: boolean;
  /** The application falls over again and again. */
  bootLoop: boolean;
};

export const noFaults: Readonly<BoardFaults> = {
  badChecksumOnce: false,
  badChecksumAlways: false,
  dropAfterBytes: null,
  loseByteEvery: null,
  noisyAboveBaud: 0,
  unplugAfterBytes: null,
  unplugAfterProgrammed: null,
  muteAtCommand: null,
  wrongMd5: false,
  flipBitAt: null,
  secureDownload: false,
  flashEncrypted: false,
  secureBoot: false,
  debugDisabled: false,
  garbage: false,
  silent: false,
  powerLossInErase: false,
  deadFlash: false,
  stuckInStub: false,
  bootLoop: false,
};

/** A part of a program that was written to RAM. */
export type RamSegment = { readonly address: number; readonly data: Buffer };

/** What happened to a board since it was made. */
export type BoardStats = {
  /** How often each command came, by its number. */
  commands: Record<number, number>;
  erasedSectors: number;
  /** Bytes that were written where bits would have had to go from 0 to 1. */
  badPrograms: number;
  /** Blocks whose number was not the next one; the ROM refuses them, the stub writes them all the same. */
  outOfOrderBlocks: number;
  /** Bytes of data that were written to the flash. */
  programmedBytes: number;
  resets: number;
  /** Each setting of the modem lines, as `DTR RTS` digits, such as `01`. */
  signals: string[];
  segments: RamSegment[];
  bytesReceived: number;
  bytesSent: number;
  /** Bytes that were lost because host and board had different speeds. */
  garbledBytes: number;
};

export const newStats = (): BoardStats => ({
  commands: {},
  erasedSectors: 0,
  badPrograms: 0,
  outOfOrderBlocks: 0,
  programmedBytes: 0,
  resets: 0,
  signals: [],
  segments: [],
  bytesReceived: 0,
  bytesSent: 0,
  garbledBytes: 0,
});
