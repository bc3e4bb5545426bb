import { describe, expect, it } from 'vitest';
import { REENUMERATION_MS } from '../../../../src/main/commissioning/bench-state';
import { benchViewSchema } from '../../../../src/shared/api/commissioning';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { jobError } from '../../../fakes/fake-flashing';
import { CELLAR, OPERATOR, PASSWORD, PORT, TEMPLATE, TENT, settle } from './commissioning-bench';
import { FLASH_ONLY_TEMPLATE, OTHER, openLine, valueOf } from './line-bench';

describe('The bench line', () => {
  it('takes board after board on a port', async () => {
    const { setUp, start, ports, lanes, pass, away, setups, kinds } = openLine();
    setUp();
    start(PORT);
    expect(lanes()).toEqual([[PORT, 'empty', 0, 0]]);
    ports.plug(PORT);
    expect(lanes()).toEqual([[PORT, 'working', 0, 0]]);
    await pass(PORT);
    expect(lanes()).toEqual([[PORT, 'finished', 1, 0]]);
    away(PORT);
    expect(lanes()).toEqual([[PORT, 'empty', 1, 0]]);
    ports.plug(PORT);
    await pass(PORT);
    expect(lanes()).toEqual([[PORT, 'finished', 2, 0]]);
    expect(setups.list().map(({ name, zoneId, isBench, by }) => [name, zoneId, isBench, by])).toEqual([
      ['Node 008', TENT, true, OPERATOR],
      ['Node 007', TENT, true, OPERATOR],
    ]);
    expect(kinds().filter((kind) => kind.startsWith('bench'))).toEqual(['bench.started']);
  });

  it('begins at once with boards that are there, and only on its ports', () => {
    const { setUp, start, ports, stateOf } = openLine();
    ports.plug(PORT);
    setUp();
    start(PORT);
    ports.plug(OTHER);
    expect([stateOf(PORT), stateOf(OTHER)]).toEqual(['working', undefined]);
  });

  it('shows the job of each lane, and answers in the form of the API', async () => {
    const { setUp, start, ports, bench, setups } = openLine();
    ports.plug(PORT);
    setUp();
    const view = start(PORT, PORT);
    expect(benchViewSchema.parse(view)).toEqual(bench.view());
    expect(view.lanes).toEqual([{ port: PORT, state: 'working', jobId: setups.list()[0]?.id, passed: 0, failed: 0 }]);
  });

  it('sets up 16 boards at once, each with a name of its own', async () => {
    const { setUp, start, ports, lanes, pass, setups } = openLine();
    const all = Array.from({ length: 16 }, (_, index) => `/dev/ttyUSB${index}`);
    for (const port of all) ports.plug(port);
    setUp();
    start(...all);
    expect(new Set(lanes().map(([, state]) => state))).toEqual(new Set(['working']));
    await Promise.all(all.map((port, index) => pass(port, `ESP_${index}` as DeviceId)));
    expect(lanes()).toEqual(all.map((port) => [port, 'finished', 1, 0]));
    expect(new Set(setups.list().map(({ name }) => name)).size).toBe(16);
  });

  it('does not take a board that only resets for another one', async () => {
    const { setUp, start, ports, lanes, pass, clock, setups } = openLine();
    ports.plug(PORT);
    setUp();
    start(PORT);
    await settle();
    ports.unplug(PORT);
    clock.advance(2_000);
    ports.plug(PORT);
    await pass(PORT);
    ports.unplug(PORT);
    clock.advance(REENUMERATION_MS - 1);
    ports.plug(PORT);
    clock.advance(60_000);
    await settle();
    expect([lanes(), setups.list().length, clock.pending]).toEqual([[[PORT, 'finished', 1, 0]], 1, 0]);
  });

  it('goes on with the board that was plugged in while the one before was still under way', async () => {
    const { setUp, start, ports, fail, away, lanes, setups } = openLine();
    ports.plug(PORT);
    setUp();
    start(PORT);
    away(PORT);
    ports.plug(PORT);
    await fail(PORT);
    expect([lanes(), setups.list().length]).toEqual([[[PORT, 'working', 0, 1]], 2]);
  });

  it('finishes what runs when it is stopped, and begins no further board', async () => {
    const { setUp, start, ports, pass, away, bench, lanes, kinds, journal } = openLine();
    ports.plug(PORT);
    setUp();
    start(PORT, OTHER);
    await settle();
    expect(valueOf(bench.stop('user:other'))).toMatchObject({ isRunning: false });
    expect(lanes()).toEqual([
      [PORT, 'working', 0, 0],
      [OTHER, 'off', 0, 0],
    ]);
    ports.plug(OTHER);
    await pass(PORT);
    expect(lanes()).toEqual([
      [PORT, 'finished', 1, 0],
      [OTHER, 'off', 0, 0],
    ]);
    away(PORT);
    ports.plug(PORT);
    expect(lanes()[0]).toEqual([PORT, 'off', 1, 0]);
    expect(valueOf(bench.stop(OPERATOR)).isRunning).toBe(false);
    expect(kinds().filter((kind) => kind === 'bench.stopped')).toHaveLength(1);
    expect(journal.recent().find(({ kind }) => kind === 'bench.stopped')).toMatchObject({ actor: 'user:other', details: { passed: 0, failed: 0 } }); // prettier-ignore
  });

  it('keeps a lane that still works when it is started anew on other ports', async () => {
    const { setUp, start, ports, pass, bench, lanes } = openLine();
    ports.plug(PORT);
    setUp();
    start(PORT);
    await settle();
    bench.stop(OPERATOR);
    start(OTHER);
    expect(lanes()).toEqual([
      [OTHER, 'empty', 0, 0],
      [PORT, 'working', 0, 0],
    ]);
    await pass(PORT);
    expect(lanes()[1]).toEqual([PORT, 'finished', 1, 0]);
  });

  it('listens to nothing and waits for nothing when it is closed', async () => {
    const { setUp, start, ports, fail, bench, clock } = openLine();
    ports.plug(PORT);
    setUp();
    start(PORT);
    await settle();
    ports.unplug(PORT);
    bench.close();
    await fail(PORT);
    expect([bench.view().lanes, ports.listenerCount, clock.pending]).toEqual([[], 0, 0]);
  });
});

