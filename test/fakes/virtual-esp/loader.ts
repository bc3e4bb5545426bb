/*
 * The loader in a chip's ROM, and the stub that a host uploads and that takes its place: they take the same commands and differ in status, errors,
 * and when they erase and answer (esptool docs, "Serial Protocol"; esp-flasher-stub, command_handler.c). One `Loader` lives from a reset into
 * download mode to the next reset; `VirtualBoard` makes it and gives it frames. Frames are worked on one after the other, as by one processor.
 */
import { createHash } from 'node:crypto';
import type { BoardFaults, BoardStats } from './board-faults';
import type { ChipModel } from './chip-model';
import { FlashReading, MAX_READ_BLOCK_BYTES } from './flash-reading';
import { FlashWriting } from './flash-writing';
import {
  BLOCK_HEADER_BYTES,
  blockChecksum,
  ops,
  parseRequest,
  responseOf,
  statusOf,
  wordAt,
  type LoaderError,
  type Request,
} from './loader-protocol';
import { SECTOR_BYTES, type NorFlash } from './nor-flash';
import { RamUpload } from './ram-upload';
import type { Registers } from './registers';
import { securityInfo } from './security-info';

export type LoaderParts = {
  readonly model: ChipModel;
  readonly flash: NorFlash;
  readonly registers: Registers;
  readonly faults: BoardFaults;
  readonly stats: BoardStats;
  /** Sends one frame. */
  readonly send: (payload: Uint8Array) => void;
  /** From now on the line has another speed. */
  readonly setBaud: (baud: number) => void;
  /** The chip restarts; `sampled`: as IO0 says then. */
  readonly restart: (into: 'app' | 'download' | 'sampled') => void;
  /** The uploaded program starts. */
  readonly startStub: () => void;
};

/** Frames that may wait; a host waits for an answer before its next request, so more is noise. */
const MAX_WAITING_FRAMES = 64;
/** A chip answers SYNC, and what it does not know, eight times. */
const REPEATS = 8;
const SYNC_VALUE = 0x20120707;
const SLOW_READ_BYTES = 64;
const nothing = Buffer.alloc(0);

/** What the ROM still does in secure download mode: writing, and telling its security. */
const secureOps: ReadonlySet<number> = new Set([
  ops.flashBegin, ops.flashData, ops.flashEnd, ops.sync, ops.spiSetParams, ops.spiAttach, ops.changeBaud, ops.deflateBegin, ops.deflateData, ops.deflateEnd, ops.securityInfo,
]); // prettier-ignore
const stubOnlyOps: ReadonlySet<number> = new Set([ops.eraseFlash, ops.eraseRegion, ops.readFlash, ops.runUserCode]);
const romOnlyOps: ReadonlySet<number> = new Set([ops.readFlashSlow]);
const allOps: ReadonlySet<number> = new Set(Object.values(ops));

export class Loader {
  isStub = false;
  private isDead = false;
  private work: Promise<void> = Promise.resolve();
  private waitingFrames = 0;
  private writing: FlashWriting | null = null;
  private reading: FlashReading | null = null;
  private upload: RamUpload | null = null;
  /** What went wrong after the stub had answered: the answer to the next command, whatever it is. */
  private lateFailure: LoaderError | null = null;

  constructor(private readonly parts: LoaderParts) {}

  take(frame: Buffer): void {
    if (this.waitingFrames >= MAX_WAITING_FRAMES) throw new Error('The host floods the loader with frames');
    this.waitingFrames++;
    this.work = this.work.then(async () => {
      this.waitingFrames--;
      if (!this.isDead) await this.handle(frame);
    });
  }

  /** The chip was reset: nothing that still runs has an effect. */
  kill(): void {
    this.isDead = true;
    this.writing?.close();
  }

  private async handle(frame: Buffer): Promise<void> {
    if (this.reading) {
      this.reading.take(frame);
      if (this.reading.isOver) this.reading = null;
      return;
    }
    const request = parseRequest(frame);
    if (!request) return;
    const { commands } = this.parts.stats;
    commands[request.op] = (commands[request.op] ?? 0) + 1;
    if (request.op === this.parts.faults.muteAtCommand) {
      this.parts.faults.silent = true;
      return;
    }
    if (!this.knows(request.op)) return this.refuseUnknown(request.op);
    if (!request.isSound) return this.answer(request.op, 'badMessage');
    const late = this.lateFailure;
    this.lateFailure = null;
    if (late) this.answer(request.op, late);
    else await this.execute(request);
  }

