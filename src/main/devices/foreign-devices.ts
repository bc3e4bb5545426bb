import type { ForeignDevice } from '../../shared/api/devices';

/** Devices of other controllers. */
export class ForeignDevices {
  list(): ForeignDevice[] {
    return [];
  }
}
