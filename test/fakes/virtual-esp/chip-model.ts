/*
 * What a host can tell chips apart by: ids, registers and fuses of the five chips that the virtual board imitates. Facts: Espressif's esptool
 * (targets/*.py) and chip manuals. Used by `VirtualBoard` only.
 */

export type ChipName = 'esp32' | 'esp32s2' | 'esp32s3' | 'esp32c3' | 'esp32c6';

/** Registers of the controller of the flash, as addresses. */
type SpiRegisters = { readonly command: number; readonly user2: number; readonly data: number };

export type ChipModel = {
  /** As the ROM writes it in the first line of its boot log. */
  readonly romName: string;
  readonly magic: number;
  /** Null: GET_SECURITY_INFO has no chip id (ESP32, S2). */
  readonly securityChipId: number | null;
  /** Bytes of the answer to GET_SECURITY_INFO; 0: the command is unknown. */
  readonly securityInfoBytes: 0 | 12 | 20;
  readonly spi: SpiRegisters;
  /** First word of the fuses that hold MAC and revision. */
  readonly fuseBase: number;
  /** Fuses of flash encryption (odd number of bits = on) and secure boot. */
  readonly encryptionFuse: { readonly address: number; readonly bit: number };
  readonly secureBootFuse: { readonly address: number; readonly bit: number };
  /** Where the ROM says which port it talks on, and the number that means USB-Serial/JTAG; null: it has none. */
  readonly portRegister: { readonly address: number; readonly usbJtag: number } | null;
  /** Registers of the RTC watchdog; null: a host cannot reset the chip with it. */
  readonly watchdog: { readonly config: number; readonly protect: number } | null;
  readonly defaultRevision: string;
  /** `rst:` and `boot:` of the boot log after a power-up. */
  readonly bootWords: { readonly app: string; readonly download: string };
};

const spiAt = (base: number): SpiRegisters => ({ command: base, user2: base + 0x20, data: base + 0x58 });
const fusesAt = (base: number) => ({
  fuseBase: base + 0x44,
  encryptionFuse: { address: base + 0x34, bit: 18 },
  secureBootFuse: { address: base + 0x38, bit: 20 },
});
const bootWords = {
  app: 'rst:0x1 (POWERON),boot:0xd (SPI_FAST_FLASH_BOOT)',
  download: 'rst:0x1 (POWERON),boot:0x5 (DOWNLOAD(USB/UART0/1))',
};

export const chipModels: Readonly<Record<ChipName, ChipModel>> = {
  esp32: {
    romName: 'ets Jun  8 2016 00:22:57',
    magic: 0x00f01d83,
    securityChipId: null,
    securityInfoBytes: 0,
    spi: { command: 0x3ff42000, user2: 0x3ff42024, data: 0x3ff42080 },
    fuseBase: 0x3ff5a000,
    encryptionFuse: { address: 0x3ff5a000, bit: 20 },
    secureBootFuse: { address: 0x3ff5a018, bit: 4 },
    portRegister: null,
    watchdog: null,
    defaultRevision: '3.1',
    bootWords: {
      app: 'rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)',
      download: 'rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))',
    },
  },
  esp32s2: {
    romName: 'ESP-ROM:esp32s2-rc4-20191025',
    magic: 0x000007c6,
    securityChipId: null,
    securityInfoBytes: 12,
    spi: spiAt(0x3f402000),
    ...fusesAt(0x3f41a000),
    portRegister: null,
    watchdog: { config: 0x3f408094, protect: 0x3f4080ac },
    defaultRevision: '1.0',
    bootWords,
  },
  esp32s3: {
    romName: 'ESP-ROM:esp32s3-20210327',
    magic: 0x9,
    securityChipId: 9,
    securityInfoBytes: 20,
    spi: spiAt(0x60002000),
    ...fusesAt(0x60007000),
    portRegister: { address: 0x3fcef14c, usbJtag: 4 },
    watchdog: { config: 0x60008098, protect: 0x600080b0 },
    defaultRevision: '0.2',
    bootWords,
  },
  esp32c3: {
    romName: 'ESP-ROM:esp32c3-api1-20210207',
    magic: 0x1b31506f,
    securityChipId: 5,
    securityInfoBytes: 20,
    spi: spiAt(0x60002000),
    ...fusesAt(0x60008800),
    portRegister: { address: 0x3fcdf07c, usbJtag: 3 },
    watchdog: { config: 0x60008090, protect: 0x600080a8 },
    defaultRevision: '0.4',
    bootWords,
  },
  esp32c6: {
    romName: 'ESP-ROM:esp32c6-20220919',
    magic: 0x2ce0806f,
    securityChipId: 13,
    securityInfoBytes: 20,
    spi: spiAt(0x60003000),
    ...fusesAt(0x600b0800),
    portRegister: { address: 0x4087f580, usbJtag: 3 },
    watchdog: { config: 0x600b1c00, protect: 0x600b1c18 },
    defaultRevision: '0.1',
    bootWords,
  },
};

/** Bytes of a MAC such as `84:f7:03:01:02:03`. */
export function macBytes(mac: string): Buffer {
  const bytes = Buffer.from(mac.replaceAll(':', ''), 'hex');
  if (bytes.length !== 6) throw new Error(`Not a MAC address: ${mac}`);
  return bytes;
}

/** The fuse words of a MAC and a revision (`major.minor`), by their index behind `fuseBase`. */
export function fuseWords(chip: ChipName, mac: string, revision: string): ReadonlyMap<number, number> {
  const bytes = macBytes(mac);
  const [major = 0, minor = 0] = revision.split('.').map(Number);
  const macWords = [bytes.readUInt32BE(2), bytes.readUInt16BE(0)] as const;
  switch (chip) {
    case 'esp32': {
      // Word 3: package 1 (D0WD) and the lowest bit of the revision, which is counted 0, 1, 3, 7.
      const word3 = (1 << 9) | (major >= 1 ? 1 << 15 : 0);
      const word5 = (major >= 2 ? 1 << 20 : 0) | ((minor & 3) << 24);
      // Word 4: 8-MHz clock, with which the ROM's calibration below gives a crystal of 40 MHz.
      return new Map([[1, macWords[0]], [2, macWords[1]], [3, word3], [4, 160], [5, word5]]); // prettier-ignore
    }
    case 'esp32s2':
      return new Map([
        [0, macWords[0]],
        [1, macWords[1]],
        [3, ((major & 3) << 18) | (((minor >> 3) & 1) << 20)],
        [4, (minor & 7) << 4],
      ]);
    case 'esp32s3':
    case 'esp32c3':
      return new Map([
        [0, macWords[0]],
        [1, macWords[1]],
        [3, (minor & 7) << 18],
        [5, (((minor >> 3) & 1) << 23) | ((major & 3) << 24)],
      ]);
    case 'esp32c6':
      // The upper half of word 1 is the middle of the EUI-64.
      return new Map([
        [0, macWords[0]],
        [1, (macWords[1] | (0xfffe << 16)) >>> 0],
        [3, ((minor & 15) << 18) | ((major & 3) << 22)],
      ]);
  }
}
