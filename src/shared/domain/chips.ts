/**
 * Chips that can be flashed: every one that esptool-js 0.7.0 knows (its lib/targets). Ids and offsets are Espressif's (esptool `docs`, ESP-IDF
 * `esp_chip_id_t`). To add a chip: its line here, and its reset and pin facts where they differ.
 */
export const chipIds = ['esp8266', 'esp32', 'esp32s2', 'esp32s3', 'esp32s31', 'esp32c2', 'esp32c3', 'esp32c5', 'esp32c6', 'esp32c61', 'esp32h2', 'esp32h4', 'esp32p4'] as const; // prettier-ignore
export type ChipId = (typeof chipIds)[number];

export type Chip = {
  /** As esptool and people write it. */
  readonly name: string;
  /** In the header of an image, offset 12; null: the chip's images carry none. */
  readonly imageChipId: number | null;
  /** Where the second-stage bootloader lies, bytes. */
  readonly bootloaderOffset: number;
};

export const chips: Readonly<Record<ChipId, Chip>> = {
  esp8266: { name: 'ESP8266', imageChipId: null, bootloaderOffset: 0 },
  esp32: { name: 'ESP32', imageChipId: 0, bootloaderOffset: 0x1000 },
  esp32s2: { name: 'ESP32-S2', imageChipId: 2, bootloaderOffset: 0x1000 },
  esp32s3: { name: 'ESP32-S3', imageChipId: 9, bootloaderOffset: 0 },
  esp32s31: { name: 'ESP32-S31', imageChipId: 32, bootloaderOffset: 0x2000 },
  esp32c2: { name: 'ESP32-C2', imageChipId: 12, bootloaderOffset: 0 },
  esp32c3: { name: 'ESP32-C3', imageChipId: 5, bootloaderOffset: 0 },
  esp32c5: { name: 'ESP32-C5', imageChipId: 23, bootloaderOffset: 0x2000 },
  esp32c6: { name: 'ESP32-C6', imageChipId: 13, bootloaderOffset: 0 },
  esp32c61: { name: 'ESP32-C61', imageChipId: 20, bootloaderOffset: 0 },
  esp32h2: { name: 'ESP32-H2', imageChipId: 16, bootloaderOffset: 0 },
  esp32h4: { name: 'ESP32-H4', imageChipId: 28, bootloaderOffset: 0x2000 },
  esp32p4: { name: 'ESP32-P4', imageChipId: 18, bootloaderOffset: 0x2000 },
};

/** The chip that an image is built for, by the id in its header; null when no chip has that id. */
export function chipOfImage(imageChipId: number): ChipId | null {
  return chipIds.find((id) => chips[id].imageChipId === imageChipId) ?? null;
}

/** The chip by the name that esptool prints, such as `ESP32-C3`. */
export function chipByName(name: string): ChipId | null {
  return chipIds.find((id) => chips[id].name === name) ?? null;
}
