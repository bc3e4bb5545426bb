import { describe, expect, it } from 'vitest';
import { rpcs } from '../../../../src/main/provisioning/improv-codec';
import { provisioningSteps, type ProvisioningJob } from '../../../../src/shared/api/provisioning';
import { deviceIdSchema } from '../../../../src/shared/domain/ids';
import { failure } from '../../../../src/shared/domain/result';
import {
  deviceId,
  expectNothingLeft,
  expectRetryWorks,
  PORT,
  ProvisioningBench,
  settingsWith,
  zoneId,
} from './provisioning-bench';

/** Each step with its state and detail, in one line. */
function stepsOf({ steps }: ProvisioningJob): string[] {
  return steps.map(({ id, state, detail }) => `${id} ${state}${detail === undefined ? '' : `: ${detail}`}`);
}

describe('a new device on the cable', () => {
  it('is told everything, comes to the console, is approved, named and zoned', async () => {
    const bench = new ProvisioningBench();
    const job = await bench.run({ stopToken: 'stop-me-please' });
    expect(stepsOf(job)).toEqual([
      'hello done: Leitstand 0.1.0 · ESP32-C3',
      'broker_check done: 10.0.4.2:1883',
      'account done: ESP_0A1B2C',
      'identity skipped: ESP_0A1B2C',
      'broker done: 10.0.4.2:1883',
      'token done: stored',
      'wifi done: tent · -60 dBm',
      'broker_login done: 10.0.4.17',
      'seen done: ESP_0A1B2C',
      'adopt done: Tent 1 air',
      'zone done: tent_1',
    ]);
    expect(job).toMatchObject({
      port: PORT,
      state: 'done',
      firmware: { name: 'Leitstand', version: '0.1.0', chip: 'ESP32-C3' },
      deviceId,
      by: 'user:anna',
    });
    expect(bench.device.broker).toEqual({ host: '10.0.4.2', port: 1883, tls: false, user: deviceId, password: 'PASSWORD-1' }); // prettier-ignore
    expect([bench.device.token, bench.tokens.get(deviceId), bench.device.name]).toEqual(['stop-me-please', 'stop-me-please', 'Tent 1 air']); // prettier-ignore
    expectNothingLeft(bench, [[deviceId, 'PASSWORD-1']]);
    expect(bench.clock.pending).toBe(0);
  });

  it('gets another id by a restart, and everything after it under that id', async () => {
    const bench = new ProvisioningBench();
    const job = await bench.run({ deviceId: 'ESP_TENT' });
    expect(stepsOf(job)[3]).toBe('identity done: ESP_TENT');
    expect([job.state, job.deviceId, bench.device.id, bench.device.restarts]).toEqual(['done', 'ESP_TENT', 'ESP_TENT', 1]); // prettier-ignore
    expect([[...bench.accounts.rows.keys()], bench.accounts.kept]).toEqual([['ESP_TENT'], ['ESP_TENT']]);
  });

  it('gets another id also when its port goes away for the restart, because the chip is the port', async () => {
    const bench = new ProvisioningBench();
    bench.device.isNativeUsb = true;
    const job = await bench.run({ deviceId: 'ESP_TENT' });
    expect([job.error, job.state, bench.device.id]).toEqual([undefined, 'done', 'ESP_TENT']);
    expectNothingLeft(bench, [['ESP_TENT', 'PASSWORD-1']]);
  });

  it('is moved to this console when it belonged to another one', async () => {
    const bench = new ProvisioningBench();
    bench.device.kaiserId = 'other';
    const job = await bench.run();
    expect([job.state, bench.device.kaiserId, bench.device.id]).toEqual(['done', 'god', deviceId]);
  });

  it('is waited for while it starts', async () => {
    const bench = new ProvisioningBench();
    bench.device.bootFor(8_000);
    expect((await bench.run()).state).toBe('done');
  });

  it('is understood although answers get lost', async () => {
    const bench = new ProvisioningBench();
    for (const rpc of [rpcs.deviceInfo, rpcs.getIdentity, rpcs.setBroker, rpcs.status]) bench.device.lost.set(rpc, 2);
    expect((await bench.run()).state).toBe('done');
    expect(bench.device.heard.filter((rpc) => rpc === rpcs.setBroker)).toHaveLength(3);
  });

  it('finds its network although one scan missed it', async () => {
    const bench = new ProvisioningBench();
    bench.device.networks.push({ ssid: 'office', password: '', rssiDbm: -70 });
    bench.device.missed = 1;
    expect((await bench.run()).state).toBe('done');
  });

  it('on this machine, as simulated ones are, is not asked for a way to the own broker', async () => {
    const bench = new ProvisioningBench();
    bench.broker = { kind: 'own', listensAt: '127.0.0.1', port: 1883 };
    bench.lookUp = async () => Promise.reject(new Error('must not be asked'));
    const job = await bench.run({ broker: { host: '127.0.0.1', port: 1883 } });
    expect([job.state, stepsOf(job)[1]]).toEqual(['done', 'broker_check skipped: 127.0.0.1:1883']);
  });

  it('may stay pending, and then has no zone yet', async () => {
    const bench = new ProvisioningBench();
    const job = await bench.run({ approve: false });
    expect(stepsOf(job).slice(-3)).toEqual(['seen done: ESP_0A1B2C', 'adopt skipped', 'zone skipped: not approved']);
    expect([job.state, bench.registry.get(deviceId)?.approval]).toEqual(['done', 'pending']);
    expectNothingLeft(bench, [[deviceId, 'PASSWORD-1']]);
  });

  it('uses a login that is given, and none where none can be made', async () => {
    const external = { kind: 'external', url: 'mqtt://10.0.4.2:1883' } as const;
    const given = new ProvisioningBench({ isOwnBroker: false });
    given.broker = external;
    await given.run({ broker: { host: '10.0.4.2', port: 1883, username: 'grow', password: 's3cret' } });
    const none = new ProvisioningBench({ isOwnBroker: false });
    none.broker = external;
    const job = await none.run();
    expect([given.device.broker, none.device.broker]).toMatchObject([
      { user: 'grow', password: 's3cret' },
      { user: '', password: '' },
    ]);
    expect([job.state, stepsOf(job)[2]]).toEqual(['done', 'account skipped']);
  });

  it('gives a device with TLS its authority in pieces', async () => {
    const bench = new ProvisioningBench();
    const caPem = 'x'.repeat(600);
    const job = await bench.run({ broker: { host: '10.0.4.2', port: 1883, tls: true, caPem } });
    expect([job.state, bench.device.certificate]).toEqual(['done', caPem]);
  });

  it('that the plant knows already is renamed, but not approved a second time', async () => {
    const bench = new ProvisioningBench();
    bench.hear(deviceId, { approval: 'approved', name: 'Tent 1 air' });
    expect((await bench.run()).state).toBe('done');
    expect(bench.approvals).toEqual([]);
    const job = await bench.run({ name: 'Tent 2 air' });
    expect([stepsOf(job)[9], bench.approvals]).toEqual(['adopt done: Tent 2 air', [deviceId]]);
  });

  it('is provisioned again without a trace of the login before', async () => {
    const bench = new ProvisioningBench();
    await bench.run();
    expect((await bench.run()).state).toBe('done');
    expectNothingLeft(bench, [[deviceId, 'PASSWORD-2']]);
  });
});

