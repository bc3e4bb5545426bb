import { describe, expect, it } from 'vitest';
import type { PreparedSettings } from '../../../../src/main/provisioning/provisioning-room';
import type { ChipFacts } from '../../../../src/shared/api/flash';
import { failure } from '../../../../src/shared/domain/result';
import { deviceId, ProvisioningBench, settingsWith } from './provisioning-bench';

const chip: ChipFacts = {
  chip: 'ESP32-C3',
  chipId: 'esp32c3',
  revision: 'v0.4',
  mac: '7c:df:a1:0a:1b:2c',
  flashSizeBytes: 4_194_304,
  security: null,
  deviceId,
};
const settings = settingsWith({ stopToken: 'stop-me-please' });

async function prepared(bench: ProvisioningBench): Promise<PreparedSettings> {
  const result = await bench.service.prepare(settings, chip, 'user:anna');
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe('settings for the image', () => {
  it('hold a login that was made for them, and everything else', async () => {
    const bench = new ProvisioningBench();
    const { undo, ...rest } = await prepared(bench);
    expect(rest).toEqual({ deviceId, partition: Uint8Array.of(1, 2, 3) });
    expect(bench.images).toEqual([
      {
        board: 'esp32c3',
        mac: chip.mac,
        id: '',
        kaiserId: 'god',
        name: 'Tent 1 air',
        wifi: { ssid: 'tent', password: 'tomatoes' },
        broker: { host: '10.0.4.2', port: 1883, user: deviceId, password: 'PASSWORD-1' },
        stopToken: 'stop-me-please',
      },
    ]);
    expect([...bench.accounts.rows]).toEqual([[deviceId, 'PASSWORD-1']]);
    await undo();
    expect([...bench.accounts.rows]).toEqual([]);
  });

  type Obstacle = {
    readonly name: string;
    readonly chip?: Partial<ChipFacts>;
    readonly change?: Record<string, unknown>;
    readonly arrange?: (bench: ProvisioningBench) => void;
    readonly code: string;
  };
  const obstacles: readonly Obstacle[] = [
    {
      name: 'a chip that our firmware does not run on',
      chip: { chip: 'ESP32-S3', chipId: 'esp32s3' },
      code: 'image_unfit',
    },
    { name: 'a chip that nobody knows', chip: { chipId: null }, code: 'image_unfit' },
    {
      name: 'a broker with TLS',
      change: { broker: { host: '10.0.4.2', port: 1883, tls: true } },
      code: 'broker_tls_unsupported',
    },
    {
      name: 'a firmware that refuses them',
      arrange: (bench) => void (bench.image = failure('invalid', 'too long')),
      code: 'internal',
    },
    {
      name: 'a broker out of reach',
      arrange: (bench) => void (bench.connect = async () => ({ ok: false, reason: 'nothing listens at that port' })),
      code: 'broker_unreachable',
    },
    {
      name: 'an own broker that is hidden',
      arrange: (bench) => void (bench.broker = { kind: 'own', listensAt: '127.0.0.1', port: 1883 }),
      code: 'broker_on_loopback',
    },
    {
      name: 'a broker that takes no account',
      arrange: (bench) => void (bench.accounts.failure = failure('too_large', 'full').error),
      code: 'account_failed',
    },
    {
      name: 'the id of a connected device',
      change: { deviceId: 'ESP_TENT' },
      arrange: (bench) => bench.hear('ESP_TENT'),
      code: 'device_known',
    },
  ];

  it.each(obstacles)(
    'cannot be made for $name, and leave nothing behind',
    async ({ chip: facts, change, arrange, code }) => {
      const bench = new ProvisioningBench();
      arrange?.(bench);
      const result = await bench.service.prepare(settingsWith(change), { ...chip, ...facts }, 'user:anna');
      expect(result.ok ? null : result.error.code).toBe(code);
      expect([...bench.accounts.rows]).toEqual([]);
      expect(bench.clock.pending).toBe(0);
    },
  );
});

describe('a device that was flashed with its settings', () => {
  it('is adopted when it comes, by what the console itself sees', async () => {
    const bench = new ProvisioningBench();
    const ready = await prepared(bench);
    const { id } = bench.service.awaitArrival(settings, ready, 'user:anna');
    bench.clock.after(7_000, () => bench.accounts.connected.add(deviceId));
    bench.clock.after(8_000, () => bench.hear(deviceId));
    const job = await bench.settle(bench.service.whenEnded(id));
    expect(job.error).toBeUndefined();
    expect(job.steps.map(({ id: step, state, detail }) => [step, state, detail])).toEqual([
      ...['hello', 'broker_check', 'account', 'identity', 'broker', 'token', 'wifi'].map((step) => [step, 'skipped', undefined]), // prettier-ignore
      ['broker_login', 'done', deviceId],
      ['seen', 'done', deviceId],
      ['adopt', 'done', 'Tent 1 air'],
      ['zone', 'done', 'tent_1'],
    ]);
    expect([job.port, job.deviceId, bench.tokens.get(deviceId)]).toEqual([null, deviceId, 'stop-me-please']);
    expect([[...bench.accounts.rows], bench.accounts.kept]).toEqual([[[deviceId, 'PASSWORD-1']], [deviceId]]);
    expect(bench.journal.map(({ kind, message }) => [kind, message])).toEqual([
      ['provisioning.done', 'ESP_0A1B2C provisioned with its image'],
    ]);
  });

  it('may have come before it is awaited, and a device that was heard before is not taken for it', async () => {
    const bench = new ProvisioningBench();
    bench.hear(deviceId);
    bench.clock.advance(1_000);
    const early = await prepared(bench);
    bench.clock.advance(1_000);
    bench.hear(deviceId);
    const { id } = bench.service.awaitArrival(settings, early, 'user:anna');
    expect((await bench.settle(bench.service.whenEnded(id))).state).toBe('done');

    const late = await prepared(bench);
    const second = bench.service.awaitArrival(settings, late, 'user:anna');
    expect((await bench.settle(bench.service.whenEnded(second.id))).state).toBe('failed');
  });

  it('that does not come ends the job with what to look at, and without its login', async () => {
    const bench = new ProvisioningBench();
    const { id } = bench.service.awaitArrival(settings, await prepared(bench), 'user:anna');
    const job = await bench.settle(bench.service.whenEnded(id));
    expect([job.error?.code, job.error?.message]).toEqual([
      'broker_not_reached',
      'ESP_0A1B2C was flashed and started, but has not come to the broker 10.0.4.2:1883. Check that tent and its password are right and reach this place, and that its network leads to the broker; then try again. The device keeps a stop token that this console does not know: provision it again before you use it, or a stop will not reach it.',
    ]);
    expect([...bench.accounts.rows]).toEqual([]);
  });

  it('that logs in and is not heard ends the job without its login', async () => {
    const bench = new ProvisioningBench();
    const ready = await prepared(bench);
    bench.accounts.connected.add(deviceId);
    const { id } = bench.service.awaitArrival(settings, ready, 'user:anna');
    expect((await bench.settle(bench.service.whenEnded(id))).error?.code).toBe('not_seen');
    expect([...bench.accounts.rows]).toEqual([]);
  });

  it('can be cancelled while it is awaited', async () => {
    const bench = new ProvisioningBench();
    const { id } = bench.service.awaitArrival(settings, await prepared(bench), 'user:anna');
    await bench.reach(id, 'broker_login');
    const job = await bench.settle(bench.service.cancel(id));
    expect(job.ok && [job.value.state, job.value.port]).toEqual(['cancelled', null]);
    expect([[...bench.accounts.rows], bench.clock.pending]).toEqual([[], 0]);
  });

  it('is known by what is heard with an external broker, which tells nothing of logins', async () => {
    const bench = new ProvisioningBench({ isOwnBroker: false });
    bench.broker = { kind: 'external', url: 'mqtt://10.0.4.2:1883' };
    const { id } = bench.service.awaitArrival(settings, await prepared(bench), 'user:anna');
    bench.clock.after(9_000, () => bench.hear(deviceId));
    expect((await bench.settle(bench.service.whenEnded(id))).state).toBe('done');
  });
});

describe('the proposal', () => {
  it('is that of the broker and the machine now', () => {
    const bench = new ProvisioningBench();
    expect(bench.service.proposal()).toEqual({ isOwnBroker: true, hosts: ['10.0.4.2'], port: 1883, tls: false, isLoopbackOnly: false }); // prettier-ignore
  });
});
