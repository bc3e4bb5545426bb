import { describe, expect, it } from 'vitest';
import { improvErrors, rpcs } from '../../../../src/main/provisioning/improv-codec';
import { failure } from '../../../../src/shared/domain/result';
import { jobFailure } from '../../../../src/shared/domain/job-errors';
import {
  deviceId,
  expectNothingLeft,
  expectRetryWorks,
  PORT,
  ProvisioningBench,
  settingsWith,
} from './provisioning-bench';

type Fault = {
  readonly name: string;
  readonly break: (bench: ProvisioningBench) => void;
  readonly mend?: (bench: ProvisioningBench) => void;
  readonly change?: Record<string, unknown>;
  readonly step: string;
  readonly code: string;
  readonly says: string;
};

const faults: readonly Fault[] = [
  {
    name: 'nothing that speaks Improv',
    break: ({ device }) => [rpcs.deviceInfo, rpcs.getIdentity].forEach((rpc) => device.deaf.add(rpc)),
    step: 'hello',
    code: 'no_firmware',
    says: 'No firmware of ours answers at /dev/ttyUSB0. Flash the device first; if it is flashed, press RESET, or take its other USB socket, and try again.',
  },
  {
    name: 'another firmware that speaks Improv',
    break: ({ device }) => {
      device.firmware = ['ESPHome', '2026.1', 'ESP32-C3'] as never;
      device.refusals.set(rpcs.getIdentity, improvErrors.unknownRpc);
    },
    mend: ({ device }) => void (device.firmware = ['Leitstand', '0.1.0', 'ESP32-C3']),
    step: 'hello',
    code: 'no_firmware',
    says: 'The device at /dev/ttyUSB0 runs ESPHome 2026.1, which cannot be told its broker. Flash our firmware first.',
  },
  {
    name: 'a broker whose name is not known',
    break: (bench) =>
      void (bench.lookUp = async () => ({ ok: false, reason: 'its name is not known in this network' })),
    mend: (bench) => void (bench.lookUp = async () => ({ ok: true, address: '10.0.4.2' })),
    step: 'broker_check',
    code: 'broker_unreachable',
    says: 'This console cannot reach the broker 10.0.4.2:1883, because its name is not known in this network. Check address, port and firewall; nothing was changed on the device.',
  },
  {
    name: 'a broker that does not listen',
    break: (bench) => void (bench.connect = async () => ({ ok: false, reason: 'nothing listens at that port' })),
    mend: (bench) => void (bench.connect = async () => ({ ok: true, address: '10.0.4.2' })),
    step: 'broker_check',
    code: 'broker_unreachable',
    says: 'This console cannot reach the broker 10.0.4.2:1883, because nothing listens at that port. Check address, port and firewall; nothing was changed on the device.',
  },
  {
    name: 'an own broker that only this machine reaches',
    break: (bench) => void (bench.broker = { kind: 'own', listensAt: '127.0.0.1', port: 1883 }),
    mend: (bench) => void (bench.broker = { kind: 'own', listensAt: '0.0.0.0', port: 1883 }),
    step: 'broker_check',
    code: 'broker_on_loopback',
    says: "The console's own broker listens on this machine only, so no device can reach it at 10.0.4.2:1883. Start the console with --broker-host 0.0.0.0 and try again.",
  },
  {
    name: 'a name of this machine, when only this machine reaches its broker',
    break: (bench) => void (bench.broker = { kind: 'own', listensAt: '127.0.0.1', port: 1883 }),
    mend: (bench) => void (bench.broker = { kind: 'own', listensAt: '0.0.0.0', port: 1883 }),
    change: { broker: { host: 'console.plant', port: 1883 } },
    step: 'broker_check',
    code: 'broker_on_loopback',
    says: "The console's own broker listens on this machine only, so no device can reach it at 10.0.4.2:1883. Start the console with --broker-host 0.0.0.0 and try again.",
  },
  {
    name: 'a broker without room for an account',
    break: ({ accounts }) => void (accounts.failure = failure('too_large', 'There are already 10000 accounts.').error),
    mend: ({ accounts }) => void (accounts.failure = null),
    step: 'account',
    code: 'account_failed',
    says: "The console could not make the device's login in its broker. There are already 10000 accounts.",
  },
  {
    name: 'a device that cannot write its flash',
    break: ({ device }) => void device.refusals.set(rpcs.setBroker, improvErrors.notStored),
    step: 'broker',
    code: 'device_refused',
    says: 'The device refused a setting (setBroker): it could not write its flash. Try again; if it comes back, the flash of this board is worn out: replace it.',
  },
  {
    name: 'a firmware without TLS',
    break: ({ device }) => void device.refusals.set(rpcs.setBroker, improvErrors.notBuiltIn),
    change: { broker: { host: '10.0.4.2', port: 1883, tls: true } },
    step: 'broker',
    code: 'broker_tls_unsupported',
    says: 'The firmware of this device has no TLS. Give it a broker address without TLS in the plant network, and try again.',
  },
  {
    name: 'a firmware that takes no authority',
    break: ({ device }) => void device.refusals.set(rpcs.certificate, improvErrors.notBuiltIn),
    change: { broker: { host: '10.0.4.2', port: 1883, tls: true, caPem: 'pem' } },
    step: 'broker',
    code: 'broker_tls_unsupported',
    says: 'The firmware of this device has no TLS. Give it a broker address without TLS in the plant network, and try again.',
  },
  {
    name: 'a network that is not heard',
    break: ({ device }) => void (device.networks = [{ ssid: 'office', password: '', rssiDbm: -50 }, { ssid: 'guests', password: '', rssiDbm: -70 }]), // prettier-ignore
    mend: ({ device }) => void (device.networks = [{ ssid: 'tent', password: 'tomatoes', rssiDbm: -60 }]),
    step: 'wifi',
    code: 'wifi_not_found',
    says: 'The device does not hear the network tent. It hears office, guests. Check the name, and that the network sends on 2.4 GHz and reaches this place.',
  },
  {
    name: 'a place without any network',
    break: ({ device }) => void (device.networks = []),
    mend: ({ device }) => void (device.networks = [{ ssid: 'tent', password: 'tomatoes', rssiDbm: -60 }]),
    step: 'wifi',
    code: 'wifi_not_found',
    says: 'The device does not hear the network tent. It hears no network at all. Check the name, and that the network sends on 2.4 GHz and reaches this place.',
  },
  {
    name: 'a wrong Wi-Fi password',
    break: ({ device }) => void (device.networks = [{ ssid: 'tent', password: 'cucumber', rssiDbm: -60 }]),
    mend: ({ device }) => void (device.networks = [{ ssid: 'tent', password: 'tomatoes', rssiDbm: -60 }]),
    step: 'wifi',
    code: 'wifi_not_joined',
    says: 'The device could not join the network tent (-60 dBm). Check the password; if it is right, the signal is too weak or the access point refuses the device.',
  },
  {
    name: 'a hidden network with another name',
    break: ({ device }) => void (device.networks = [{ ssid: '', password: '', rssiDbm: -60 }]),
    mend: ({ device }) => void (device.networks = [{ ssid: 'tent', password: 'tomatoes', rssiDbm: -60 }]),
    step: 'wifi',
    code: 'wifi_not_joined',
    says: 'The device could not join the network tent. Check the password; if it is right, the signal is too weak or the access point refuses the device.',
  },
  {
    name: 'a broker that the device does not reach',
    break: ({ device }) => void (device.isBrokerReachable = false),
    mend: ({ device }) => void (device.isBrokerReachable = true),
    step: 'broker_login',
    code: 'broker_not_reached',
    says: 'The device is in the network with the address 10.0.4.17, but is not connected to the broker 10.0.4.2:1883 after 30 s. Check that its network leads to the broker, that no firewall closes port 1883, and its login.',
  },
  {
    name: 'a console that does not hear the device',
    break: (bench) => void (bench.isHearing = false),
    mend: (bench) => void (bench.isHearing = true),
    step: 'seen',
    code: 'not_seen',
    says: 'ESP_0A1B2C is connected to the broker 10.0.4.2:1883, but this console has not heard it. Check on the broker screen that the console is connected to the same broker.',
  },
  {
    name: 'a refused approval',
    break: (bench) => void (bench.approval = failure('conflict', 'It was retired.')),
    mend: (bench) => void (bench.approval = { ok: true, value: null }),
    step: 'adopt',
    code: 'not_adopted',
    says: 'ESP_0A1B2C is there, but could not be taken into the plant. It was retired.',
  },
];

