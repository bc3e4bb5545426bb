import type { ChipModel } from './chip-model';

/** What the ROM says after a reset, before anything else runs. */
export function bootLog(model: ChipModel, mode: 'app' | 'download'): string {
  const wait = mode === 'download' ? 'waiting for download\r\n' : '';
  return `\r\n${model.romName}\r\n${model.bootWords[mode]}\r\n${wait}`;
}

/** The bootloader's words when the flash holds no application: the ROM says so and tries again. */
export const noApplicationLine = 'invalid header: 0xffffffff\r\n';

/** An application that falls over, as ESP-IDF tells it. */
export const panicLines =
  "Guru Meditation Error: Core  0 panic'ed (Load access fault). Exception was unhandled.\r\nRebooting...\r\n";
