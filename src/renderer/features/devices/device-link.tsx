import { hrefOf } from '../../app/router';
import { usePlant } from '../../connection/plant-store';
import { displayName } from './device-list-rules';

/** Name of a device as a link to its page; only the id of one that was forgotten. */
export function DeviceLink({ deviceId }: { readonly deviceId: string }) {
  const device = usePlant((plant) => plant.devices[deviceId]);
  if (!device) return <>{deviceId}</>;
  return <a href={hrefOf({ screen: 'device', deviceId })}>{displayName(device)}</a>;
}
