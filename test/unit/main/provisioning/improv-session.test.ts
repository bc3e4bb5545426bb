import { describe, expect, it } from 'vitest';
import { commands, improvErrors, rpcs } from '../../../../src/main/provisioning/improv-codec';
import { ImprovSession } from '../../../../src/main/provisioning/improv-session';
import { DeviceLease, ImprovDevice } from '../../../fakes/improv-device';
import { ManualClock } from '../../../fakes/manual-clock';

class Bench {
  readonly clock = new ManualClock();
  readonly device = new ImprovDevice(this.clock);
  readonly ending = new AbortController();
  readonly session = new ImprovSession({
    lease: new DeviceLease('/dev/ttyUSB0', this.device),
    clock: this.clock,
    signal: this.ending.signal,
  });

  /** Lets time pass until the promise has settled, and says how much it took, ms. */
  async timed<T>(promise: Promise<T>): Promise<{ value: T; tookMs: number }> {
    const beganMs = this.clock.monotonic();
    const watch = { isOver: false };
    const over = promise.finally(() => {
      watch.isOver = true;
    });
    for (let turns = 0; turns < 20_000; turns += 1) {
      for (let times = 0; times < 3; times += 1) await new Promise((resolve) => setImmediate(resolve));
      if (watch.isOver) return { value: await over, tookMs: this.clock.monotonic() - beganMs };
      this.clock.advance(5);
    }
    throw new Error('It does not settle.');
  }
}

async function opened(): Promise<Bench> {
  const bench = new Bench();
  expect(await bench.session.open()).toEqual({ ok: true, value: null });
  return bench;
}

describe('a request', () => {
  it('is answered at once by a device that understands it', async () => {
    const bench = await opened();
    const { value, tookMs } = await bench.timed(bench.session.request(commands.getIdentity()));
    expect([value, tookMs, bench.device.heard]).toEqual([
      { ok: true, value: [['ESP_0A1B2C', 'god', '0', '0', '0']] },
      5,
      [rpcs.getIdentity],
    ]);
    expect(bench.clock.pending).toBe(1); // the silence after the packet, in which half a packet would be given up
  });

  it('is sent again each second, three times, to a device that does not understand it', async () => {
    const bench = await opened();
    bench.device.deaf.add(rpcs.getIdentity);
    const { value, tookMs } = await bench.timed(bench.session.request(commands.getIdentity()));
    expect([value.ok ? null : value.error.code, tookMs]).toEqual(['no_firmware', 4_000]);
    expect(bench.device.heard).toEqual(Array.from({ length: 4 }, () => rpcs.getIdentity));
  });

  it('is not sent again while the device works on it', async () => {
    const bench = await opened();
    const { value, tookMs } = await bench.timed(bench.session.request(commands.setWifi('tent', 'wrong-one')));
    expect(value.ok ? null : value.error.details).toEqual({ rpc: rpcs.setWifi, error: improvErrors.notJoined });
    expect(tookMs).toBe(30_005);
    expect(bench.device.heard).toEqual([rpcs.setWifi]);
  });

  it('that restarts the device is sent once', async () => {
    const bench = await opened();
    bench.device.deaf.add(rpcs.reboot);
    await bench.timed(bench.session.request(commands.reboot()));
    expect(bench.device.heard).toEqual([rpcs.reboot]);
  });

  it('is not answered by what was meant for the one before it', async () => {
    const bench = await opened();
    bench.device.lost.set(rpcs.deviceInfo, 1);
    await bench.timed(bench.session.request(commands.deviceInfo()));
    const { value } = await bench.timed(bench.session.request(commands.status()));
    expect(value.ok && value.value[0]?.[0]).toBe('ESP_0A1B2C');
  });

  it('is not refused by the second refusal of the one before it, which was sent twice', async () => {
    const bench = await opened();
    bench.device.refusals.set(rpcs.setBroker, improvErrors.notStored);
    bench.device.stallFor(1_020);
    const broker = { host: '10.0.4.2', port: 1883, tls: false, user: '', password: '' };
    const refused = await bench.timed(bench.session.request(commands.setBroker(broker)));
    const next = await bench.timed(bench.session.request(commands.status()));
    expect([bench.device.heard, refused.value.ok, next.value.ok]).toEqual([[rpcs.setBroker, rpcs.setBroker, rpcs.status], false, true]); // prettier-ignore
  });

  it('about the state is answered by the state alone, or by the address too when the device has joined', async () => {
    const bench = await opened();
    const before = await bench.timed(bench.session.request(commands.getState()));
    await bench.timed(bench.session.request(commands.setWifi('tent', 'tomatoes')));
    const after = await bench.timed(bench.session.request(commands.getState()));
    expect([before.value, after.value]).toEqual([
      { ok: true, value: [] },
      { ok: true, value: [['']] },
    ]);
  });

  it('gives up half a packet after half a second of silence, and finds the answer inside it', async () => {
    const bench = await opened();
    const answer = bench.session.request(commands.getIdentity());
    bench.device.say('IMPROV\u0001\u0004\u00ff cut');
    const { value, tookMs } = await bench.timed(answer);
    expect([value.ok, tookMs]).toEqual([true, 505]);
  });

  it('ends at once when the job ends', async () => {
    const bench = await opened();
    bench.device.stuck.add(rpcs.setWifi);
    const answer = bench.session.request(commands.setWifi('tent', 'tomatoes'));
    bench.clock.after(10, () => bench.ending.abort('cancelled'));
    const { value, tookMs } = await bench.timed(answer);
    expect([value.ok ? null : value.error.code, tookMs]).toEqual(['cancelled', 10]);
    expect((await bench.session.request(commands.status())).ok).toBe(false);
  });

  it('on a port that is not open fails', async () => {
    const { session } = new Bench();
    const answer = await session.request(commands.status());
    expect(answer.ok ? null : answer.error.code).toBe('port_vanished');
  });
});

describe('the port of a session', () => {
  it('is opened again after it went away', async () => {
    const bench = await opened();
    bench.device.unplug();
    expect([bench.session.isOpen, (await bench.session.open()).ok]).toEqual([false, false]);
    bench.device.plugIn();
    expect([(await bench.session.open()).ok, bench.session.isOpen]).toEqual([true, true]);
    expect((await bench.timed(bench.session.request(commands.status()))).value.ok).toBe(true);
  });

  it('leaves no timer behind when it is closed', async () => {
    const bench = await opened();
    await bench.timed(bench.session.request(commands.status()));
    await bench.session.close();
    expect([bench.clock.pending, bench.session.isOpen]).toEqual([0, false]);
  });
});

describe('the log of the device', () => {
  it('keeps its last fifty lines', async () => {
    const bench = await opened();
    for (let line = 1; line <= 60; line += 1) bench.device.say(`I (${line}) line ${line}\n`);
    expect([bench.session.log.length, bench.session.log[0], bench.session.log.at(-1)]).toEqual([
      50,
      'I (11) line 11',
      'I (60) line 60',
    ]);
  });
});
