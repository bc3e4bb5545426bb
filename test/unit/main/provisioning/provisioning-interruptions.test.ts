import { describe, expect, it } from 'vitest';
import { rpcs } from '../../../../src/main/provisioning/improv-codec';
import {
  deviceId,
  expectNothingLeft,
  expectRetryWorks,
  PORT,
  ProvisioningBench,
  settingsWith,
} from './provisioning-bench';

const commandsOfSteps = [
  ['hello', rpcs.deviceInfo],
  ['hello', rpcs.getIdentity],
  ['identity', rpcs.deviceName],
  ['identity', rpcs.setIdentity],
  ['identity', rpcs.reboot],
  ['broker', rpcs.setBroker],
  ['token', rpcs.setToken],
  ['wifi', rpcs.scanWifi],
  ['wifi', rpcs.setWifi],
  ['broker_login', rpcs.status],
] as const;
const tokenLeft =
  ' The device keeps a stop token that this console does not know: provision it again before you use it, or a stop will not reach it.';
const everything = { deviceId: 'ESP_TENT', stopToken: 'stop-me-please' };

describe('a port that vanishes', () => {
  it.each(commandsOfSteps)('in step %s (command %i) ends the job, leaves nothing behind and can be tried again', async (step, rpc) => {
    const bench = new ProvisioningBench();
    bench.device.unplugAt = rpc;
    const job = await bench.run(everything);
    const at = job.steps.find(({ state }) => state === 'failed')?.id;
    expect([at, job.error]).toEqual([
      step,
      {
        code: 'port_vanished',
        message: `The device at ${PORT} was unplugged, or its cable has a loose contact. Plug it in and try again.${bench.device.token === '' ? '' : tokenLeft}`,
        retryable: true,
        details: { path: PORT },
      },
    ]);
    expectNothingLeft(bench);
    await expectRetryWorks(bench, everything);
  }); // prettier-ignore

  it('and comes back by itself is not taken for a restart, unless the chip is its own port', async () => {
    const bench = new ProvisioningBench();
    bench.device.unplugAt = rpcs.deviceInfo;
    bench.clock.after(2_000, () => {
      bench.device.unplugAt = null;
      bench.device.plugIn();
    });
    expect((await bench.run()).error?.code).toBe('port_vanished');
  });

  it('for good during the restart of a chip that is its own port ends the job too', async () => {
    const bench = new ProvisioningBench();
    bench.device.isNativeUsb = true;
    bench.device.unplugAt = rpcs.reboot;
    expect((await bench.run(everything)).error?.code).toBe('port_vanished');
    expectNothingLeft(bench);
  });
});

describe('a device that falls silent', () => {
  it.each(commandsOfSteps.filter(([step]) => step !== 'hello'))('in step %s (command %i) ends the job', async (step, rpc) => {
    const bench = new ProvisioningBench();
    bench.device.stuck.add(rpc);
    const job = await bench.run(everything);
    const at = job.steps.find(({ state }) => state === 'failed')?.id;
    expect([at, job.error?.code]).toEqual([step, rpc === rpcs.reboot ? 'device_refused' : 'no_firmware']);
    expectNothingLeft(bench);
    await expectRetryWorks(bench, everything);
  }); // prettier-ignore
});

/** How a step is made to last. */
const lasting: Readonly<Record<string, (bench: ProvisioningBench) => void>> = {
  hello: ({ device }) => void device.deaf.add(rpcs.deviceInfo),
  broker_check: (bench) => void (bench.connect = () => new Promise((resolve) => bench.clock.after(900, () => resolve({ ok: true, address: '' })))), // prettier-ignore
  account: (bench) => void (bench.accounts.ready = new Promise((resolve) => bench.clock.after(9_000, resolve))),
  identity: ({ device }) => void device.deaf.add(rpcs.setIdentity),
  broker: ({ device }) => void device.deaf.add(rpcs.setBroker),
  token: ({ device }) => void device.deaf.add(rpcs.setToken),
  wifi: ({ device }) => void device.stuck.add(rpcs.setWifi),
  broker_login: ({ device }) => void (device.isBrokerReachable = false),
  seen: (bench) => void (bench.isHearing = false),
  zone: (bench) => void (bench.zoneAnswer = 'nothing'),
};

