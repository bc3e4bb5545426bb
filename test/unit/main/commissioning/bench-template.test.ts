import { describe, expect, it } from 'vitest';
import { benchTemplateSchema } from '../../../../src/shared/api/commissioning';
import type { ZoneId } from '../../../../src/shared/domain/ids';
import { C3 } from '../../../fakes/fake-flashing';
import { CELLAR, NEW, OPERATOR, PASSWORD, PORT, SETTINGS, TEMPLATE, TENT } from './commissioning-bench';
import { FLASH_ONLY_TEMPLATE, openLine } from './line-bench';

describe('The template', () => {
  it('is needed, and the line runs once', () => {
    const { bench, setUp, start } = openLine();
    expect(bench.start([PORT], OPERATOR)).toMatchObject({ ok: false, error: { code: 'conflict', message: expect.stringContaining('no template') } }); // prettier-ignore
    setUp();
    start(PORT);
    expect(bench.start([PORT], OPERATOR)).toMatchObject({ ok: false, error: { code: 'conflict' } });
  });

  it('is given to every board, with its passwords', async () => {
    const { setUp, start, ports, pass, provisioning } = openLine();
    ports.plug(PORT);
    const broker = { ...SETTINGS.broker, useOwnAccount: false, username: 'node', password: 'broker-secret' };
    setUp({ ...TEMPLATE, settings: { wifi: SETTINGS.wifi, broker, approve: false } });
    start(PORT);
    await pass(PORT);
    expect(provisioning.settings).toEqual({ wifi: SETTINGS.wifi, broker, approve: false, name: 'Node 007' });
  });

  it('survives a restart but for its passwords, without which the line does not start', () => {
    const before = openLine();
    before.setUp();
    before.enqueue(['Pump', CELLAR]);
    before.ports.plug(PORT);
    before.start(PORT);
    const after = openLine(before.restart());
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
          broker: { host: '10.0.0.2', port: 1883, tls: false, hasCa: false, useOwnAccount: true },
          zoneId: TENT,
          approve: true,
        },
      },
      isRunning: false,
      queue: [{ name: 'Pump', zoneId: CELLAR }],
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
    const before = openLine();
    before.setUp({ ...FLASH_ONLY_TEMPLATE, naming: 'Node {n}' });
    before.ports.plug(PORT);
    before.start(PORT);
    const after = openLine(before.restart());
    after.ports.plug(PORT);
    after.start(PORT);
    expect([before.lastName(), after.lastName()]).toEqual(['Node 7', 'Node 8']);
  });

  it('that is changed without a number goes on with the count of the boards', () => {
    const { setUp, start, ports, bench, lastName } = openLine();
    ports.plug(PORT);
    setUp(FLASH_ONLY_TEMPLATE);
    start(PORT);
    const { nextNumber: _seven, ...changed } = FLASH_ONLY_TEMPLATE;
    expect([lastName(), setUp(changed).template?.nextNumber]).toEqual(['Node 007', 8]);
    bench.stop(OPERATOR);
    expect(openLine().setUp(changed).template?.nextNumber).toBe(1);
  });

  it('keeps the certificate of the authority for the same broker until that is taken away', () => {
    const { setUp } = openLine();
    const withBroker = (change: Partial<typeof SETTINGS.broker>) => {
      const { settings } = TEMPLATE;
      const broker = { ...SETTINGS.broker, tls: true, ...change };
      return setUp({ ...TEMPLATE, settings: settings && { ...settings, broker } }).template?.settings?.broker.hasCa;
    };
    const caPem = '-----BEGIN CERTIFICATE-----';
    expect([{}, { caPem }, {}, { host: '10.0.0.9' }, { caPem }, { caPem: '' }, {}].map(withBroker)).toEqual([
      false,
      true,
      true,
      false,
      true,
      false,
      false,
    ]);
  });

  it('of an open network or without settings needs no password', () => {
    const { settings } = TEMPLATE;
    for (const template of [
      FLASH_ONLY_TEMPLATE,
      { ...TEMPLATE, settings: settings && { ...settings, wifi: { ssid: 'open', password: '' } } },
    ]) {
      // prettier-ignore
      const before = openLine();
      before.setUp(template);
      const after = openLine(before.restart());
      expect(after.start(PORT).isRunning).toBe(true);
      expect(after.setUp({ ...template, settings: template.settings && { ...template.settings, wifi: { ssid: 'open' } } }).template?.settings?.hasPassword ?? true).toBe(true); // prettier-ignore
    }
  });

  it('asks for the password of another network, and for that of a broker login', () => {
    const { bench, setUp, restart } = openLine();
    setUp();
    const { settings } = TEMPLATE;
    const other = { ...TEMPLATE, settings: settings && { ...settings, wifi: { ssid: 'other' } } };
    expect(bench.setTemplate(other, OPERATOR)).toMatchObject({ ok: false, error: { code: 'invalid' } });
    const login = { ...SETTINGS.broker, username: 'node', password: 'broker-secret' };
    const withLogin = (broker: typeof SETTINGS.broker) => ({ ...TEMPLATE, settings: settings && { ...settings, broker } }); // prettier-ignore
    setUp(withLogin(login));
    const { password: _password, ...bare } = login;
    expect(setUp(withLogin(bare)).template?.settings?.hasPassword).toBe(true);
    const after = openLine(restart());
    expect(after.bench.setTemplate(withLogin(bare), OPERATOR)).toMatchObject({ ok: false, error: { code: 'invalid' } });
    expect(after.setUp(withLogin(login)).template?.settings?.hasPassword).toBe(true);
  });

  it('names zones that are there', () => {
    const { bench } = openLine();
    const nowhere = 'nowhere' as ZoneId;
    const { settings } = TEMPLATE;
    const refused = { ok: false, error: { code: 'not_found' } };
    expect(bench.setTemplate({ ...TEMPLATE, settings: settings && { ...settings, zoneId: nowhere } }, OPERATOR)).toMatchObject(refused); // prettier-ignore
    expect(bench.setQueue([{ name: 'Pump', zoneId: nowhere }], OPERATOR)).toMatchObject(refused);
    expect(bench.setTemplate({ ...TEMPLATE, imageId: null, method: 'partition' }, OPERATOR)).toMatchObject({ error: { code: 'invalid' } }); // prettier-ignore
    expect(bench.view()).toMatchObject({ template: null, queue: [] });
  });

  it('names flashed boards by chip and zone', async () => {
    const { setUp, enqueue, start, ports, pass, setups } = openLine();
    ports.plug(PORT);
    setUp(FLASH_ONLY_TEMPLATE);
    enqueue(['{zone}/{id}/{mac}', CELLAR]);
    start(PORT);
    await pass(PORT);
    expect(setups.list()).toMatchObject([{ state: 'done', name: `Cellar/${NEW}/${C3.mac}` }]);
  });

  it('holds no password on disk, in what it shows, and in the journal', () => {
    const { setUp, start, settings, bench, journal, store } = openLine();
    setUp();
    start(PORT);
    const rows = store.plant.prepare('SELECT * FROM settings').all();
    expect(settings.get('bench_template')).toContain('plant');
    expect(JSON.stringify([rows, bench.view(), journal.recent()])).not.toContain(PASSWORD);
  });

  it('that cannot be read is left out and said so', () => {
    const { settings, restart } = openLine();
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