describe('a zone that is not confirmed', () => {
  it.each([
    ['nothing' as const, 'the device has not confirmed it within 30 s; the wish stays.'],
    ['failed' as const, 'The device refused it.'],
  ])('fails the job (%s) and leaves the device in the plant with its login', async (answer, reason) => {
    const bench = new ProvisioningBench();
    bench.zoneAnswer = answer;
    const job = await bench.run();
    expect([job.error?.code, job.error?.message]).toEqual([
      'not_adopted',
      `ESP_0A1B2C is in the plant and connected, but is not in zone tent_1: ${reason} Its page shows the state; assign the zone there or try again.`,
    ]);
    expect(bench.registry.get(deviceId)?.approval).toBe('approved');
    expectNothingLeft(bench, [[deviceId, 'PASSWORD-1']]);
    bench.zoneAnswer = 'confirmed';
    await expectRetryWorks(bench);
  });
});

describe('the stop token', () => {
  it('of an earlier owner is taken out of the device, which would refuse every stop with it', async () => {
    const bench = new ProvisioningBench();
    bench.device.token = 'of-somebody-else';
    const job = await bench.run();
    expect([job.state, bench.device.token, bench.tokens.size]).toEqual(['done', '', 0]);
    expect(stepsOf(job)).toContain('token done: removed');
  });

  it('that the console knows of the device is told to it again', async () => {
    const bench = new ProvisioningBench();
    bench.tokens.set(deviceId, 'stop-me-please');
    const job = await bench.run();
    expect([job.state, bench.device.token, bench.tokens.get(deviceId)]).toEqual(['done', 'stop-me-please', 'stop-me-please']); // prettier-ignore
  });

  it('is known to the console at once when the device is, so that it stays stoppable whatever becomes of the job', async () => {
    const bench = new ProvisioningBench();
    bench.hear(deviceId);
    bench.device.networks = [];
    const job = await bench.run({ stopToken: 'stop-me-please' });
    expect([job.state, bench.tokens.get(deviceId)]).toEqual(['failed', 'stop-me-please']);
  });

  it.each([true, false])('ends the job when the console cannot keep it (device known: %s)', async (isKnown) => {
    const bench = new ProvisioningBench();
    if (isKnown) bench.hear(deviceId);
    bench.tokenStorage = failure('storage_unavailable', 'The disk takes no data.');
    const job = await bench.run({ stopToken: 'stop-me-please' });
    expect([job.error?.code, job.error?.details['reason']]).toEqual(['not_adopted', 'The disk takes no data.']);
    expectNothingLeft(bench);
  });
});

