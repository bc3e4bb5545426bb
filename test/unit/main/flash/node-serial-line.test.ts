import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NodeSerialLine, type Binding } from '../../../../src/main/flash/node-serial-line';
import { LineError } from '../../../../src/main/flash/serial-driver';
import { ManualClock } from '../../../fakes/manual-clock';
import { openTempDir } from '../../../fakes/temp-dir';

const never = new Promise<never>(() => {});
const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** serialport's binding of an open port, with what a test wants it to do. */
class ScriptedBinding implements Binding {
  fd: number | null = null;
  readonly calls: string[] = [];
  drained: Promise<void> = Promise.resolve();
  written: Promise<void> = Promise.resolve();
  closing: Promise<void> = Promise.resolve();
  writeFault: Error | null = null;
  setFault: Error | null = null;
  private cancelRead: (error: Error) => void = () => {};

  readonly read = (): Promise<never> => new Promise((_resolve, reject) => (this.cancelRead = reject));
  readonly write = async (bytes: Buffer) => {
    this.calls.push(`write ${bytes.toString()}`);
    if (this.writeFault) throw this.writeFault;
    await this.written;
  };
  readonly drain = () => this.drained;
  readonly update = async ({ baudRate }: { baudRate: number }) => {
    this.calls.push(`speed ${baudRate}`);
    await Promise.resolve();
  };
  readonly set = async ({ dtr, rts, brk }: { dtr?: boolean; rts?: boolean; brk?: boolean }) => {
    this.calls.push(`set ${Number(dtr)}${Number(rts)}${Number(brk)}`);
    if (this.setFault) throw this.setFault;
    await Promise.resolve();
  };
  readonly flush = async () => {
    this.calls.push('flush');
    await Promise.resolve();
  };
  readonly close = async () => {
    this.calls.push('close');
    this.cancelRead(new Error('Canceled'));
    await this.closing;
  };

  failRead(): void {
    this.cancelRead(new Error('EIO'));
  }
}

async function begin(platform: 'linux' | 'win32' = 'linux') {
  const dir = await openTempDir('line');
  const path = join(dir.path, 'ttyUSB0');
  await writeFile(path, '');
  const binding = new ScriptedBinding();
  const clock = new ManualClock();
  const line = new NodeSerialLine(binding, path, { baud: 10_000, clock, platform });
  const closes: boolean[] = [];
  line.onClose((isUnplugged) => closes.push(isUnplugged));
  await line.start();
  return {
    binding,
    clock,
    line,
    closes,
    path,
    [Symbol.asyncDispose]: async () => {
      await line.close();
      await dir[Symbol.asyncDispose]();
      expect(clock.pending).toBe(0);
    },
  };
}

async function failureOf(promise: Promise<unknown>): Promise<LineError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LineError);
  return error as LineError;
}

describe('NodeSerialLine', () => {
  it('releases both modem lines first, in one call', async () => {
    await using scene = await begin();
    expect(scene.binding.calls).toEqual(['set 000']);
  });

  it('says the lines twice on Windows, whose driver sends DTR along with RTS only', async () => {
    await using scene = await begin('win32');
    await scene.line.setSignals({ dtr: true, rts: false });
    expect(scene.binding.calls).toEqual(['set 000', 'set 000', 'set 100', 'set 100']);
  });

  it('answers that there are no modem lines while the port is there', async () => {
    await using scene = await begin();
    scene.binding.setFault = new Error('Error: Operation not supported, cannot set');
    expect(await scene.line.setSignals({ dtr: true, rts: false })).toBe(false);
    expect(scene.closes).toEqual([]);
  });

  it('takes a refused modem line for an unplugged port when its node has gone', async () => {
    await using scene = await begin();
    scene.binding.setFault = new Error('Error: Input/output error, cannot set');
    await rm(scene.path);
    expect((await failureOf(scene.line.setSignals({ dtr: true, rts: false }))).isUnplugged).toBe(true);
    expect(scene.closes).toEqual([true]);
  });

  it('changes the speed when the bytes before have left', async () => {
    await using scene = await begin();
    let leave = () => {};
    scene.binding.drained = new Promise((resolve) => (leave = resolve));
    await scene.line.write(Buffer.from('abc'));
    const changing = scene.line.setBaudRate(921_600);
    await settle();
    expect(scene.binding.calls.slice(-1)).toEqual(['write abc']);
    leave();
    await changing;
    expect(scene.binding.calls.slice(-1)).toEqual(['speed 921600']);
  });

  it('gives bytes that nobody takes four seconds and their time on the line', async () => {
    await using scene = await begin();
    scene.binding.written = never;
    const writing = failureOf(scene.line.write(Buffer.alloc(1_000)));
    scene.clock.advance(4_999);
    await settle();
    scene.clock.advance(1);
    const { message, isUnplugged } = await writing;
    expect([message, isUnplugged]).toEqual([`${scene.path}: the port takes no bytes (waited 5000 ms)`, false]);
    expect(scene.closes).toEqual([]);
  });

  it('takes a write that the system refuses for an unplugged port', async () => {
    await using scene = await begin();
    scene.binding.writeFault = new Error('EIO');
    expect((await failureOf(scene.line.write(Buffer.from('x')))).isUnplugged).toBe(true);
    expect(scene.closes).toEqual([true]);
  });

  it('ends what waits when it is closed, and throws away what has not left', async () => {
    await using scene = await begin();
    scene.binding.written = never;
    const writing = failureOf(scene.line.write(Buffer.from('x')));
    await scene.line.close();
    expect((await writing).isUnplugged).toBe(false);
    expect([scene.binding.calls.slice(-2), scene.closes]).toEqual([['flush', 'close'], [false]]);
  });

  it('does not wait longer than two seconds for a close that hangs', async () => {
    await using scene = await begin();
    scene.binding.closing = never;
    const closing = scene.line.close();
    await settle();
    scene.clock.advance(2_000);
    await closing;
    expect(scene.closes).toEqual([false]);
  });

  it('closes as unplugged when reading fails', async () => {
    await using scene = await begin();
    scene.binding.failRead();
    await settle();
    expect([scene.closes, scene.binding.calls.at(-1)]).toEqual([[true], 'close']);
  });

  it('notices within a second that its device node has gone, even when reading says nothing', async () => {
    await using scene = await begin();
    await rm(scene.path);
    const closed = new Promise<boolean>((resolve) => scene.line.onClose(resolve));
    scene.clock.advance(1_000);
    expect(await closed).toBe(true);
  });
});