describe('a job that fails', () => {
  it.each(faults)('because of $name says what to do, leaves nothing behind and can be tried again', async (fault) => {
    const bench = new ProvisioningBench();
    bench.accounts.rows.set('ESP_OTHER', 'other');
    fault.break(bench);
    const job = await bench.run(fault.change);
    const at = job.steps.find(({ state }) => state === 'failed')?.id;
    expect([job.state, at, job.error?.code, job.error?.message]).toEqual(['failed', fault.step, fault.code, fault.says]); // prettier-ignore
    expectNothingLeft(bench, [['ESP_OTHER', 'other']]);
    expect(bench.journal.map(({ kind, details }) => [kind, details?.['code'], details?.['step']])).toEqual([
      ['provisioning.failed', fault.code, fault.step],
    ]);
    fault.mend?.(bench);
    bench.accounts.rows.delete('ESP_OTHER');
    await expectRetryWorks(bench, fault.change);
  });

  it.each(faults.filter(({ step }) => ['broker', 'wifi', 'broker_login', 'seen', 'adopt'].includes(step)))(
    'because of $name makes the earlier login of the device valid again',
    async (fault) => {
      const bench = new ProvisioningBench();
      bench.accounts.rows.set(deviceId, 'earlier');
      fault.break(bench);
      expect((await bench.run(fault.change)).error?.code).toBe(fault.code);
      expectNothingLeft(bench, [[deviceId, 'earlier']]);
      expect(bench.accounts.kept).toEqual([]);
    },
  );

  it('asks whether the board may have the id that it says, before anything is made for it or told to it', async () => {
    const bench = new ProvisioningBench();
    const asked: string[] = [];
    const started = bench.service.start(PORT, settingsWith(), 'user:anna', (id) => {
      asked.push(id);
      return jobFailure('device_known', 'This board is at work.');
    });
    if (!started.ok) throw new Error(started.error.message);
    const job = await bench.settle(bench.service.whenEnded(started.value.id));
    expect([asked, job.error?.code, bench.approvals]).toEqual([[deviceId], 'device_known', []]);
    expect(job.steps.filter(({ state }) => state === 'failed')).toMatchObject([{ id: 'account' }]);
    expectNothingLeft(bench);
    await expectRetryWorks(bench);
  });

  it('never writes a secret into journal, log or view', async () => {
    const bench = new ProvisioningBench();
    bench.isHearing = false;
    const job = await bench.run({ stopToken: 'stop-me-please' });
    const written = JSON.stringify([job, bench.journal, bench.log.lines]);
    expect(['tomatoes', 'stop-me-please', 'PASSWORD'].filter((secret) => written.includes(secret))).toEqual([]);
  });

  it('says so when the login could not be taken back', async () => {
    const bench = new ProvisioningBench();
    bench.isHearing = false;
    bench.accounts.undoFailure = new Error('disk full');
    const job = await bench.run();
    expect(job.error?.message).toContain('The login ESP_0A1B2C could not be taken back: delete it on the broker screen.'); // prettier-ignore
    expect(bench.leases[0]?.released).toBe(1);
  });

  it('by a bug frees its port and takes its login back all the same', async () => {
    const bench = new ProvisioningBench();
    bench.connect = async () => Promise.reject(new TypeError('a bug'));
    const job = await bench.run();
    expect(job.error).toEqual({
      code: 'internal',
      message: 'Something went wrong in the console itself. Try again; its log tells more.',
      retryable: true,
      details: {},
    });
    expect(bench.log.lines.map(({ msg }) => msg)).toEqual(['provisioning failed by a bug']);
    expectNothingLeft(bench);
  });
});
