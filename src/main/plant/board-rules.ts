import type { BoardId } from '../../shared/domain/boards';

/** Pins of the boards that the demo plant imitates (wire contract 8.5). Pin 0 stands for a sensor on the I2C bus. */
export type PlantBoard = Extract<BoardId, 'esp32' | 'esp32c3'>;
type Pins = {
  readonly usable: readonly number[];
  readonly inputOnly: readonly number[];
  readonly i2c: readonly number[];
  readonly oneWire: number;
};

const pinsOf: Readonly<Record<PlantBoard, Pins>> = {
  esp32: {
    usable: [4, 5, 14, 15, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 32, 33, 34, 35, 36, 39],
    inputOnly: [34, 35, 36, 39],
    i2c: [21, 22],
    oneWire: 4,
  },
  esp32c3: { usable: [2, 4, 5, 6, 7, 8, 9, 10, 21], inputOnly: [], i2c: [4, 5], oneWire: 6 },
};
/** Pin of I2C sensors by convention (wire contract 5.2). */
const I2C_CONVENTION = 0;

export const isUsable = (board: PlantBoard, gpio: number): boolean => pinsOf[board].usable.includes(gpio);

/** Pin of the 1-Wire bus when nobody names one (1.12). */
export const oneWirePin = (board: PlantBoard): number => pinsOf[board].oneWire;

/** Why a sensor cannot sit on a pin; null when it can. */
export function sensorPinFault(board: PlantBoard, gpio: number): string | null {
  if (gpio === I2C_CONVENTION || isUsable(board, gpio)) return null;
  return `GPIO ${gpio} not usable`;
}

/** Why an actuator cannot sit on a pin; null when it can. */
export function actuatorPinFault(board: PlantBoard, gpio: number): string | null {
  const { inputOnly, i2c } = pinsOf[board];
  if (!isUsable(board, gpio)) return `GPIO ${gpio} not usable`;
  if (inputOnly.includes(gpio)) return `GPIO ${gpio} is input only`;
  return i2c.includes(gpio) ? `GPIO ${gpio} belongs to the I2C bus` : null;
}
