import type { FlashJob } from '../../src/shared/api/flash';
import type { VirtualBoard } from './virtual-esp/virtual-board';

/** As the console says it when everything is written. Before, it does not listen yet. */
const pressReset = /press RESET once/;

/**
 * The technician's finger on a board whose port has no modem lines: holds BOOT and taps RESET while the console asks for it, and taps RESET when it
 * is told to. To be shown every view of the job.
 */
export class SetupFinger {
  constructor(private readonly board: VirtualBoard) {}

  see(flash: FlashJob | null): void {
    const { mode } = this.board;
    if (flash?.hint === 'hold_boot' && flash.state === 'connecting' && mode !== 'rom') this.board.holdBootAndReset();
    const isToldToReset = flash?.state === 'resetting' && flash.notes.some((note) => pressReset.test(note));
    if (isToldToReset && (mode === 'rom' || mode === 'stub')) this.board.pressReset();
  }
}
