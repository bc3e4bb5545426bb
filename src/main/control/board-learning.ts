import type { BoardId } from '../../shared/domain/boards';
import type { DeviceId } from '../../shared/domain/ids';
import type { DeviceRegistry } from '../devices/device-registry';

/** Chips whose names begin like the classic ESP32 but whose pins are others (8.5). Pin rules that do not fit are worse than none. */
const OTHER_CHIP = /^ESP32-?(S[23]|C\d|H\d|P\d)/;

/** The board whose pin rules fit a chip as `diagnostics` names it; null when the console has none for it. */
export function boardOfChip(chipModel: string): BoardId | null {
  const chip = chipModel.trim().toUpperCase();
  if (/^ESP32-?C3/.test(chip)) return 'esp32c3';
  if (/^ESP32-?C6(?!\d)/.test(chip)) return 'esp32c6';
  return chip.startsWith('ESP32') && !OTHER_CHIP.test(chip) ? 'esp32' : null;
}

/** Remembers the board that a device names itself, unless an operator has said which one it is. */
export function learnBoard(registry: DeviceRegistry, deviceId: DeviceId, chipModel: string): void {
  const device = registry.get(deviceId);
  const id = boardOfChip(chipModel);
  if (!device || id === null || device.board.source === 'operator') return;
  if (device.board.id === id && device.board.source === 'device') return;
  device.board = { id, source: 'device' };
  registry.save(device);
}
