/*
 * The commands of the stub loader that a job needs, on esptool-js' exchange of packets. The library's own writing and reading of flash is not
 * used: it cannot be stopped, hides the status in a sentence, checks nothing of what it reads and copies what it has at every block. Used by
 * loader-session.ts. Numbers: flashing.md 5.2.
 */
import { createHash } from 'node:crypto';
import { ESPError, UnsupportedCommandError, type ESPLoader } from 'esptool-js';
import { compress } from './compressed-range';
import { ChipRefusal, LineTrouble } from './loader-faults';
import type { QuickTransport } from './quick-transport';

const op = { deflateBegin: 0x10, deflateData: 0x11, deflateEnd: 0x12, md5: 0x13, eraseFlash: 0xd0, eraseRegion: 0xd1, readFlash: 0xd2 }; // prettier-ignore

const STATUS_BYTES = 2;
/** Any command that neither erases nor calculates, ms (esptool). */
const COMMAND_MS = 3_000;
/** Slowest flash chips in esptool's experience, ms per megabyte. */
const ERASE_MS_PER_MB = 30_000;
const WRITE_MS_PER_MB = 40_000;
const MD5_MS_PER_MB = 8_000;
const ERASE_ALL_MS = 120_000;

/** The stub did not take the block: its length or its checksum was wrong. It may be sent again, which nothing else may: blocks have no number. */
const notTaken: ReadonlySet<number> = new Set([0xc0, 0xc1]);
const BLOCK_TRIES = 3;
/** What arrived does not fit together (length, checksum, block size, inflating, too little, too much): the line changed it. */
const damaged: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2, 0xc7, 0xc8, 0xc9]);
/** From here on a number is one of the stub's, which stands in the first byte; the ROM's stands in the second, behind a 1. */
const FIRST_STUB_STATUS = 0xc0;

const READ_BLOCK_BYTES = 4096;
/** Packets before the first must be confirmed; the stub takes any number for one (esp-flasher-stub, command_handler.c). */
const READ_AHEAD = 1;
/** Read with one command, and one MD5. */
const READ_CHUNK_BYTES = 256 * 1024;
const MD5_BYTES = 16;
const WORD_BYTES = 4;

type CommandOptions = {
  readonly address?: number;
  readonly checksum?: number;
  readonly answerBytes?: number;
  readonly timeoutMs?: number;
};

/** Talks to the stub. Throws LineTrouble, ChipRefusal, LineError, or what stopped the job. */
export class LoaderCommands {
  constructor(
    private readonly loader: ESPLoader,
    private readonly transport: QuickTransport,
  ) {}

  /** One register. */
  async register(address: number): Promise<number> {
    return (await this.exchange(0x0a, words(address), 0, COMMAND_MS)).value >>> 0;
  }

  /** Tells the chip to talk at another speed; its answer still comes at the present one. */
  async changeBaud(baud: number, present: number): Promise<void> {
    await this.exchange(0x0f, words(baud, present), 0, COMMAND_MS);
  }

  /** MD5 of a range as the chip calculates it from its flash, lower-case hexadecimal. */
  async md5(address: number, sizeBytes: number): Promise<string> {
    const answer = await this.command(op.md5, words(address, sizeBytes, 0, 0), {
      address,
      answerBytes: MD5_BYTES,
      timeoutMs: scaled(MD5_MS_PER_MB, sizeBytes),
    });
    return Buffer.from(answer).toString('hex');
  }

  /** Both numbers in whole sectors of 4 kB. */
  async erase(address: number, sizeBytes: number): Promise<void> {
    await this.command(op.eraseRegion, words(address, sizeBytes), {
      address,
      timeoutMs: scaled(ERASE_MS_PER_MB, sizeBytes),
    });
  }

  async eraseAll(): Promise<void> {
    await this.command(op.eraseFlash, new Uint8Array(), { timeoutMs: ERASE_ALL_MS });
  }

  /** Writes from the start of a sector; the stub erases as it goes. `onWritten` is called with the bytes of `data` that the chip has taken. */
  async write(address: number, data: Uint8Array, onWritten: (bytes: number) => void): Promise<void> {
    try {
      await this.writeStream(address, data, onWritten);
    } catch (error) {
      if (!(error instanceof ChipRefusal && damaged.has(error.status))) throw error;
      throw new LineTrouble('What arrived in the chip cannot be what was sent.', { cause: error });
    }
  }

  /** Reads a range, checked by the stub's MD5. Bytes are handed over in order, in pieces of 4 kB at most. */
  async read(address: number, sizeBytes: number, onBytes: (bytes: Uint8Array) => Promise<void> | void): Promise<void> {
    for (let done = 0; done < sizeBytes; done += READ_CHUNK_BYTES) {
      await this.readChunk(address + done, Math.min(READ_CHUNK_BYTES, sizeBytes - done), onBytes);
    }
  }

