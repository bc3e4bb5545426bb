import { describe, expect, it, onTestFinished } from 'vitest';
import { MERGE_MS, StateHub, pause, type Views } from '../../../../src/main/api/state-hub';
import type { JournalEntry } from '../../../../src/shared/api/journal';
import type { StateEvent } from '../../../../src/shared/api/state-stream';
import type { DeviceId, SeriesId, ZoneId } from '../../../../src/shared/domain/ids';
import { ManualClock } from '../../../fakes/manual-clock';

const A = 'ESP_A' as DeviceId;
const B = 'ESP_B' as DeviceId;
const tent = 'tent' as ZoneId;
const series = 'ESP_A:4:ds18b20' as SeriesId;
const quiet: StateEvent = {
  isSnapshot: false,
  devices: [],
  zones: [],
  sensors: [],
  actuators: [],
  commands: [],
  operations: [],
  stops: [],
  events: [],
  removed: { devices: [], zones: [], sensors: [] },
};
const snapshot: StateEvent = { ...quiet, isSnapshot: true };
const entry = (index: number): JournalEntry => ({
  id: `e${index}`,
  at: '',
  kind: 'k',
  actor: 'a',
  message: '',
  details: {},
});

/** A plant whose objects say only who they are and in which form; a form of 0 means that the object is gone. */
class Plant {
  form = 1;
  readonly gone = new Set<string>();

  private of(id: string): undefined {
    return this.gone.has(id) ? undefined : (`${id} v${this.form}` as never);
  }

  readonly views: Views = {
    snapshot: () => snapshot,
    status: () => `status v${this.form}` as never,
    device: (id) => this.of(id),
    zone: (id) => this.of(id),
    sensor: (id) => this.of(id),
    actuator: (id, gpio) => this.of(`${id}:${gpio}`),
    actuatorsOf: (id) => (id === A ? [`${id} all v${this.form}` as never] : []),
    command: (id) => this.of(id),
    operation: (id) => this.of(id),
    stop: (id) => this.of(id),
  };
}

/** A client that has its snapshot and waits for changes. */
async function bench() {
  const clock = new ManualClock();
  const hub = new StateHub(clock);
  const plant = new Plant();
  const abort = new AbortController();
  let isCongested = false;
  const stream = hub.subscribe(plant.views, () => isCongested, abort.signal);
  const first = await stream.next();
  onTestFinished(() => abort.abort());
  let waiting: Promise<StateEvent | null> | undefined;
  /** The next event when this much time passes, or null when none comes. */
  const after = async (ms: number): Promise<StateEvent | null> => {
    waiting ??= stream.next().then(({ value }) => value ?? null);
    const next = waiting;
    for (let passed = 0; passed < ms; passed += MERGE_MS) {
      clock.advance(MERGE_MS);
      const result = await Promise.race([next, settled().then(() => 'nothing' as const)]);
      if (result === 'nothing') continue;
      waiting = undefined;
      return result;
    }
    return null;
  };
  const congest = (value: boolean) => void (isCongested = value);
  return { clock, hub, plant, abort, stream, first, after, congest };
}

/** Lets everything that is ready run, without time. */
const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));

