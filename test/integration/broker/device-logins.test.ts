import { describe, expect, it } from 'vitest';
import { DeviceLogins } from '../../../src/main/broker/device-logins';
import type { AccountService } from '../../../src/main/broker/account-service';
import { deviceIdSchema } from '../../../src/shared/domain/ids';
import { failure, success } from '../../../src/shared/domain/result';
import { withDeadline } from '../../fakes/wait';
import { BrokerBench, deadlineMs } from './broker-bench';

const deviceId = deviceIdSchema.parse('ESP_A1');

/** Accounts of the bench, whose earlier password stays valid: only connections are looked at here. */
function loginsOf(bench: BrokerBench, issue: AccountService['issue']): DeviceLogins {
  return new DeviceLogins({ issue, keep: () => undefined }, bench.broker);
}

describe('a login that is handed to a device', () => {
  it('ends the connection of the one before, and being taken back its own', async () => {
    await using bench = await BrokerBench.start();
    const login = bench.deviceLogin('ESP_A1');
    const told: string[] = [];
    const logins = loginsOf(bench, async () => success({ login, undo: async () => void told.push('undone') }));
    const other = await bench.connect(bench.deviceLogin('ESP_B2'), { reconnectPeriod: 0 });
    const before = await bench.connect(login, { reconnectPeriod: 0 });
    expect(logins.isConnected('ESP_A1')).toBe(true);

    const issued = await logins.issue(deviceId);
    await withDeadline(before.closed, deadlineMs, 'the connection of the old login to end');
    expect(logins.isConnected('ESP_A1')).toBe(false);

    const after = await bench.connect(login, { reconnectPeriod: 0 });
    if (issued.ok) await issued.value.undo();
    await withDeadline(after.closed, deadlineMs, 'the connection of the new login to end');
    expect([told, logins.isConnected('ESP_A1'), other.mqtt.connected]).toEqual([['undone'], false, true]);
  });

  it('that cannot be made leaves the connection as it is', async () => {
    await using bench = await BrokerBench.start();
    const logins = loginsOf(bench, async () => failure('too_large', 'full'));
    const device = await bench.connect(bench.deviceLogin('ESP_A1'));
    expect(await logins.issue(deviceId)).toEqual(failure('too_large', 'full'));
    expect([device.mqtt.connected, logins.isConnected('ESP_A1')]).toEqual([true, true]);
  });
});