  private knows(op: number): boolean {
    if (this.isStub) return allOps.has(op) && !romOnlyOps.has(op);
    if (this.parts.faults.secureDownload && !secureOps.has(op)) return false;
    if (op === ops.securityInfo) return this.parts.model.securityInfoBytes > 0;
    return allOps.has(op) && !stubOnlyOps.has(op);
  }

  private async execute(request: Request): Promise<void> {
    const { registers, setBaud } = this.parts;
    const { op, data } = request;
    switch (op) {
      case ops.sync:
        for (let count = 0; count < REPEATS; count++) this.answer(op, null, this.isStub ? 0 : SYNC_VALUE);
        return;
      case ops.readRegister:
        return this.answer(op, null, registers.read(wordAt(data, 0)));
      case ops.writeRegister:
        return this.writeRegisters(request);
      case ops.securityInfo:
        return this.tellSecurity();
      case ops.spiAttach:
        registers.isFlashAttached = true;
        return this.answer(op);
      case ops.spiSetParams:
        this.parts.flash.configuredBytes = wordAt(data, 1);
        return this.answer(op);
      case ops.changeBaud:
        this.answer(op);
        return setBaud(wordAt(data, 0));
      case ops.memBegin:
      case ops.memData:
      case ops.memEnd:
        return this.handleRam(request);
      case ops.flashBegin:
      case ops.deflateBegin:
        return this.beginWriting(request);
      case ops.flashData:
      case ops.deflateData:
        return this.takeBlock(request);
      case ops.flashEnd:
      case ops.deflateEnd:
        return this.endWriting(request);
      default:
        return this.executeWhole(request);
    }
  }

  private executeWhole({ op, data }: Request): void {
    const [offset, sizeBytes] = [wordAt(data, 0), wordAt(data, 1)];
    switch (op) {
      case ops.flashMd5:
        return this.tellMd5(offset, sizeBytes);
      case ops.readFlashSlow:
        return this.readSlowly(offset, sizeBytes);
      case ops.eraseFlash:
        return this.erase(op, 0, this.parts.flash.bytes.length);
      case ops.eraseRegion:
        return this.erase(op, offset, sizeBytes);
      case ops.readFlash:
        this.answer(op);
        return this.beginReading({ offset, sizeBytes, blockBytes: wordAt(data, 2) });
      default:
        // RUN_USER_CODE: the stub does nothing, and says nothing.
        return undefined;
    }
  }

  private writeRegisters({ op, data }: Request): void {
    const { registers, restart } = this.parts;
    for (let index = 0; 4 * index + 16 <= data.length; index += 4)
      registers.write(wordAt(data, index), wordAt(data, index + 1), wordAt(data, index + 2));
    this.answer(op);
    if (registers.takeWatchdogReset()) restart('sampled');
  }

  private tellSecurity(): void {
    const { model, faults } = this.parts;
    if (model.securityInfoBytes === 0) this.answer(ops.securityInfo, 'notSupported');
    else this.answer(ops.securityInfo, null, 0, securityInfo(model, faults));
  }

  private handleRam(request: Request): void {
    const { op, data } = request;
    if (op === ops.memBegin) {
      this.upload = new RamUpload(wordAt(data, 3), wordAt(data, 1));
      return this.answer(op);
    }
    if (!this.upload) return this.answer(op, 'notBegun');
    if (op === ops.memData) {
      const refusal =
        this.blockRefusal(request) ?? this.upload.take(wordAt(data, 1), data.subarray(BLOCK_HEADER_BYTES));
      if (!refusal && this.upload.segment) this.parts.stats.segments.push(this.upload.segment);
      return this.answer(op, refusal);
    }
    this.answer(op);
    const [hasNoEntry, entry] = [wordAt(data, 0), wordAt(data, 1)];
    if (hasNoEntry !== 0 || entry === 0) return;
    this.isStub = true;
    this.upload = null;
    // The stub connects the flash itself.
    this.parts.registers.isFlashAttached = true;
    this.parts.startStub();
  }

  private beginWriting({ op, data }: Request): void {
    const { flash, registers, stats } = this.parts;
    if (!registers.isFlashAttached) return this.answer(op, 'failed');
    const [sizeBytes, blockCount, offset] = [wordAt(data, 0), wordAt(data, 1), wordAt(data, 3)];
    this.writing?.close();
    const isCompressed = op === ops.deflateBegin;
    const by = this.isStub ? 'stub' : 'rom';
    this.writing = new FlashWriting({ by, offset, sizeBytes, blockCount, isCompressed }, flash, stats);
    const failure = this.writing.begin();
    if (this.writing.hasLostPower) this.losePower();
    else this.answer(op, failure);
  }

