import { describe, expect, it } from 'vitest';
import type { MonitorEvent } from '../../../../src/main/flash/flash-room';
import { PortService } from '../../../../src/main/flash/port-service';
import { SerialMonitor } from '../../../../src/main/flash/serial-monitor';
import { CLOCK_START_MS, ManualClock } from '../../../fakes/manual-clock';
import { FakeMachine } from '../../../fakes/fake-machine';
import { ScriptedSerial, type ScriptedLine } from '../../../fakes/scripted-serial';
import { must } from '../../../fakes/wait';

const PORT = '/dev/ttyUSB0';
const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

async function scene() {
  const clock = new ManualClock();
  const driver = new ScriptedSerial();
  driver.ports = [{ path: PORT, vendorId: '10c4', productId: 'ea60' }];
  const ports = new PortService({ driver, clock, machine: new FakeMachine(), extraPaths: [], onChange: () => {} });
  await ports.start();
  return { clock, driver, ports, monitor: new SerialMonitor({ ports, clock }) };
}

/** A monitor with its port open; `events` collects what it yields. */
async function watch() {
  const parts = await scene();
  const abort = new AbortController();
  const events: MonitorEvent[] = [];
  const finished = (async () => {
    for await (const event of parts.monitor.monitor(PORT, 115_200, abort.signal)) events.push(event);
  })();
  await settle();
  const line: ScriptedLine = must(parts.driver.opened[0], 'an open line');
  const texts = () => events.flatMap(({ lines }) => lines.map(({ text }) => text));
  const pass = async (ms: number) => {
    parts.clock.advance(ms);
    await settle();
  };
  const end = async () => {
    abort.abort();
    await finished;
    await parts.ports.stop();
  };
  return { ...parts, abort, events, finished, line, texts, pass, end };
}

describe('SerialMonitor', () => {
  it('says that the port is open, then what arrives', async () => {
    const { driver, events, line, pass, end } = await watch();
    expect([events, driver.opened[0]?.baud]).toEqual([[{ lines: [], dropped: 0, ended: null }], 115_200]);
    line.say('I (1) up\nW (2) low\n');
    await pass(100);
    expect(events[1]).toEqual({
      lines: [
        { atMs: CLOCK_START_MS, text: 'I (1) up', level: 'info' },
        { atMs: CLOCK_START_MS, text: 'W (2) low', level: 'warning' },
      ],
      dropped: 0,
      ended: null,
    });
    await end();
  });

  it('sends at most ten events per second, and none when nothing is said', async () => {
    const { events, line, pass, end } = await watch();
    for (let ms = 0; ms < 1_000; ms += 10) {
      line.say(`line ${ms}\n`);
      await pass(10);
    }
    const busy = events.length;
    expect(busy).toBeLessThanOrEqual(11);
    await pass(10_000);
    expect(events.length).toBeLessThanOrEqual(busy + 1);
    await end();
  });

  it('shows half a line when no more of it comes for 200 ms', async () => {
    const { line, texts, pass, end } = await watch();
    line.say('pass');
    await pass(150);
    line.say('word: ');
    await pass(150);
    expect(texts()).toEqual([]);
    await pass(50);
    expect(texts()).toEqual(['password: ']);
    await end();
  });

  it('keeps the last 1,000 lines for a slow page, and counts the others', async () => {
    const { events, line, pass, end } = await watch();
    line.say(Array.from({ length: 1_234 }, (_unused, index) => `line ${index}\n`).join(''));
    await pass(100);
    const { lines, dropped } = must(events[1], 'a batch');
    expect([lines.length, lines[0]?.text, lines.at(-1)?.text, dropped]).toEqual([1_000, 'line 234', 'line 1233', 234]);
    await end();
  });

  it('ends at once when a job needs the port, with what was said last', async () => {
    const { driver, events, finished, line, ports } = await watch();
    line.say('half a li');
    const lease = ports.lease(PORT, 'flash');
    await finished;
    expect(events[1]).toEqual({
      lines: [{ atMs: CLOCK_START_MS, text: 'half a li', level: null }],
      dropped: 0,
      ended: {
        code: 'port_in_use',
        message: `${PORT} is needed for a job now. Open the monitor again when it has ended.`,
        retryable: true,
        details: { path: PORT },
      },
    });
    expect([lease.ok, driver.isOpen(PORT), ports.list().ports[0]?.use]).toEqual([true, false, 'flash']);
    await ports.stop();
  });

  it('ends when the board is unplugged', async () => {
    const { events, finished, line, ports } = await watch();
    line.end(true);
    await finished;
    expect(events.at(-1)?.ended?.code).toBe('port_vanished');
    expect(ports.list().ports[0]?.use).toBe('free');
    await ports.stop();
  });

  it('ends without a word when its page goes, and frees the port', async () => {
    const { clock, driver, events, ports, end } = await watch();
    await end();
    expect([events.length, driver.isOpen(PORT), ports.list().ports[0]?.use, clock.pending]).toEqual([
      1,
      false,
      'free',
      0,
    ]);
  });

  it('can be left between two events', async () => {
    const { clock, driver, monitor, ports } = await scene();
    const events = monitor.monitor(PORT, 9_600, undefined);
    await events.next();
    await events.return(undefined);
    expect([driver.isOpen(PORT), ports.list().ports[0]?.use]).toEqual([false, 'free']);
    await ports.stop();
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['a port that is not there', '/dev/ttyUSB9', 'port_absent'],
    ['a port that a job holds', PORT, 'port_in_use'],
  ])('ends with its first event for %s', async (_what, port, code) => {
    const { monitor, ports } = await scene();
    ports.lease(PORT, 'flash');
    const events = [];
    for await (const event of monitor.monitor(port, 115_200, undefined)) events.push(event);
    expect(events.map(({ lines, ended }) => [lines, ended?.code])).toEqual([[[], code]]);
    await ports.stop();
  });

  it('says why the port cannot be opened', async () => {
    const { driver, monitor, ports } = await scene();
    driver.failures.push('port_failed');
    const events = [];
    for await (const event of monitor.monitor(PORT, 115_200, undefined)) events.push(event.ended?.code);
    expect([events, ports.list().ports[0]?.use]).toEqual([['port_failed'], 'free']);
    await ports.stop();
  });

  it('does not open the port for a page that has gone already', async () => {
    const { driver, monitor, ports } = await scene();
    const events = [];
    for await (const event of monitor.monitor(PORT, 115_200, AbortSignal.abort())) events.push(event);
    expect([events, driver.attempts, ports.list().ports[0]?.use]).toEqual([[], 0, 'free']);
    await ports.stop();
  });
});
