/**
 * Boards whose pins the console knows, as data (wire contract 8.5; the ESP32-C6 table is ours, see docs/decisions/0009-esp32-c6-pins.md).
 * What follows from the table is in pin-rules.ts. To add a board: its id, its table, its words in `boardOf`.
 */
export const boardIds = ['esp32', 'esp32c3', 'esp32c6'] as const;
export type BoardId = (typeof boardIds)[number];

/** Why a pin is kept from sensors and actuators. */
export type Reservation = 'strapping' | 'flash' | 'usb' | 'uart' | 'crystal' | 'firmware' | 'bus' | 'absent';

export const reservationTexts: Readonly<Record<Reservation, string>> = {
  strapping: 'its level at start decides how the chip boots',
  flash: 'it leads to the flash memory',
  usb: 'it leads to the USB port',
  uart: 'it is the serial console',
  crystal: 'it is kept for the 32 kHz crystal',
  firmware: 'the firmware keeps it free',
  bus: 'the number 0 means "on the I2C bus"',
  absent: 'the module does not lead it out',
};

export type Board = {
  readonly name: string;
  /** Highest pin number of the chip; the lowest is 0. */
  readonly lastGpio: number;
  /** Everything else in range is reserved. */
  readonly usable: readonly number[];
  /** Reserved pins by reason; what is neither here nor usable is `absent`. */
  readonly reserved: Partial<Readonly<Record<Reservation, readonly number[]>>>;
  readonly inputOnly: readonly number[];
  /** Usable, but their level at start matters: no part that pulls them the wrong way. */
  readonly withCare: readonly number[];
  readonly i2c: { readonly sda: number; readonly scl: number };
  readonly oneWire: number;
  /** Analog inputs that work beside Wi-Fi. */
  readonly adc1: readonly number[];
  /** Analog inputs that read 0 while Wi-Fi is on. */
  readonly adc2: readonly number[];
  readonly pwmChannels: number;
  readonly maxSensors: number;
  readonly maxActuators: number;
};

const esp32: Board = {
  name: 'ESP32',
  lastGpio: 39,
  usable: [4, 5, 14, 15, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 32, 33, 34, 35, 36, 39],
  reserved: { strapping: [0, 2, 12], uart: [1, 3], flash: [6, 7, 8, 9, 10, 11], firmware: [13] },
  inputOnly: [34, 35, 36, 39],
  withCare: [5, 15],
  i2c: { sda: 21, scl: 22 },
  oneWire: 4,
  adc1: [32, 33, 34, 35, 36, 39],
  adc2: [0, 2, 4, 12, 13, 14, 15, 25, 26, 27],
  pwmChannels: 16,
  maxSensors: 20,
  maxActuators: 12,
};

const esp32c3: Board = {
  name: 'ESP32-C3',
  lastGpio: 21,
  usable: [2, 4, 5, 6, 7, 8, 9, 10, 21],
  reserved: { crystal: [0, 1], firmware: [3], flash: [11, 12, 13, 14, 15, 16, 17], usb: [18, 19], uart: [20] },
  inputOnly: [],
  withCare: [2, 8, 9],
  i2c: { sda: 4, scl: 5 },
  oneWire: 6,
  adc1: [0, 1, 2, 3, 4],
  adc2: [],
  pwmChannels: 6,
  maxSensors: 10,
  maxActuators: 6,
};

const esp32c6: Board = {
  name: 'ESP32-C6',
  lastGpio: 30,
  usable: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 18, 19, 20, 21, 22, 23],
  reserved: { bus: [0], usb: [12, 13], absent: [14], uart: [16, 17], flash: [24, 25, 26, 27, 28, 29, 30] },
  inputOnly: [],
  withCare: [4, 5, 8, 9, 15],
  i2c: { sda: 6, scl: 7 },
  oneWire: 10,
  adc1: [0, 1, 2, 3, 4, 5, 6],
  adc2: [],
  pwmChannels: 6,
  maxSensors: 10,
  maxActuators: 6,
};

export const boards: Readonly<Record<BoardId, Board>> = { esp32, esp32c3, esp32c6 };

/**
 * The board behind a heartbeat's `hardware_type`, or null when the words are not known. Devices write it in many ways: `esp32c3`,
 * `ESP32_C6`, `ESP32_WROOM`, `XIAO_ESP32C3`; a bare `XIAO` is the C3, the only one in the contract.
 */
export function boardOf(hardwareType: string | undefined): BoardId | null {
  const word = (hardwareType ?? '').toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (word.includes('esp32c6')) return 'esp32c6';
  if (word.includes('esp32c3')) return 'esp32c3';
  if (/esp32[sch]\d/.test(word)) return null; // a sister chip whose pins we do not know
  if (word.includes('xiao')) return 'esp32c3';
  return word.includes('esp32') || word.includes('wroom') ? 'esp32' : null;
}
