/*
 * I9 and issue 5: a device in safe mode still takes its configuration over the serial line (Improv-Serial, https://www.improv-wifi.com/serial/).
 */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { firmwareOverOneBroker, type FirmwareBroker } from '../../fakes/firmware-broker';
import { FirmwareScene } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject } from '../../fakes/message-log';
import { soon } from '../../fakes/mqtt-tap';
import { must } from '../../fakes/wait';

const safeMode = 12;
/** Joining a network may take its time. */
const answerDeadlineMs = 30_000;
const stepMs = 300;
const deliveryMs = 10;
const frameHead = Buffer.from('IMPROV\u0001');
const frameTypes = { state: 1, error: 2, command: 3, result: 4 } as const;
const commands = { setWifi: 1, state: 2, info: 3 } as const;
const provisioned = 4;

const checksum = (bytes: Buffer): number => bytes.reduce((sum, byte) => (sum + byte) & 255, 0);

function frameOf(command: number, ...texts: readonly string[]): Buffer {
  const data = Buffer.concat(
    texts.map((text) => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)])),
  );
  const payload = Buffer.concat([Buffer.from([command, data.length]), data]);
  const frame = Buffer.concat([frameHead, Buffer.from([frameTypes.command, payload.length]), payload]);
  return Buffer.concat([frame, Buffer.from([checksum(frame)]), Buffer.from('\n')]);
}

type Frame = { readonly type: number; readonly data: Buffer };

/** The whole frames with a right sum among log lines and whatever else is there. */
function framesIn(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = bytes.indexOf(frameHead); at >= 0; at = bytes.indexOf(frameHead, at + 1)) {
    const type = bytes[at + frameHead.length];
    const size = bytes[at + frameHead.length + 1];
    if (type === undefined || size === undefined) continue;
    const start = at + frameHead.length + 2;
    const sum = bytes[start + size];
    if (sum === checksum(bytes.subarray(at, start + size)))
      frames.push({ type, data: bytes.subarray(start, start + size) });
  }
  return frames;
}

/** The strings of a result, behind the command that it answers. */
function textsOf({ data }: Frame): readonly string[] {
  const texts: string[] = [];
  for (let at = 2; at < data.length; at += 1 + (data[at] ?? 0))
    texts.push(data.subarray(at + 1, at + 1 + (data[at] ?? 0)).toString('utf8'));
  return texts;
}

/** The other end of the device's serial line. */
class SerialLine implements AsyncDisposable {
  #heard = Buffer.alloc(0);
  readonly #reading: Promise<void>;
  #isOpen = true;

  private constructor(
    private readonly line: FileHandle,
    private readonly scene: FirmwareScene,
  ) {
    this.#reading = this.#read();
  }

  static async open(scene: FirmwareScene): Promise<SerialLine> {
    // Non-blocking: a read that waits for bytes could not be ended.
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
    return new SerialLine(await open(scene.serialPath, O_RDWR | O_NOCTTY | O_NONBLOCK), scene);
  }

  /** Sends a command and waits, in the device's time, for the frame that fits. */
  async ask(command: Buffer, fits: (frame: Frame) => boolean): Promise<Frame> {
    const from = this.#heard.length;
    await this.line.write(command);
    const find = (): Frame | undefined => framesIn(this.#heard.subarray(from)).find(fits);
    for (let waitedMs = 0; waitedMs < answerDeadlineMs && find() === undefined; waitedMs += stepMs) {
      await this.scene.advance(stepMs);
      await soon(() => find() !== undefined, deliveryMs);
    }
    return must(find(), `an answer on the serial line; heard: ${this.#heard.subarray(from).toString('latin1')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    await this.#reading;
    await this.line.close();
  }

  async #read(): Promise<void> {
    const chunk = Buffer.alloc(4_096);
    while (this.#isOpen) {
      const count = await this.line.read(chunk).then(
        ({ bytesRead }) => bytesRead,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EAGAIN') return 0;
          throw error;
        },
      );
      if (count > 0) this.#heard = Buffer.concat([this.#heard, chunk.subarray(0, count)]);
      else await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }
}

firmwareOverOneBroker('I. serial line', serialCases);

function serialCases(broker: () => FirmwareBroker): void {
  test('I9 in safe mode a device tells who it is and takes Wi-Fi settings over the serial line', async () => {
    await using scene = await FirmwareScene.open(broker(), { hasSerial: true });
    for (let boot = 2; boot <= 6; boot += 1) {
      await scene.advance(2_000);
      await scene.powerCycle();
    }
    await scene.advance(8_000);
    const beat = jsonOf(await scene.heartbeat(scene.mark(), 65_000));
    expect((beat['config_status'] as JsonObject)['state']).toBe(safeMode);

    await using line = await SerialLine.open(scene);
    const isResult = (command: number) => (frame: Frame) =>
      frame.type === frameTypes.result && frame.data[0] === command;
    const info = textsOf(await line.ask(frameOf(commands.info), isResult(commands.info)));
    expect(info).toHaveLength(4);
    expect(info[1]).toMatch(/^\d+\.\d+\.\d+/);
    const isTaken = (frame: Frame): boolean =>
      isResult(commands.setWifi)(frame) || (frame.type === frameTypes.error && frame.data[0] !== 0);
    const taken = await line.ask(frameOf(commands.setWifi, 'plant', 'correct horse'), isTaken);
    expect(taken.type, `error ${String(taken.data[0])}`).toBe(frameTypes.result);
    const state = await line.ask(frameOf(commands.state), ({ type }) => type === frameTypes.state);
    expect(state.data[0]).toBe(provisioned);
  });

  test('a frame with a wrong sum and bytes that are no frame do not keep the next one from its answer', async () => {
    await using scene = await FirmwareScene.open(broker(), { hasSerial: true });
    await using line = await SerialLine.open(scene);
    const broken = frameOf(commands.info);
    broken[broken.length - 2] = (must(broken.at(-2), 'a sum') + 1) & 255;
    const rubbish = Buffer.concat([
      Buffer.from('IMPROV\u0001\u0003\u00ff'),
      Buffer.alloc(300, 0x41),
      Buffer.from('\n'),
    ]);
    const isInfo = (frame: Frame): boolean => frame.type === frameTypes.result && frame.data[0] === commands.info;
    await line.ask(Buffer.concat([broken, frameOf(commands.info)]), isInfo);
    await line.ask(Buffer.concat([rubbish, frameOf(commands.info)]), isInfo);
  });
}