describe('cancel', () => {
  it.each(Object.keys(lasting))('in step %s ends the job at once and takes back what it made', async (step) => {
    const bench = new ProvisioningBench();
    lasting[step]?.(bench);
    const { id } = bench.start(everything);
    await bench.reach(id, step);
    const job = await bench.settle(bench.service.cancel(id));
    if (!job.ok) throw new Error(job.error.message);
    const isInPlant = step === 'zone';
    expect([job.value.state, job.value.error?.code]).toEqual(['cancelled', 'cancelled']);
    expect(job.value.error?.message).toBe(
      isInPlant
        ? 'It was ended when ESP_TENT was in the plant already: the device and its login stay, and zone tent_1 waits for its confirmation. Its page shows the state.'
        : 'It was cancelled, and what had been made was taken back. Start again when you are ready.',
    );
    expect(job.value.steps.map(({ state }) => state)).not.toContain('failed');
    expectNothingLeft(bench, isInPlant ? [['ESP_TENT', 'PASSWORD-1']] : []);
    Object.assign(bench, { isHearing: true, zoneAnswer: 'confirmed' });
    bench.accounts.ready = Promise.resolve();
    bench.device.isBrokerReachable = true;
    await expectRetryWorks(bench, everything);
  });

  it('answers with a job that has ended as it is', async () => {
    const bench = new ProvisioningBench();
    const job = await bench.run();
    expect(await bench.service.cancel(job.id)).toEqual({ ok: true, value: job });
  });

  it('knows only jobs of this run of the console', async () => {
    const unknown = await new ProvisioningBench().service.cancel('nothing');
    expect(unknown.ok ? null : unknown.error.code).toBe('not_found');
  });
});

describe('a stop token', () => {
  it('is taken from the device again when it does not come into the plant, since nobody here would know it', async () => {
    const bench = new ProvisioningBench();
    bench.isHearing = false;
    const { id } = bench.start(everything);
    await bench.reach(id, 'seen');
    expect(bench.device.token).toBe('stop-me-please');
    const job = await bench.settle(bench.service.cancel(id));
    expect([bench.device.token, bench.tokens.size]).toEqual(['', 0]);
    expect(job.ok && job.value.error?.message).not.toContain('stop token');
    expectNothingLeft(bench);
  });

  it('that cannot be taken back is told of', async () => {
    const bench = new ProvisioningBench();
    bench.device.unplugAt = rpcs.setWifi;
    const job = await bench.run(everything);
    expect(job.error?.message).toContain(tokenLeft);
    expect(job.error?.message).not.toContain('stop-me-please');
  });

  it('of a device that the console knows stays, on both sides', async () => {
    const bench = new ProvisioningBench();
    bench.hear('ESP_TENT', { presence: { state: 'offline' } });
    bench.isHearing = false;
    const { id } = bench.start(everything);
    await bench.reach(id, 'seen');
    await bench.settle(bench.service.cancel(id));
    expect([bench.device.token, bench.tokens.get('ESP_TENT')]).toEqual(['stop-me-please', 'stop-me-please']);
  });
});

describe('the end of the console', () => {
  it('takes no further job, scan or preparation', async () => {
    const bench = new ProvisioningBench();
    await bench.service.stop();
    expect(bench.service.start(PORT, settingsWith(), 'user:anna')).toMatchObject({ ok: false, error: { code: 'conflict' } }); // prettier-ignore
    expect(await bench.service.scan(PORT)).toMatchObject({ ok: false, error: { code: 'interrupted' } });
    const chip = { chip: 'ESP32-C3', chipId: 'esp32c3', revision: 'v0.4', mac: '7c:df:a1:0a:1b:2c', flashSizeBytes: 4_194_304, security: null, deviceId } as const; // prettier-ignore
    expect(await bench.service.prepare(settingsWith(), chip, 'user:anna')).toMatchObject({ ok: false, error: { code: 'interrupted' } }); // prettier-ignore
    expect([bench.leases, [...bench.accounts.rows]]).toEqual([[], []]);
  });

  it('ends every job as interrupted, with nothing left', async () => {
    const bench = new ProvisioningBench();
    bench.isHearing = false;
    const { id } = bench.start();
    await bench.reach(id, 'seen');
    await bench.settle(bench.service.stop());
    const job = await bench.service.whenEnded(id);
    expect([job.state, job.error?.code]).toEqual(['failed', 'interrupted']);
    expectNothingLeft(bench);
    expect(bench.clock.pending).toBe(0);
  });
});
