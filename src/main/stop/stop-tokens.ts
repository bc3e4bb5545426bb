import type { DeviceId } from '../../shared/domain/ids';
import { failure, type Result } from '../../shared/domain/result';

/** Secrets that devices ask for before they stop. */
export class StopTokens {
  view(): { broadcast: boolean; devices: DeviceId[] } {
    return { broadcast: false, devices: [] };
  }

  setBroadcast(_token: string | null, _actor: string): Result<{ stored: boolean }> {
    return failure('unsupported', 'not built yet');
  }

  setDevice(_deviceId: DeviceId, _token: string | null, _actor: string): Result<{ stored: boolean }> {
    return failure('unsupported', 'not built yet');
  }
}