  private async takeBlock(request: Request): Promise<void> {
    const { op, data } = request;
    const { writing } = this;
    if (!writing) return this.answer(op, 'notBegun');
    const refusal = this.blockRefusal(request) ?? this.pretendedRefusal() ?? writing.refusalOf(wordAt(data, 1));
    if (refusal) return this.answer(op, refusal);
    // The stub answers when it has the block, and writes while the next one comes; the ROM writes first.
    if (this.isStub) this.answer(op);
    const failure = await writing.take(data.subarray(BLOCK_HEADER_BYTES));
    if (this.isDead) return;
    if (writing.hasLostPower) this.losePower();
    else if (this.isStub) this.lateFailure = failure;
    else this.answer(op, failure);
  }

  private endWriting({ op, data }: Request): void {
    const { writing } = this;
    if (!writing) return this.answer(op, 'notBegun');
    const failure = writing.verdict();
    if (failure) return this.answer(op, failure);
    writing.close();
    this.writing = null;
    this.answer(op);
    // The stub restarts nothing; after the ROM's restart IO0 still counts as it was sampled, so it is back in download mode.
    if (!this.isStub) this.parts.restart(wordAt(data, 0) === 0 ? 'download' : 'app');
  }

  private erase(op: number, offset: number, sizeBytes: number): void {
    if (offset % SECTOR_BYTES !== 0 || sizeBytes % SECTOR_BYTES !== 0) return this.answer(op, 'badMessage');
    const outcome = this.parts.flash.erase(offset, sizeBytes);
    if (outcome === 'powerLost') this.losePower();
    else this.answer(op, outcome === 'done' ? null : 'failed');
  }

  private beginReading(plan: {
    readonly offset: number;
    readonly sizeBytes: number;
    readonly blockBytes: number;
  }): void {
    if (plan.blockBytes > MAX_READ_BLOCK_BYTES || plan.blockBytes === 0) this.lateFailure = 'badMessage';
    else if (!this.parts.flash.hasRange(plan.offset, plan.sizeBytes)) this.lateFailure = 'failed';
    if (this.lateFailure) return;
    this.reading = new FlashReading(plan, this.parts.flash, (payload) => this.send(payload));
    this.reading.start();
  }

  private tellMd5(offset: number, sizeBytes: number): void {
    const { flash, faults, registers } = this.parts;
    if (!registers.isFlashAttached || !flash.hasRange(offset, sizeBytes)) return this.answer(ops.flashMd5, 'failed');
    const hash = createHash('md5').update(flash.read(offset, sizeBytes));
    if (faults.wrongMd5) hash.update('not what is there');
    const digest = hash.digest();
    this.answer(ops.flashMd5, null, 0, this.isStub ? digest : Buffer.from(digest.toString('hex'), 'ascii'));
  }

  private readSlowly(offset: number, sizeBytes: number): void {
    const { flash, registers } = this.parts;
    if (sizeBytes > SLOW_READ_BYTES || !registers.isFlashAttached || !flash.hasRange(offset, sizeBytes))
      return this.answer(ops.readFlashSlow, 'failed');
    const answer = Buffer.alloc(SLOW_READ_BYTES);
    flash.read(offset, sizeBytes).copy(answer);
    this.answer(ops.readFlashSlow, null, 0, answer);
  }

  /** The supply breaks down for a moment: the chip starts anew, as its pins say. */
  private losePower(): void {
    this.parts.restart('sampled');
  }

  /** What is wrong with a block as it came over the line. */
  private blockRefusal({ data, checksum }: Request): LoaderError | null {
    if (data.length < BLOCK_HEADER_BYTES || wordAt(data, 0) !== data.length - BLOCK_HEADER_BYTES) return 'badMessage';
    return blockChecksum(data) === (checksum & 0xff) ? null : 'badChecksum';
  }

  private pretendedRefusal(): LoaderError | null {
    const { faults } = this.parts;
    const isBad = faults.badChecksumOnce || faults.badChecksumAlways;
    faults.badChecksumOnce = false;
    return isBad ? 'badChecksum' : null;
  }

  private answer(op: number, error: LoaderError | null = null, value = 0, data: Uint8Array = nothing): void {
    this.send(responseOf(op, value, data, statusOf(this.isStub ? 'stub' : 'rom', error)));
  }

  /** The ROM says it eight times, and with another number than that of the command: by that hosts know it. */
  private refuseUnknown(op: number): void {
    if (this.isStub) return this.answer(op, 'unknownCommand');
    for (let count = 0; count < REPEATS; count++) this.answer(0, 'unknownCommand');
  }

  private send(payload: Uint8Array): void {
    if (!this.isDead) this.parts.send(payload);
  }
}
