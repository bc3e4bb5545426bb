/** Boards whose pins the console knows (wire contract 8.5; the ESP32-C6 table is ours, see docs/decisions). */
export const boardIds = ['esp32', 'esp32c3', 'esp32c6'] as const;
export type BoardId = (typeof boardIds)[number];
