import type { CommissioningRoom } from './commissioning/commissioning-room';
import type { FlashRoom } from './flash/flash-room';
import type { Provisioning } from './provisioning/provisioning-room';

/** The rooms around the serial ports: flashing, provisioning, commissioning. BRANCH ONLY: filled when the parts are merged. */
export function buildCommissioning(): {
  flash: FlashRoom;
  provisioning: Provisioning;
  commissioning: CommissioningRoom;
} {
  const missing = () => {
    throw new Error('not merged yet');
  };
  const nothing = new Proxy({}, { get: () => missing });
  return {
    flash: nothing as FlashRoom,
    provisioning: nothing as Provisioning,
    commissioning: nothing as CommissioningRoom,
  };
}