describe('A board that failed', () => {
  it('is tried again with the number that it has', async () => {
    const { setUp, start, ports, fail, pass, bench, lanes, setups } = openLine();
    ports.plug(PORT);
    setUp();
    start(PORT);
    await fail(PORT);
    expect(lanes()).toEqual([[PORT, 'failed', 0, 1]]);
    await bench.retry(PORT, 'user:other');
    await pass(PORT);
    expect(lanes()).toEqual([[PORT, 'finished', 1, 1]]);
    expect(setups.list().map(({ name, by }) => [name, by])).toEqual([
      ['Node 007', 'user:other'],
      ['Node 007', OPERATOR],
    ]);
  });

  it('takes its number with it when it is taken away', async () => {
    const { setUp, start, ports, fail, away, bench, lastName } = openLine();
    ports.plug(PORT);
    setUp();
    start(PORT);
    await fail(PORT);
    away(PORT);
    ports.plug(PORT);
    expect([lastName(), bench.view().template?.nextNumber]).toEqual(['Node 008', 9]);
  });

  it('gives its name back to the head of the queue', async () => {
    const { setUp, enqueue, start, ports, fail, names, lastName, setups, bench } = openLine();
    ports.plug(PORT);
    setUp();
    enqueue(['Pump', CELLAR], ['Fan {n}', null]);
    start(PORT);
    expect([names(), lastName(), setups.list()[0]?.zoneId]).toEqual([['Fan {n}'], 'Pump', CELLAR]);
    await fail(PORT);
    expect(names()).toEqual(['Pump', 'Fan {n}']);
    await bench.retry(PORT, OPERATOR);
    expect([names(), lastName()]).toEqual([['Fan {n}'], 'Pump']);
  });

  it('does not give it back twice', async () => {
    const { setUp, enqueue, start, ports, fail, names } = openLine();
    ports.plug(PORT);
    setUp();
    enqueue(['Pump', null]);
    start(PORT);
    enqueue(['Pump', null], ['Fan', null]);
    await fail(PORT);
    expect(names()).toEqual(['Pump', 'Fan']);
  });

  it('gives it back also where others of the queue are called alike', async () => {
    const { setUp, enqueue, start, ports, fail, names } = openLine();
    ports.plug(PORT);
    setUp();
    enqueue(['Probe {n}', CELLAR], ['Probe {n}', TENT]);
    start(PORT);
    await fail(PORT);
    expect(names()).toEqual(['Probe {n}', 'Probe {n}']);
  });

  it('keeps its name when a device bears it already', async () => {
    const { setUp, enqueue, start, ports, flashing, provisioning, names, stateOf } = openLine();
    ports.plug(PORT);
    setUp();
    enqueue(['Pump', null]);
    start(PORT);
    await settle();
    flashing.finish(PORT);
    await settle();
    provisioning.fail(jobError('not_adopted', 'The zone was refused.'), { steps: [{ id: 'adopt', state: 'done' }] });
    await settle();
    expect([stateOf(PORT), names()]).toEqual(['failed', []]);
  });

  it('is remembered without its passwords, as one that was done is', async () => {
    const { setUp, start, ports, pass, fail, bench, setups } = openLine();
    ports.plug(PORT);
    setUp();
    start(PORT);
    expect(JSON.stringify([...setups['runs'].values()].map(({ request }) => request))).toContain(PASSWORD);
    await fail(PORT);
    await bench.retry(PORT, OPERATOR);
    await pass(PORT);
    expect(JSON.stringify([...setups['runs'].values()].map(({ request }) => request))).not.toContain(PASSWORD);
  });

  it('may have been cancelled', async () => {
    const { setUp, start, ports, setups, stateOf } = openLine();
    ports.plug(PORT);
    setUp();
    start(PORT);
    await settle();
    await setups.cancel(setups.list()[0]?.id ?? '');
    await settle();
    expect(stateOf(PORT)).toBe('failed');
  });

  it('shows why, also when its setup was refused', async () => {
    const { setUp, start, ports, setups, stateOf, names, enqueue, names: queue } = openLine();
    ports.plug(PORT);
    await setups.start({ port: PORT, imageId: 'auto', options: TEMPLATE.options, settings: null, method: 'serial' }, OPERATOR); // prettier-ignore
    setUp();
    enqueue(['Pump', null]);
    start(PORT);
    await settle();
    expect([stateOf(PORT), setups.list()[0]?.error?.code, names()]).toEqual(['failed', 'port_in_use', queue()]);
    expect(names()).toEqual(['Pump']);
  });
});

