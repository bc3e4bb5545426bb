/*
 * The loader in a chip's ROM, and the stub that a host uploads and that takes its place: they take the same commands and differ in status length,
 * errors, and when they erase and answer (esptool docs, "Serial Protocol"). One `Loader` lives from a reset into download mode to the next reset;
 * `VirtualBoard` makes it and gives it frames. Frames are worked on one after the other, as by one processor.
 */
import { createHash } from 'node:crypto';
import type { BoardFaults, BoardStats } from './board-faults';
import type { ChipModel } from './chip-model';
import { FlashReading } from './flash-reading';
import { FlashWriting } from './flash-writing';
import {
  BLOCK_HEADER_BYTES,
  blockChecksum,
  loaderErrors,
  ops,
  parseRequest,
  responseOf,
  wordAt,
  type LoaderError,
  type Request,
} from './loader-protocol';
import type { NorFlash } from './nor-flash';
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
  /** The chip restarts: into its application, or as after a loss of power. */
  readonly restart: (reason: 'reboot' | 'power') => void;
  /** The uploaded program starts. */
  readonly startStub: () => void;
};

/** Frames that may wait; a host waits for an answer before its next request, so more is noise. */
const MAX_WAITING_FRAMES = 64;
/** A chip answers SYNC, and what it does not know, eight times. */
const REPEATS = 8;
const SYNC_VALUE = 0x20120707;
const SLOW_READ_BYTES = 64;

/** What the ROM still does in secure download mode (esptool docs: writing, erasing with it, and telling its security). */
const secureOps: ReadonlySet<number> = new Set([
  ops.flashBegin, ops.flashData, ops.flashEnd, ops.sync, ops.spiSetParams, ops.spiAttach, ops.changeBaud, ops.deflateBegin, ops.deflateData, ops.deflateEnd, ops.securityInfo,
]); // prettier-ignore
const stubOnlyOps: ReadonlySet<number> = new Set([ops.eraseFlash, ops.eraseRegion, ops.readFlash, ops.runUserCode]);

