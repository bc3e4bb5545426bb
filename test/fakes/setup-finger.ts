import type { FlashJob } from '../../src/shared/api/flash';
import type { VirtualBoard } from './virtual-esp/virtual-board';

/**
 * The technician's finger on a board whose port has no modem lines: holds BOOT and taps RESET while the console asks for it, and taps RESET when it
 * is told to; before, the console does not listen yet. To be shown every view of the job.
 */
export class SetupFinger {
  constructor(private readonly board: VirtualBoard) {}

  see(flash: FlashJob | null): void {
    const { mode } = this.board;
    if (flash?.hint === 'hold_boot' && mode !== 'rom') this.board.holdBootAndReset();
    if (flash?.hint === 'press_reset' && (mode === 'rom' || mode === 'stub')) this.board.pressReset();
  }
}