  /** Restarts the chip by command, for ports that cannot do it with a modem line. Some versions of the stub confirm it and do nothing. */
  async reboot(): Promise<void> {
    await this.loader.flashBegin(0, 0);
    await this.loader.flashFinish(true);
  }

  private async writeStream(address: number, data: Uint8Array, onWritten: (bytes: number) => void): Promise<void> {
    const plain = padded(data);
    const blocks = await compress(plain, this.loader.FLASH_WRITE_SIZE);
    await this.command(op.deflateBegin, words(plain.length, blocks.length, this.loader.FLASH_WRITE_SIZE, address), {
      address,
      timeoutMs: scaled(ERASE_MS_PER_MB, plain.length),
    });
    let taken = 0;
    // The stub confirms a block when it has it, and writes it while the next one comes: each waits for the one before.
    let pendingBytes = 0;
    for (const [sequence, block] of blocks.entries()) {
      await this.block(block.data, sequence, {
        address: address + taken,
        timeoutMs: scaled(WRITE_MS_PER_MB, pendingBytes),
      });
      pendingBytes = block.end - taken;
      taken = block.end;
      onWritten(Math.min(taken, data.length));
    }
    await this.command(op.deflateEnd, words(1), { address, timeoutMs: scaled(WRITE_MS_PER_MB, pendingBytes) });
  }

  private async readChunk(address: number, sizeBytes: number, onBytes: (bytes: Uint8Array) => Promise<void> | void) {
    await this.command(op.readFlash, words(address, sizeBytes, READ_BLOCK_BYTES, READ_AHEAD), { address });
    const hash = createHash('md5');
    let received = 0;
    while (received < sizeBytes) {
      const bytes = await this.transport.read(COMMAND_MS);
      received += bytes.length;
      if (bytes.length > READ_BLOCK_BYTES || received > sizeBytes)
        throw new LineTrouble('More was read than asked for.');
      hash.update(bytes);
      await this.transport.write(words(received));
      await onBytes(bytes);
    }
    const expected = Buffer.from(await this.transport.read(COMMAND_MS)).toString('hex');
    if (hash.digest('hex') !== expected) throw new LineTrouble('What was read has another MD5 than the chip says.');
  }

  private async block(data: Uint8Array, sequence: number, options: CommandOptions): Promise<void> {
    const packet = new Uint8Array(4 * WORD_BYTES + data.length);
    packet.set(words(data.length, sequence, 0, 0));
    packet.set(data, 4 * WORD_BYTES);
    const checksum = this.loader.checksum(data);
    for (let tries = 1; ; tries += 1) {
      try {
        await this.command(op.deflateData, packet, { ...options, checksum });
        return;
      } catch (error) {
        if (!(error instanceof ChipRefusal && notTaken.has(error.status))) throw error;
        if (tries === BLOCK_TRIES)
          throw new LineTrouble(`A block arrived damaged ${BLOCK_TRIES} times.`, { cause: error });
      }
    }
  }

  private async command(number: number, data: Uint8Array, options: CommandOptions): Promise<Uint8Array> {
    const { address = 0, checksum = 0, answerBytes = 0, timeoutMs = COMMAND_MS } = options;
    const { answer } = await this.exchange(number, data, checksum, timeoutMs);
    // A refusal comes without the answer's data.
    const status = answer.length < answerBytes + STATUS_BYTES ? answer : answer.subarray(answerBytes);
    const [first, second] = status;
    if (first === undefined || second === undefined) throw new LineTrouble('An answer came without its status.');
    if (first !== 0) throw new ChipRefusal(number, first >= FIRST_STUB_STATUS ? first : second, address);
    if (answer.length < answerBytes + STATUS_BYTES) throw new LineTrouble('An answer was too short.');
    return answer.subarray(0, answerBytes);
  }

  private async exchange(number: number, data: Uint8Array, checksum: number, timeoutMs: number) {
    try {
      const [value, answer] = await this.loader.command(number, data, checksum, true, timeoutMs);
      return { value, answer };
    } catch (error) {
      throw classified(error, number);
    }
  }
}

/** The library's errors in our words; everything else as it is. */
export function classified(error: unknown, number = 0): unknown {
  if (error instanceof UnsupportedCommandError) return new ChipRefusal(number, 0x05, 0);
  if (error instanceof ESPError) return new LineTrouble('The chip gave no sensible answer.', { cause: error });
  return error;
}

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * WORD_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * WORD_BYTES, value, true);
  return bytes;
}

/** Flash is written in words: filled up with what erased flash holds. */
function padded(data: Uint8Array): Uint8Array {
  const rest = data.length % WORD_BYTES;
  if (rest === 0) return data;
  const plain = new Uint8Array(data.length + WORD_BYTES - rest).fill(0xff);
  plain.set(data);
  return plain;
}

function scaled(msPerMb: number, sizeBytes: number): number {
  return Math.max(COMMAND_MS, Math.ceil((msPerMb * sizeBytes) / 1e6));
}
