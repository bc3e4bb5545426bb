import { useShallow } from 'zustand/react/shallow';
import { noFaults, type DeviceFaults } from '../../shared/api/plant';
import { usePlant } from '../connection/plant-store';

/** What is wrong with a simulated device, by the console's own word; nothing for a real one. */
export function useSimulatedFaults(deviceId: string): DeviceFaults {
  return usePlant(
    useShallow(({ status }) => status?.demo.faulty.find((one) => one.deviceId === deviceId)?.faults ?? noFaults),
  );
}
