import { open } from 'node:fs/promises';
import { constants } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock';
import { ModemLineProcess, type LineProgram } from '../../../src/main/flash/modem-line-process';
import { ManualClock } from '../../fakes/manual-clock';
import { openTempDir } from '../../fakes/temp-dir';
import { PtyPort, ptySkipReason } from '../../fakes/virtual-esp/pty-port';
import { VirtualBoard } from '../../fakes/virtual-esp/virtual-board';

const node = (script: string): LineProgram => ({ command: process.execPath, args: ['-e', script] });
/** Writes what it is asked into descriptor 3, and says that it is done. */
const recorder = node(`process.stdin.on('data', (line) => { require('fs').writeSync(3, line); console.log(1); })`);
const missing: LineProgram = { command: 'leitstand-no-such-program', args: [] };

/** A file in place of a port, to see what the program does with it. */
async function record(programs: readonly LineProgram[], clock = systemClock) {
  const dir = await openTempDir('lines');
  const file = await open(`${dir.path}/port`, 'w+');
  const lines = new ModemLineProcess(file.fd, clock, programs);
  return {
    lines,
    written: async () => (await file.read(Buffer.alloc(100), 0, 100, 0)).buffer.toString().replaceAll('\0', ''),
    [Symbol.asyncDispose]: async () => {
      await lines.stop();
      await file.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

describe('ModemLineProcess', () => {
  it('hands the port over, and both lines in one number', async () => {
    await using scene = await record([recorder]);
    const results = [];
    for (const [dtr, rts] of [[false, false], [true, false], [false, true], [true, true]] as const) results.push(await scene.lines.set({ dtr, rts })); // prettier-ignore
    expect([results, await scene.written()]).toEqual([[true, true, true, true], '0\n2\n4\n6\n']);
  });

  it('takes the next program when one is missing or ends at once, and says no when there is none', async () => {
    await using second = await record([missing, node('process.exit(3)'), recorder]);
    expect(await second.lines.set({ dtr: true, rts: false })).toBe(true);
    await using none = await record([missing]);
    expect(await none.lines.set({ dtr: true, rts: false })).toBe(false);
  });

  it('passes on that the port has no modem lines', async () => {
    await using scene = await record([node(`process.stdin.on('data', () => console.log(0))`), recorder]);
    expect([await scene.lines.set({ dtr: true, rts: false }), await scene.written()]).toEqual([false, '']);
  });

  it('does not wait for a program that is silent', async () => {
    const clock = new ManualClock();
    await using scene = await record([node('process.stdin.resume()')], clock);
    const setting = scene.lines.set({ dtr: true, rts: false });
    clock.advance(2_000);
    expect(await setting).toBe(false);
  });

  it('starts nothing after its end, and ends what is under way', async () => {
    await using scene = await record([node('process.stdin.resume()'), recorder]);
    const setting = scene.lines.set({ dtr: true, rts: false });
    await scene.lines.stop();
    expect([await setting, await scene.lines.set({ dtr: true, rts: true }), await scene.written()]).toEqual([false, false, '']); // prettier-ignore
  });

  const reason = ptySkipReason();
  it('asks the system by Perl or Python, which knows that a pty has no such lines', async ({ skip }) => {
    skip(reason !== undefined, reason);
    await using pty = await PtyPort.open(new VirtualBoard({ chip: 'esp32c3', autoReset: 'none' }));
    const port = await open(pty.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    const lines = new ModemLineProcess(port.fd, systemClock);
    expect(await lines.set({ dtr: true, rts: false })).toBe(false);
    await lines.stop();
    await port.close();
  });
});
