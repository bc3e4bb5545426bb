import { usePlant } from '../connection/plant-store';

type Pin = { readonly deviceId: string; readonly gpio: number; readonly subzoneId?: string | undefined };

/** The subzone that a pin belongs to: the one that its device confirmed, else the one that the device itself names. */
export function useSubzoneName({ deviceId, gpio, subzoneId }: Pin): string | undefined {
  return usePlant(({ devices }) => {
    const subzones = devices[deviceId]?.subzones ?? [];
    const own = subzones.find(({ confirmed }) => confirmed?.gpios.includes(gpio));
    const named = own ?? subzones.find(({ id }) => id === subzoneId);
    return named ? named.name || named.id : subzoneId;
  });
}
