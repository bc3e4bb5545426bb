import { describe, expect, it } from 'vitest';
import { JobStopped, LineTrouble } from '../../../../src/main/flash/loader-faults';
import { QuickTransport } from '../../../../src/main/flash/quick-transport';
import { LineError } from '../../../../src/main/flash/serial-driver';
import { slipFrame } from '../../../../src/main/flash/slip';
import { fakeLine, type FakeLine } from '../../../fakes/fake-line';
import { ManualClock } from '../../../fakes/manual-clock';

function open(options?: Parameters<typeof fakeLine>[0]): {
  line: FakeLine;
  clock: ManualClock;
  stopping: AbortController;
  transport: QuickTransport;
} {
  const line = fakeLine(options);
  const clock = new ManualClock();
  const stopping = new AbortController();
  const transport = new QuickTransport(line, clock, stopping.signal);
  transport.attach();
  return { line, clock, stopping, transport };
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

describe('the loader’s transport', () => {
  it('hands over frames that came before they were asked for, and those that come later', async () => {
    const { line, transport, clock } = open();
    line.say(slipFrame(Uint8Array.of(1)));
    expect(await transport.read(100)).toEqual(Uint8Array.of(1));
    const waiting = transport.read(100);
    line.say(slipFrame(Uint8Array.of(2)));
    expect(await waiting).toEqual(Uint8Array.of(2));
    expect(clock.pending).toBe(0);
  });

  it('gives up after its deadline, and not before', async () => {
    const { clock, transport } = open();
    const outcomes: unknown[] = [];
    const reading = transport.read(100).catch((error: unknown) => outcomes.push(error));
    clock.advance(99);
    await turn();
    expect(outcomes).toEqual([]);
    clock.advance(1);
    await reading;
    expect(outcomes[0]).toBeInstanceOf(LineTrouble);
  });

  it('frames what it writes, in one piece', async () => {
    const { line, transport } = open();
    await transport.write(Uint8Array.of(0xc0, 5));
    expect(line.written.map((bytes) => [...bytes])).toEqual([[0xc0, 0xdb, 0xdc, 5, 0xc0]]);
  });

  it('does not wait for ever for a port that takes nothing', async () => {
    const { clock, transport } = open({ isStuck: true });
    const writing = transport.write(new Uint8Array(10));
    await turn();
    clock.advance(3_100);
    await expect(writing).rejects.toBeInstanceOf(LineTrouble);
  });

  it('forgets the oldest frames when nobody reads them', async () => {
    const { line, transport } = open();
    for (let number = 0; number < 70; number += 1) line.say(slipFrame(Uint8Array.of(number)));
    expect(transport.inWaiting()).toBe(64);
    expect(await transport.read(1)).toEqual(Uint8Array.of(6));
    transport.flushInput();
    expect(transport.inWaiting()).toBe(0);
  });

  it.each([true, false])('ends with its line (unplugged: %s)', async (isUnplugged) => {
    const { line, transport } = open();
    const reading = transport.read(1_000);
    line.end(isUnplugged);
    await expect(reading).rejects.toMatchObject({ name: 'LineError', isUnplugged });
    await expect(transport.write(Uint8Array.of(1))).rejects.toBeInstanceOf(LineError);
    await expect(transport.read(1)).rejects.toBeInstanceOf(LineError);
    await expect(transport.connect()).rejects.toBeInstanceOf(LineError);
  });

  it('stops inside a read, a write and a pause when the job is stopped', async () => {
    const reason = new JobStopped('cancelled');
    const { stopping, transport } = open({ isStuck: true });
    const attempts = [transport.read(1_000), transport.write(Uint8Array.of(1)), transport.pause(1_000)];
    const outcomes = Promise.allSettled(attempts);
    stopping.abort(reason);
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && (outcome.reason as unknown))).toEqual([reason, reason, reason]); // prettier-ignore
    expect(transport.failure).toBe(reason);
  });

  it('changes the speed in place', async () => {
    const { line, transport } = open();
    expect(await transport.changeBaudrate(921_600)).toBe(false);
    expect(line.bauds).toEqual([921_600]);
    expect(transport.baudrate).toBe(921_600);
  });

  it('drains until the line is quiet, for a bounded time', async () => {
    const { line, clock, transport } = open();
    const draining = transport.drainInput(100, 400);
    for (let pause = 0; pause < 4; pause += 1) {
      line.say(slipFrame(Uint8Array.of(1)));
      await turn();
      clock.advance(100);
      await turn();
    }
    await draining;
    expect(transport.inWaiting()).toBe(0);
  });

  it('never sets one modem line alone', async () => {
    const { line, transport } = open();
    await expect(transport.setRTS()).rejects.toThrow('together');
    await expect(transport.setDTR()).rejects.toThrow('together');
    await transport.setSignals(true);
    expect(line.signals).toEqual([{ dtr: true, rts: false }]);
  });
});
