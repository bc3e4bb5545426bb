import type { BoardFaults } from './board-faults';
import { fuseWords, type ChipModel, type ChipName } from './chip-model';
import type { NorFlash } from './nor-flash';

/** Where every ESP32 chip has a word of ROM by which old tools tell them apart. */
const MAGIC_ADDRESS = 0x40001000;
/** ESP32 only: divider of the UART, third bit of the revision, and the ROM's measured clock. */
const ESP32_UART_DIVIDER = 0x3ff40014;
const ESP32_APB_DATE = 0x3ff6607c;
const ESP32_RTC_CALIBRATION = 0x3ff5f06c;
const ESP32_CLOCK_HZ = 40_000_000;
/** With fuse word 4 = 160: 640 × 15625 × 160 / 40 = 40 MHz (esptool, `get_rom_cal_crystal_freq`). */
const calibration = 640 << 7;

/** Unlocks the RTC watchdog; with it a host resets a chip through its registers (esptool, `watchdog_reset`). */
const WATCHDOG_KEY = 0x50d83aa1;
const WATCHDOG_ENABLE = 0x80000000;

const SPI_START = 1 << 18;
const READ_ID = 0x9f;
const READ_STATUS = [0x05, 0x35, 0x15];

/** The words of a chip's address space that a host may read and write: fuses, magic word, and the controller of its flash. */
export class Registers {
  /** The pins of the flash are connected (SPI_ATTACH); before, it does not answer. */
  isFlashAttached = false;
  private readonly words = new Map<number, number>();
  private hasWatchdogFired = false;

  constructor(
    private readonly model: ChipModel,
    private readonly flash: NorFlash,
  ) {}

  /** The state after a reset. */
  reset(chip: {
    readonly name: ChipName;
    readonly mac: string;
    readonly revision: string;
    readonly isUsb: boolean;
  }): void {
    const { model, words } = this;
    words.clear();
    this.hasWatchdogFired = false;
    this.isFlashAttached = false;
    words.set(MAGIC_ADDRESS, model.magic);
    for (const [index, value] of fuseWords(chip.name, chip.mac, chip.revision))
      words.set(model.fuseBase + 4 * index, value >>> 0);
    if (chip.name === 'esp32') {
      words.set(ESP32_RTC_CALIBRATION, calibration);
      if (Number(chip.revision.split('.')[0]) >= 3) words.set(ESP32_APB_DATE, 0x80000000);
    }
    if (model.portRegister && chip.isUsb) words.set(model.portRegister.address, model.portRegister.usbJtag);
  }

  /** Fuses that only faults burn. */
  burn(faults: BoardFaults): void {
    const { encryptionFuse, secureBootFuse } = this.model;
    if (faults.flashEncrypted) this.setBit(encryptionFuse);
    if (faults.secureBoot) this.setBit(secureBootFuse);
  }

  setBaud(baud: number): void {
    if (this.model.securityInfoBytes === 0) this.words.set(ESP32_UART_DIVIDER, Math.round(ESP32_CLOCK_HZ / baud));
  }

  read(address: number): number {
    return this.words.get(address) ?? 0;
  }

  write(address: number, value: number, mask: number): void {
    const { watchdog } = this.model;
    const merged = ((this.read(address) & ~mask) | (value & mask)) >>> 0;
    if (address === watchdog?.config && (merged & WATCHDOG_ENABLE) !== 0)
      this.hasWatchdogFired ||= this.read(watchdog.protect) === WATCHDOG_KEY;
    if (address !== this.model.spi.command || (merged & SPI_START) === 0) {
      this.words.set(address, merged);
      return;
    }
    // The controller works and clears its start bit before the host can look.
    this.words.set(address, (merged & ~SPI_START) >>> 0);
    this.words.set(this.model.spi.data, this.spiAnswer(this.read(this.model.spi.user2) & 0xff));
  }

  /** Whether the watchdog bites, once. */
  takeWatchdogReset(): boolean {
    const hasFired = this.hasWatchdogFired;
    this.hasWatchdogFired = false;
    return hasFired;
  }

  private spiAnswer(command: number): number {
    if (!this.isFlashAttached) return 0;
    if (command === READ_ID) return this.flash.id;
    return READ_STATUS.includes(command) ? 0 : this.read(this.model.spi.data);
  }

  private setBit({ address, bit }: { readonly address: number; readonly bit: number }): void {
    this.words.set(address, (this.read(address) | (1 << bit)) >>> 0);
  }
}