export class Loader {
  isStub = false;
  private isDead = false;
  private work: Promise<void> = Promise.resolve();
  private waitingFrames = 0;
  private writing: FlashWriting | null = null;
  private reading: FlashReading | null = null;
  private upload: RamUpload | null = null;

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
    if (!this.knows(request.op)) this.refuseUnknown(request.op);
    else if (!request.isSound) this.fail(request.op, 'badMessage');
    else await this.execute(request);
  }

  private knows(op: number): boolean {
    if (this.isStub) return op !== ops.securityInfo || this.parts.model.securityInfoBytes > 0;
    if (this.parts.faults.secureDownload && !secureOps.has(op)) return false;
    if (op === ops.securityInfo) return this.parts.model.securityInfoBytes > 0;
    return !stubOnlyOps.has(op);
  }

  private async execute(request: Request): Promise<void> {
    const { op } = request;
    switch (op) {
      case ops.sync:
        for (let count = 0; count < REPEATS; count++) this.reply(op, this.isStub ? 0 : SYNC_VALUE);
        return;
      case ops.readRegister:
        return this.reply(op, this.parts.registers.read(wordAt(request.data, 0)));
      case ops.writeRegister:
        return this.writeRegisters(request);
      case ops.securityInfo:
        return this.reply(op, 0, securityInfo(this.parts.model, this.parts.faults));
      case ops.spiAttach:
        this.parts.registers.isFlashAttached = true;
        return this.reply(op);
      case ops.spiSetParams:
        return this.reply(op);
      case ops.changeBaud:
        this.reply(op);
        return this.parts.setBaud(wordAt(request.data, 0));
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
    const { flash, restart } = this.parts;
    const [offset, sizeBytes] = [wordAt(data, 0), wordAt(data, 1)];
    switch (op) {
      case ops.flashMd5:
        return this.replyMd5(offset, sizeBytes);
      case ops.readFlashSlow:
        return this.replySlowRead(offset, sizeBytes);
      case ops.eraseFlash:
        if (!flash.erase(0, flash.bytes.length)) return restart('power');
        return this.reply(op);
      case ops.eraseRegion:
        if (offset % 4096 !== 0 || sizeBytes % 4096 !== 0) return this.fail(op, 'badMessage');
        if (!flash.erase(offset, sizeBytes)) return restart('power');
        return this.reply(op);
      case ops.readFlash:
        this.reply(op);
        this.reading = new FlashReading(
          { offset, sizeBytes, blockBytes: wordAt(data, 2), maxInFlight: wordAt(data, 3) },
          flash,
          (payload) => this.send(payload),
        );
        return this.reading.start();
      case ops.runUserCode:
        return restart('reboot');
      default:
        return this.refuseUnknown(op);
    }
  }

  private writeRegisters({ op, data }: Request): void {
    for (let index = 0; 4 * index + 16 <= data.length; index += 4)
      this.parts.registers.write(wordAt(data, index), wordAt(data, index + 1), wordAt(data, index + 2));
    this.reply(op);
  }

  private handleRam(request: Request): void {
    const { op, data } = request;
    if (op === ops.memBegin) {
      this.upload = new RamUpload(wordAt(data, 3), wordAt(data, 1));
      return this.reply(op);
    }
    if (op === ops.memData) {
      const refusal =
        this.blockRefusal(request) ?? this.upload?.take(wordAt(data, 1), data.subarray(BLOCK_HEADER_BYTES));
      if (refusal === undefined) return this.fail(op, 'notBegun');
      if (refusal !== null) return this.fail(op, refusal);
      if (this.upload?.segment) this.parts.stats.segments.push(this.upload.segment);
      return this.reply(op);
    }
    this.reply(op);
    const [hasNoEntry, entry] = [wordAt(data, 0), wordAt(data, 1)];
    if (hasNoEntry === 0 && entry !== 0) this.runUploaded();
  }

  private runUploaded(): void {
    this.isStub = true;
    this.upload = null;
    // The stub connects the flash itself.
    this.parts.registers.isFlashAttached = true;
    this.parts.startStub();
  }

  private beginWriting({ op, data }: Request): void {
    const { flash, registers, restart } = this.parts;
    if (!registers.isFlashAttached) return this.fail(op, 'failed');
    const [sizeBytes, blockCount, offset] = [wordAt(data, 0), wordAt(data, 1), wordAt(data, 3)];
    this.writing?.close();
    if (!this.isStub && !flash.erase(offset, sizeBytes)) return restart('power');
    const isCompressed = op === ops.deflateBegin;
    this.writing = new FlashWriting(
      { offset, sizeBytes, blockCount, isCompressed, isErasedLazily: this.isStub },
      flash,
    );
    this.reply(op);
  }

  private async takeBlock(request: Request): Promise<void> {
    const { op, data } = request;
    const { writing } = this;
    if (!writing) return this.fail(op, 'notBegun');
    const refusal = this.blockRefusal(request) ?? writing.refusalOf(wordAt(data, 1));
    if (refusal === 'repeated') return this.reply(op);
    if (refusal) return this.fail(op, refusal);
    // The stub answers when it has the block, and writes while the next one comes; the ROM writes first.
    if (this.isStub) this.reply(op);
    const failure = await writing.take(data.subarray(BLOCK_HEADER_BYTES));
    if (writing.hasLostPower && !this.isDead) return this.parts.restart('power');
    if (this.isStub) return;
    if (failure) this.fail(op, failure);
    else this.reply(op);
  }

  private async endWriting({ op, data }: Request): Promise<void> {
    const { writing } = this;
    if (!writing) return this.fail(op, 'notBegun');
    const failure = await writing.verdict();
    writing.close();
    this.writing = null;
    if (failure) return this.fail(op, failure);
    this.reply(op);
    if (wordAt(data, 0) === 0) this.parts.restart('reboot');
  }

  private replyMd5(offset: number, sizeBytes: number): void {
    const { flash, faults, registers } = this.parts;
    if (!registers.isFlashAttached) return this.fail(ops.flashMd5, 'failed');
    const hash = createHash('md5').update(flash.read(offset, sizeBytes));
    if (faults.wrongMd5) hash.update('not what is there');
    const digest = hash.digest();
    this.reply(ops.flashMd5, 0, this.isStub ? digest : Buffer.from(digest.toString('hex'), 'ascii'));
  }

  private replySlowRead(offset: number, sizeBytes: number): void {
    if (sizeBytes > SLOW_READ_BYTES || !this.parts.registers.isFlashAttached)
      return this.fail(ops.readFlashSlow, 'failed');
    const answer = Buffer.alloc(SLOW_READ_BYTES);
    this.parts.flash.read(offset, sizeBytes).copy(answer);
    this.reply(ops.readFlashSlow, 0, answer);
  }

  /** What is wrong with a block as it came over the line. */
  private blockRefusal({ data, checksum }: Request): LoaderError | null {
    const { faults } = this.parts;
    if (data.length < BLOCK_HEADER_BYTES || wordAt(data, 0) !== data.length - BLOCK_HEADER_BYTES) return 'badMessage';
    const isLied = faults.badChecksumOnce || faults.badChecksumAlways;
    faults.badChecksumOnce = false;
    return isLied || blockChecksum(data) !== (checksum & 0xff) ? 'badChecksum' : null;
  }

  private reply(op: number, value = 0, data: Uint8Array = Buffer.alloc(0)): void {
    this.send(responseOf(op, value, data, this.isStub ? [0, 0] : [0, 0, 0, 0]));
  }

  private fail(op: number, error: LoaderError): void {
    const number = loaderErrors[error][this.isStub ? 'stub' : 'rom'];
    this.send(responseOf(op, 0, Buffer.alloc(0), this.isStub ? [1, number] : [1, number, 0, 0]));
  }

  /** The ROM says it eight times, and with another number than that of the command: by that hosts know it. */
  private refuseUnknown(op: number): void {
    if (this.isStub) return this.fail(op, 'unknownCommand');
    for (let count = 0; count < REPEATS; count++) this.fail(0, 'unknownCommand');
  }

  private send(payload: Uint8Array): void {
    if (!this.isDead) this.parts.send(payload);
  }
}
