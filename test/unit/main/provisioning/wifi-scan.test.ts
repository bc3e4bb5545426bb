import { describe, expect, it } from 'vitest';
import { improvErrors, rpcs } from '../../../../src/main/provisioning/improv-codec';
import { deviceId, expectNothingLeft, PORT, ProvisioningBench } from './provisioning-bench';

describe('the scan', () => {
  it('tells who answers and which networks it hears, and frees the port', async () => {
    const bench = new ProvisioningBench();
    bench.device.networks.push({ ssid: 'Gewächshaus', password: '', rssiDbm: -80 });
    expect(await bench.settle(bench.service.scan(PORT))).toEqual({
      ok: true,
      value: {
        firmware: { name: 'Leitstand', version: '0.1.0', chip: 'ESP32-C3' },
        deviceId,
        networks: [
          { ssid: 'tent', rssiDbm: -60, isSecured: true },
          { ssid: 'Gewächshaus', rssiDbm: -80, isSecured: true },
        ],
      },
    });
    expectNothingLeft(bench);
  });

  it('works with another firmware that speaks Improv', async () => {
    const bench = new ProvisioningBench();
    bench.device.refusals.set(rpcs.getIdentity, improvErrors.unknownRpc);
    expect(await bench.settle(bench.service.scan(PORT))).toMatchObject({ ok: true, value: { deviceId: null } });
  });

  it('asks a busy device again, and then says that it stays busy', async () => {
    const bench = new ProvisioningBench();
    bench.device.refusals.set(rpcs.scanWifi, improvErrors.busy);
    const scan = await bench.settle(bench.service.scan(PORT));
    expect(scan.ok ? null : scan.error.message).toContain('it stays busy');
    expect(bench.device.heard.filter((rpc) => rpc === rpcs.scanWifi)).toHaveLength(5);
    expectNothingLeft(bench);
  });

  it('tells a chip in its loader from one without firmware', async () => {
    const bench = new ProvisioningBench();
    bench.device.deaf.add(rpcs.deviceInfo);
    const scan = bench.service.scan(PORT);
    bench.clock.after(100, () => bench.device.say('boot:0x2 (DOWNLOAD(USB/UART0))\r\nwaiting for download\r\n'));
    const result = await bench.settle(scan);
    expect(result.ok ? null : [result.error.code, result.error.message, result.error.details['heard']]).toEqual([
      'no_firmware',
      'The chip at /dev/ttyUSB0 waits in its loader. Press RESET (not BOOT) and try again.',
      'waiting for download',
    ]);
  });

  it('ends with the console, which waits until the port is free', async () => {
    const bench = new ProvisioningBench();
    bench.device.stuck.add(rpcs.scanWifi);
    const scan = bench.service.scan(PORT);
    bench.clock.advance(1_000);
    await bench.settle(bench.service.stop());
    expectNothingLeft(bench);
    const result = await scan;
    expect(result.ok ? null : result.error.code).toBe('interrupted');
  });

  it('says that the port is not there, or taken', async () => {
    const bench = new ProvisioningBench();
    const first = bench.service.scan(PORT);
    const codes = await Promise.all([bench.service.scan('/dev/none'), bench.service.scan(PORT)]);
    await bench.settle(first);
    expect(codes.map((scan) => (scan.ok ? null : scan.error.code))).toEqual(['port_absent', 'port_in_use']);
  });
});
