import type { OperationView } from '../../shared/api/operations';
import type { DeviceId, SubzoneId, ZoneId } from '../../shared/domain/ids';
import { failure, type Result } from '../../shared/domain/result';

export type SubzoneInput = {
  readonly id: SubzoneId;
  readonly name?: string | undefined;
  readonly gpios: readonly number[];
  readonly parentZoneId?: ZoneId | undefined;
};

/** Subzones of devices. */
export class Subzones {
  assign(_deviceId: DeviceId, _input: SubzoneInput, _actor: string): Result<OperationView> {
    return failure('unsupported', 'not built yet');
  }

  remove(_deviceId: DeviceId, _id: SubzoneId, _actor: string): Result<OperationView> {
    return failure('unsupported', 'not built yet');
  }

  safe(_deviceId: DeviceId, _id: SubzoneId, _isEnabled: boolean, _actor: string): Result<OperationView> {
    return failure('unsupported', 'not built yet');
  }
}
