import { describe, expect, it } from 'vitest';
import { REENUMERATION_MS } from '../../../../src/main/commissioning/bench-state';
import { benchTemplateSchema, benchViewSchema } from '../../../../src/shared/api/commissioning';
import type { BenchTemplate, BenchView } from '../../../../src/shared/api/commissioning';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';
import type { Result } from '../../../../src/shared/domain/result';
import { C3, jobError } from '../../../fakes/fake-flashing';
import { CELLAR, NEW, OPERATOR, PASSWORD, PORT, SETTINGS, TEMPLATE, TENT, openCommissioning, settle } from './commissioning-bench'; // prettier-ignore

const OTHER = '/dev/ttyUSB1';
const flashOnly: BenchTemplate = { ...TEMPLATE, settings: null };

function valueOf(result: Result<BenchView>): BenchView {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function line(opened = openCommissioning()) {
  const { bench, ports, flashing, provisioning, setups } = opened;
  const lanes = () => bench.view().lanes.map(({ port, state, passed, failed }) => [port, state, passed, failed]);
  const stateOf = (port: string) => bench.view().lanes.find((lane) => lane.port === port)?.state;
  const names = () => bench.view().queue.map(({ name }) => name);
  const setUp = (template: BenchTemplate = TEMPLATE) => valueOf(bench.setTemplate(template, OPERATOR));
  const start = (...list: string[]) => valueOf(bench.start(list, OPERATOR));
  const enqueue = (...list: (readonly [string, ZoneId | null])[]) =>
    valueOf(bench.setQueue(list.map(([name, zoneId]) => ({ name, zoneId })), OPERATOR)); // prettier-ignore
  /** A board comes to its end on a port. */
  const pass = async (port: string, deviceId: DeviceId = NEW) => {
    await settle();
    await flashing.reachChip(port);
    flashing.finish(port);
    await settle();
    if (bench.view().template?.settings) provisioning.finish(deviceId, port);
    await settle();
  };
  const fail = async (port: string) => {
    await settle();
    flashing.fail(port, jobError('no_answer'));
    await settle();
  };
  const away = (port: string) => {
    ports.unplug(port);
    opened.clock.advance(REENUMERATION_MS);
  };
  const lastName = () => setups.list()[0]?.name;
  return { ...opened, lanes, stateOf, names, setUp, start, enqueue, pass, fail, away, lastName };
}

describe('The bench line', () => {
  it('takes board after board on a port', async () => {
    const { setUp, start, ports, lanes, pass, away, setups, kinds } = line();
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
    const { setUp, start, ports, stateOf } = line();
    ports.plug(PORT);
    setUp();
    start(PORT);
    ports.plug(OTHER);
    expect([stateOf(PORT), stateOf(OTHER)]).toEqual(['working', undefined]);
  });

  it('shows the job of each lane, and answers in the form of the API', async () => {
    const { setUp, start, ports, bench, setups } = line();
    ports.plug(PORT);
    setUp();
    const view = start(PORT, PORT);
    expect(benchViewSchema.parse(view)).toEqual(bench.view());
    expect(view.lanes).toEqual([{ port: PORT, state: 'working', jobId: setups.list()[0]?.id, passed: 0, failed: 0 }]);
  });

  it('sets up 16 boards at once, each with a name of its own', async () => {
    const { setUp, start, ports, lanes, pass, setups } = line();
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
    const { setUp, start, ports, lanes, pass, clock, setups } = line();
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
    const { setUp, start, ports, fail, away, lanes, setups } = line();
    ports.plug(PORT);
    setUp();
    start(PORT);
    away(PORT);
    ports.plug(PORT);
    await fail(PORT);
    expect([lanes(), setups.list().length]).toEqual([[[PORT, 'working', 0, 1]], 2]);
  });

  it('finishes what runs when it is stopped, and begins no further board', async () => {
    const { setUp, start, ports, pass, away, bench, lanes, kinds, journal } = line();
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
    const { setUp, start, ports, pass, bench, lanes } = line();
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
    const { setUp, start, ports, fail, bench, clock } = line();
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
    const { setUp, start, ports, fail, pass, bench, lanes, setups } = line();
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
    const { setUp, start, ports, fail, away, bench, lastName } = line();
    ports.plug(PORT);
    setUp();
    start(PORT);
    await fail(PORT);
    away(PORT);
    ports.plug(PORT);
    expect([lastName(), bench.view().template?.nextNumber]).toEqual(['Node 008', 9]);
  });

  it('gives its name back to the head of the queue', async () => {
    const { setUp, enqueue, start, ports, fail, names, lastName, setups, bench } = line();
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
    const { setUp, enqueue, start, ports, fail, names } = line();
    ports.plug(PORT);
    setUp();
    enqueue(['Pump', null]);
    start(PORT);
    enqueue(['Pump', null], ['Fan', null]);
    await fail(PORT);
    expect(names()).toEqual(['Pump', 'Fan']);
  });

  it('keeps its name when a device bears it already', async () => {
    const { setUp, enqueue, start, ports, flashing, provisioning, names, stateOf } = line();
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

  it('may have been cancelled', async () => {
    const { setUp, start, ports, setups, stateOf } = line();
    ports.plug(PORT);
    setUp();
    start(PORT);
    await settle();
    await setups.cancel(setups.list()[0]?.id ?? '');
    await settle();
    expect(stateOf(PORT)).toBe('failed');
  });

  it('shows why, also when its setup was refused', async () => {
    const { setUp, start, ports, setups, stateOf, names, enqueue, names: queue } = line();
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

describe('A lane that is tried again', () => {
  it('goes on where no port tells that a board has come', async () => {
    const { setUp, start, pass, bench, lanes, lastName } = line();
    setUp(flashOnly);
    start(PORT);
    await bench.retry(PORT, OPERATOR);
    await pass(PORT);
    await bench.retry(PORT, OPERATOR);
    expect([lanes(), lastName()]).toEqual([[[PORT, 'working', 1, 0]], 'Node 008']);
  });

  it('is refused with a sentence where that makes no sense', async () => {
    const { setUp, start, ports, bench } = line();
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

describe('The template', () => {
  it('is needed, and the line runs once', () => {
    const { bench, setUp, start } = line();
    expect(bench.start([PORT], OPERATOR)).toMatchObject({ ok: false, error: { code: 'conflict', message: expect.stringContaining('no template') } }); // prettier-ignore
    setUp();
    start(PORT);
    expect(bench.start([PORT], OPERATOR)).toMatchObject({ ok: false, error: { code: 'conflict' } });
  });

  it('is given to every board, with its passwords', async () => {
    const { setUp, start, ports, pass, provisioning } = line();
    ports.plug(PORT);
    const broker = { ...SETTINGS.broker, useOwnAccount: false, username: 'node', password: 'broker-secret' };
    setUp({ ...TEMPLATE, settings: { wifi: SETTINGS.wifi, broker, approve: false } });
    start(PORT);
    await pass(PORT);
    expect(provisioning.settings).toEqual({ wifi: SETTINGS.wifi, broker, approve: false, name: 'Node 007' });
  });

  it('survives a restart but for its passwords, without which the line does not start', () => {
    const before = line();
    before.setUp();
    before.enqueue(['Pump', CELLAR]);
    before.ports.plug(PORT);
    before.start(PORT);
    const after = line(before.restart());
    expect(after.bench.view()).toEqual({
      template: {
        imageId: 'auto',
        options: TEMPLATE.options,
        method: 'serial',
        naming: 'Node {n:3}',
        nextNumber: 7,
        settings: {
          ssid: 'plant',
          hasPassword: false,
          broker: { host: '10.0.0.2', port: 1883, tls: false, useOwnAccount: true },
          zoneId: TENT,
          approve: true,
        },
      },
      isRunning: false,
      queue: [],
      lanes: [],
    });
    expect(after.bench.start([PORT], OPERATOR)).toMatchObject({ ok: false, error: { code: 'conflict', message: expect.stringContaining('plant') } }); // prettier-ignore
    const { settings } = TEMPLATE;
    const withoutPassword = { ...TEMPLATE, settings: settings && { ...settings, wifi: { ssid: 'plant' } } };
    expect(after.bench.setTemplate(withoutPassword, OPERATOR)).toMatchObject({ error: { code: 'invalid' } });
    expect(after.setUp().template?.settings?.hasPassword).toBe(true);
    expect(after.setUp(withoutPassword).template?.settings?.hasPassword).toBe(true);
    expect(after.start(PORT).isRunning).toBe(true);
  });

  it('uses a number once, also over a restart', () => {
    const before = line();
    before.setUp({ ...flashOnly, naming: 'Node {n}' });
    before.ports.plug(PORT);
    before.start(PORT);
    const after = line(before.restart());
    after.ports.plug(PORT);
    after.start(PORT);
    expect([before.lastName(), after.lastName()]).toEqual(['Node 7', 'Node 8']);
  });

  it('of an open network or without settings needs no password', () => {
    const { settings } = TEMPLATE;
    for (const template of [
      flashOnly,
      { ...TEMPLATE, settings: settings && { ...settings, wifi: { ssid: 'open', password: '' } } },
    ]) {
      // prettier-ignore
      const before = line();
      before.setUp(template);
      const after = line(before.restart());
      expect(after.start(PORT).isRunning).toBe(true);
      expect(after.setUp({ ...template, settings: template.settings && { ...template.settings, wifi: { ssid: 'open' } } }).template?.settings?.hasPassword ?? true).toBe(true); // prettier-ignore
    }
  });

  it('asks for the password of another network, and for that of a broker login', () => {
    const { bench, setUp, restart } = line();
    setUp();
    const { settings } = TEMPLATE;
    const other = { ...TEMPLATE, settings: settings && { ...settings, wifi: { ssid: 'other' } } };
    expect(bench.setTemplate(other, OPERATOR)).toMatchObject({ ok: false, error: { code: 'invalid' } });
    const login = { ...SETTINGS.broker, username: 'node', password: 'broker-secret' };
    const withLogin = (broker: typeof SETTINGS.broker) => ({ ...TEMPLATE, settings: settings && { ...settings, broker } }); // prettier-ignore
    setUp(withLogin(login));
    const { password: _password, ...bare } = login;
    expect(setUp(withLogin(bare)).template?.settings?.hasPassword).toBe(true);
    const after = line(restart());
    expect(after.bench.setTemplate(withLogin(bare), OPERATOR)).toMatchObject({ ok: false, error: { code: 'invalid' } });
    expect(after.setUp(withLogin(login)).template?.settings?.hasPassword).toBe(true);
  });

  it('names zones that are there', () => {
    const { bench } = line();
    const nowhere = 'nowhere' as ZoneId;
    const { settings } = TEMPLATE;
    const refused = { ok: false, error: { code: 'not_found' } };
    expect(bench.setTemplate({ ...TEMPLATE, settings: settings && { ...settings, zoneId: nowhere } }, OPERATOR)).toMatchObject(refused); // prettier-ignore
    expect(bench.setQueue([{ name: 'Pump', zoneId: nowhere }], OPERATOR)).toMatchObject(refused);
    expect(bench.setTemplate({ ...TEMPLATE, imageId: null, method: 'partition' }, OPERATOR)).toMatchObject({ error: { code: 'invalid' } }); // prettier-ignore
    expect(bench.view()).toMatchObject({ template: null, queue: [] });
  });

  it('names flashed boards by chip and zone', async () => {
    const { setUp, enqueue, start, ports, pass, setups } = line();
    ports.plug(PORT);
    setUp(flashOnly);
    enqueue(['{zone}/{id}/{mac}', CELLAR]);
    start(PORT);
    await pass(PORT);
    expect(setups.list()).toMatchObject([{ state: 'done', name: `Cellar/${NEW}/${C3.mac}` }]);
  });

  it('holds no password on disk, in what it shows, and in the journal', () => {
    const { setUp, start, settings, bench, journal, store } = line();
    setUp();
    start(PORT);
    const rows = store.plant.prepare('SELECT * FROM settings').all();
    expect(settings.get('bench_template')).toContain('plant');
    expect(JSON.stringify([rows, bench.view(), journal.recent()])).not.toContain(PASSWORD);
  });

  it('that cannot be read is left out and said so', () => {
    const { settings, restart } = line();
    settings.set('bench_template', '{"imageId":1}');
    settings.set('bench_queue', 'rubbish');
    const after = restart();
    expect([after.bench.view(), after.lines.map(({ level, key }) => [level, key])]).toEqual([
      { template: null, isRunning: false, queue: [], lanes: [] },
      [
        [40, 'bench_template'],
        [40, 'bench_queue'],
      ],
    ]);
  });

  it('comes with a password or without it over the API', () => {
    const { settings } = TEMPLATE;
    const withoutPassword = { ...TEMPLATE, settings: settings && { ...settings, wifi: { ssid: 'plant' } } };
    expect(benchTemplateSchema.parse(TEMPLATE)).toEqual(TEMPLATE);
    expect(benchTemplateSchema.parse(withoutPassword)).toEqual(withoutPassword);
    const short = { ...TEMPLATE, settings: settings && { ...settings, wifi: { ssid: 'plant', password: 'short' } } };
    expect(benchTemplateSchema.safeParse(short).success).toBe(false);
  });
});
