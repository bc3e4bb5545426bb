import { networkInterfaces } from 'node:os';
import type { MachineAddress } from './proposal-rules';

/** The addresses that this machine has now, in the order of the operating system. */
export function machineAddresses(): MachineAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([interfaceName, addresses = []]) =>
    addresses.map(({ address, family, internal }) => ({
      interfaceName,
      address,
      family: family === 'IPv4' ? (4 as const) : (6 as const),
      isInternal: internal,
    })),
  );
}