describe('The end of the console', () => {
  it('gives the names of unfinished boards back', async () => {
    const before = openLine();
    before.ports.plug(PORT);
    before.setUp();
    before.enqueue(['Pump', CELLAR], ['Fan', null]);
    before.start(PORT);
    await settle();
    before.bench.close();
    await before.setups.stop();
    expect(openLine(before.restart()).names()).toEqual(['Pump', 'Fan']);
  });
});

describe('A crash of the console', () => {
  it('loses no name of a board that was not done, and gives none away twice', async () => {
    const before = openLine();
    before.ports.plug(PORT);
    before.ports.plug(OTHER);
    before.setUp();
    before.enqueue(['Pump', CELLAR], ['Fan', null], ['Valve', null]);
    before.start(PORT, OTHER);
    await settle();
    const after = openLine(before.restart(['Fan'])); // that one was in the plant already
    expect(after.names()).toEqual(['Pump', 'Valve']);
    expect(openLine(after.restart()).names()).toEqual(['Pump', 'Valve']);
  });

  it('gives no name back of a board that was done', async () => {
    const before = openLine();
    before.ports.plug(PORT);
    before.setUp();
    before.enqueue(['Pump', CELLAR], ['Fan', null]);
    before.start(PORT);
    await before.pass(PORT);
    expect(openLine(before.restart()).names()).toEqual(['Fan']);
  });
});

describe('A lane that is tried again', () => {
  it('goes on where no port tells that a board has come', async () => {
    const { setUp, start, pass, bench, lanes, lastName } = openLine();
    setUp(FLASH_ONLY_TEMPLATE);
    start(PORT);
    await bench.retry(PORT, OPERATOR);
    await pass(PORT);
    await bench.retry(PORT, OPERATOR);
    expect([lanes(), lastName()]).toEqual([[[PORT, 'working', 1, 0]], 'Node 008']);
  });

  it('is refused with a sentence where that makes no sense', async () => {
    const { setUp, start, ports, bench } = openLine();
    setUp();
    const refusal = async (port: string) => {
      const result = await bench.retry(port, OPERATOR);
      return result.ok ? null : result.error.code;
    };
    expect(await refusal(PORT)).toBe('not_found');
    ports.plug(PORT);
    start(PORT);
    expect(await refusal(PORT)).toBe('busy');
    bench.stop(OPERATOR);
    expect(await refusal(PORT)).toBe('conflict');
  });
});
