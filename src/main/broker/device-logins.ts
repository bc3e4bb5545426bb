import type { DeviceId } from '../../shared/domain/ids';
import { success, type Result } from '../../shared/domain/result';
import type { AccountService, IssuedLogin } from './account-service';
import type { EmbeddedBroker } from './embedded-broker';

/** Logins that the console hands to devices: a new one, or taking it back, ends the connection that the other one was used for. */
export class DeviceLogins {
  constructor(
    private readonly accounts: Pick<AccountService, 'issue' | 'keep'>,
    private readonly broker: Pick<EmbeddedBroker, 'disconnect' | 'isConnected'>,
  ) {}

  /** A fresh login for the device in the place of its earlier one. Fails with `conflict`, `too_large` or `storage_unavailable`. */
  async issue(deviceId: DeviceId): Promise<Result<IssuedLogin>> {
    const issued = await this.accounts.issue(deviceId);
    if (!issued.ok) return issued;
    const { login, undo } = issued.value;
    this.broker.disconnect(login.username);
    return success({
      login,
      undo: async () => {
        await undo();
        this.broker.disconnect(login.username);
      },
    });
  }

  /** The device belongs to the plant: its login stays. */
  keep(deviceId: DeviceId): void {
    this.accounts.keep(deviceId);
  }

  isConnected(username: string): boolean {
    return this.broker.isConnected(username);
  }
}