describe('start', () => {
  const codeOf = (result: ReturnType<ProvisioningBench['service']['start']>) => (result.ok ? 'started' : result.error.code); // prettier-ignore

  it('refuses an unknown port, a port in use, an unknown zone and an id that is being given', async () => {
    const bench = new ProvisioningBench();
    bench.device.deaf.add(rpcs.deviceInfo);
    const codes = [
      bench.service.start('/dev/none', settingsWith(), 'user:anna'),
      bench.service.start(PORT, settingsWith({ zoneId: 'nowhere' }), 'user:anna'),
      bench.service.start(PORT, settingsWith({ deviceId: 'ESP_TENT' }), 'user:anna'),
      bench.service.start(PORT, settingsWith(), 'user:anna'),
      bench.service.start('/dev/none', settingsWith({ deviceId: 'ESP_TENT' }), 'user:anna'),
    ].map(codeOf);
    expect(codes).toEqual(['not_found', 'not_found', 'started', 'conflict', 'conflict']);
  });

  it('does not give the id of a connected device to another board, but lets a board keep its own', async () => {
    const bench = new ProvisioningBench();
    bench.hear('ESP_TENT', { name: 'Tent 2', approval: 'approved' });
    const other = await bench.run({ deviceId: 'ESP_TENT' });
    expect(other.error).toEqual({
      code: 'device_known',
      message: 'ESP_TENT is the id of Tent 2, which is in use and connected. Give this device another id, or none; to put it in the place of Tent 2, use "Replace". If it is this very device, try again once it is shown as offline.',
      retryable: true,
      details: { deviceId: 'ESP_TENT', name: 'Tent 2' },
    }); // prettier-ignore
    bench.hear(deviceId);
    expect((await bench.run()).state).toBe('done');
  });

  it('does not bring back a device that was retired', async () => {
    const bench = new ProvisioningBench();
    bench.hear(deviceId, { replacedBy: { deviceId: deviceIdSchema.parse('ESP_NEW') } });
    const job = await bench.run();
    expect([job.error?.code, job.error?.details['reason']]).toEqual([
      'not_adopted',
      'It was retired when ESP_NEW took its place. To use this hardware again, forget ESP_0A1B2C on its page first, then try again.',
    ]);
    expectNothingLeft(bench);
    bench.registry.delete(deviceId);
    await expectRetryWorks(bench);
  });

  it('keeps the last hundred jobs, newest first', async () => {
    const bench = new ProvisioningBench();
    const ids: string[] = [];
    bench.broker = { kind: 'own', listensAt: '127.0.0.1', port: 1883 };
    for (let index = 0; index < 102; index += 1) ids.push((await bench.run()).id);
    expect(bench.service.jobs().map(({ id }) => id)).toEqual(ids.slice(2).toReversed());
    expect(bench.service.jobs()[0]?.steps.map(({ id }) => id)).toEqual(provisioningSteps);
  });
});

describe('the journal', () => {
  it('says who provisioned what, where', async () => {
    const bench = new ProvisioningBench();
    const job = await bench.run();
    expect(bench.journal).toEqual([
      {
        kind: 'provisioning.done',
        actor: 'user:anna',
        deviceId,
        message: `ESP_0A1B2C provisioned at ${PORT}`,
        details: { jobId: job.id, port: PORT, ssid: 'tent', broker: '10.0.4.2:1883', zoneId },
      },
    ]);
  });
});
