import { describe, expect, it } from 'vitest';
import { commissioningEvent, LIVE_MS, LiveStream } from '../../../../src/main/commissioning/live-stream';
import { commissioningEventSchema } from '../../../../src/shared/api/commissioning';
import { ManualClock } from '../../../fakes/manual-clock';
import { INPUT, OPERATOR, PORT, openCommissioning, settle } from './commissioning-bench';

function client() {
  const clock = new ManualClock();
  const stream = new LiveStream(clock);
  const abort = new AbortController();
  let form = 0;
  let isCongested = false;
  const got: number[] = [];
  const view = () => form as never;
  const reading = (async () => {
    for await (const event of stream.subscribe(view, () => isCongested, abort.signal)) got.push(Number(event));
  })();
  const change = () => {
    form += 1;
    stream.changed();
  };
  const wait = async (ms: number) => {
    clock.advance(ms);
    await settle();
  };
  return { clock, stream, abort, got, reading, change, wait, congest: (value: boolean) => void (isCongested = value) };
}

describe('The stream of the ports', () => {
  it('begins with everything, and then says nothing while nothing changes', async () => {
    const { got, wait, abort, reading } = client();
    await settle();
    expect(got).toEqual([0]);
    for (let step = 0; step < 5; step += 1) await wait(LIVE_MS);
    expect(got).toEqual([0]);
    abort.abort();
    await reading;
  });

  it('sends what has changed, merged, at most five times a second', async () => {
    const { got, wait, change, abort, reading } = client();
    await settle();
    for (let step = 0; step < 20; step += 1) {
      change();
      await wait(LIVE_MS / 4);
    }
    expect(got).toEqual([0, 4, 8, 12, 16, 20]);
    abort.abort();
    await reading;
  });

  it('holds back while the client is congested, and then sends the newest', async () => {
    const { got, wait, change, congest, abort, reading } = client();
    await settle();
    congest(true);
    change();
    await wait(LIVE_MS);
    change();
    await wait(LIVE_MS);
    expect(got).toEqual([0]);
    congest(false);
    await wait(LIVE_MS);
    expect(got).toEqual([0, 2]);
    abort.abort();
    await reading;
  });

  it('ends with its signal and leaves no timer', async () => {
    const { clock, stream, abort, reading } = client();
    await settle();
    expect(clock.pending).toBe(1);
    abort.abort();
    await reading;
    stream.changed();
    expect(clock.pending).toBe(0);
  });

  it('has nothing to say to a client that is gone already', async () => {
    const clock = new ManualClock();
    const events = new LiveStream(clock).subscribe(() => 0 as never, () => false, AbortSignal.abort()); // prettier-ignore
    await events.next();
    expect([await events.next(), clock.pending]).toEqual([{ done: true, value: undefined }, 0]);
  });
});

describe('An event of the stream', () => {
  it('has flash jobs apart from those of the setups, at every moment', async () => {
    const { ports, flashing, setups, bench } = openCommissioning();
    const event = () => commissioningEvent({ ports, flashing, setups, bench });
    ports.plug(PORT);
    await flashing.start({ port: '/dev/alone', imageId: 'auto', options: INPUT.options }, OPERATOR);
    const starting = setups.start(INPUT, OPERATOR);
    expect(event().flashJobs.map(({ id }) => id)).toEqual(['flash-1']); // the setup does not know its job yet
    const { value } = (await starting) as { value: { id: string } };
    expect(event().flashJobs.map(({ id }) => id)).toEqual(['flash-1']);
    flashing.finish(PORT, { state: 'failed' });
    await setups.whenEnded(value.id);
    expect(commissioningEventSchema.parse(event())).toEqual(event());
    expect(event()).toMatchObject({
      ports: { ports: [{ path: PORT }] },
      setups: [{ id: value.id, state: 'failed', flash: { id: 'flash-2' } }],
      flashJobs: [{ id: 'flash-1' }],
      bench: { template: null, isRunning: false },
    });
  });
});