describe('the state stream', () => {
  it('begins with the whole state', async () => {
    expect((await bench()).first).toEqual({ done: false, value: snapshot });
  });

  it('merges the changes of an object into its newest form', async () => {
    const { hub, plant, after } = await bench();
    await after(MERGE_MS); // the status that follows the snapshot
    hub.device(B);
    plant.form = 2;
    hub.device(B);
    hub.zone(tent);
    plant.form = 3;
    expect(await after(MERGE_MS)).toEqual({ ...quiet, devices: [`${B} v3`], zones: ['tent v3'] });
    expect(await after(5 * MERGE_MS)).toBeNull();
  });

  it('carries every kind of change', async () => {
    const { hub, after } = await bench();
    await after(MERGE_MS);
    hub.sensor(series);
    hub.actuator(B, 18);
    hub.command('c');
    hub.operation('o');
    hub.stop('s');
    hub.event(entry(1));
    hub.status();
    expect(await after(MERGE_MS)).toEqual({
      ...quiet,
      status: 'status v1',
      sensors: [`${series} v1`],
      actuators: [`${B}:18 v1`],
      commands: ['c v1'],
      operations: ['o v1'],
      stops: ['s v1'],
      events: [entry(1)],
    });
  });

  it('sends the actuators of a changed device with it, each once', async () => {
    const { hub, after } = await bench();
    await after(MERGE_MS);
    hub.actuator(A, 18);
    hub.actuator(B, 18);
    hub.device(A);
    expect((await after(MERGE_MS))?.actuators).toEqual([`${B}:18 v1`, `${A} all v1`]);
  });

  it('names what is gone', async () => {
    const { hub, plant, after } = await bench();
    await after(MERGE_MS);
    for (const id of [B, tent, series, `${B}:18`]) plant.gone.add(id);
    hub.device(B);
    hub.zone(tent);
    hub.sensor(series);
    hub.actuator(B, 18);
    hub.command('c');
    expect(await after(MERGE_MS)).toEqual({
      ...quiet,
      commands: ['c v1'],
      removed: { devices: [B], zones: [tent], sensors: [series] },
    });
  });

  it('repeats the status every second, and nothing else while nothing changes', async () => {
    const { after } = await bench();
    expect(await after(MERGE_MS)).toEqual({ ...quiet, status: 'status v1' });
    expect(await after(8 * MERGE_MS)).toBeNull();
    expect(await after(MERGE_MS)).toEqual({ ...quiet, status: 'status v1' });
  });

  it('does not lose what changes while the client takes its snapshot or an event', async () => {
    const { hub, stream, clock } = await bench();
    hub.device(B);
    const next = stream.next();
    clock.advance(MERGE_MS);
    const { value } = await next;
    hub.zone(tent); // between two events
    const further = stream.next();
    clock.advance(MERGE_MS);
    expect([value?.devices, (await further).value?.zones]).toEqual([[`${B} v1`], ['tent v1']]);
  });

  it('keeps changes back for a client that does not keep up, and merges them', async () => {
    const { hub, plant, after, congest } = await bench();
    await after(MERGE_MS);
    congest(true);
    for (plant.form = 1; plant.form < 50; plant.form += 1) hub.device(B);
    expect(await after(30 * MERGE_MS)).toBeNull();
    congest(false);
    expect(await after(MERGE_MS)).toMatchObject({ devices: [`${B} v50`] });
  });

  it('keeps the newest five hundred journal entries for it', async () => {
    const { hub, after, congest } = await bench();
    await after(MERGE_MS);
    congest(true);
    for (let index = 0; index < 600; index += 1) hub.event(entry(index));
    congest(false);
    const events = (await after(MERGE_MS))?.events ?? [];
    expect([events.length, events[0]?.id, events.at(-1)?.id]).toEqual([500, 'e100', 'e599']);
  });

  it('serves each client by itself', async () => {
    const { hub, plant, after, clock } = await bench();
    await after(MERGE_MS);
    const other = hub.subscribe(plant.views, () => false, undefined);
    await other.next();
    hub.device(B);
    expect((await after(MERGE_MS))?.devices).toEqual([`${B} v1`]);
    const next = other.next();
    clock.advance(MERGE_MS);
    expect((await next).value?.devices).toEqual([`${B} v1`]);
    await other.return(undefined);
  });

  it('ends when the client goes, at once and without a timer', async () => {
    const { stream, abort, clock } = await bench();
    const next = stream.next();
    abort.abort();
    expect([await next, clock.pending]).toEqual([{ done: true, value: undefined }, 0]);
  });

  it('ends for a client that had gone before', async () => {
    const { stream, abort, clock } = await bench();
    abort.abort();
    const next = stream.next();
    clock.advance(MERGE_MS);
    expect([await next, clock.pending]).toEqual([{ done: true, value: undefined }, 0]);
  });
});

describe('pause', () => {
  it('waits, with or without a signal', async () => {
    const clock = new ManualClock();
    const ends: string[] = [];
    void pause(clock, 100, undefined).then(() => ends.push('plain'));
    void pause(clock, 100, new AbortController().signal).then(() => ends.push('signal'));
    clock.advance(99);
    await settled();
    expect(ends).toEqual([]);
    clock.advance(1);
    await settled();
    expect(ends).toEqual(['plain', 'signal']);
  });
});
