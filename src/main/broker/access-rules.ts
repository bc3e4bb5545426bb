import type { DeviceId } from '../../shared/domain/ids';
import { inboundMessages, isStockAddress, outboundMessages } from '../../shared/wire/catalogue';
import { BROADCAST_EMERGENCY_TOPIC, deviceTopic, parseDeviceTopic, serverStatusTopic } from '../../shared/wire/topic';
import { isPublishable } from './topic-filter';

/** Who is behind a connection. `device`: its user name is its id. `client`: a script or tool of the operator. `console`: ourselves. */
export type Identity =
  | { readonly role: 'device'; readonly username: string; readonly deviceId: DeviceId }
  | { readonly role: 'client'; readonly username: string }
  | { readonly role: 'console'; readonly username: string };

const WILL = 'system/will';

/** What a device sends: the whole catalogue. */
const fromDevice: ReadonlySet<string> = new Set(
  Object.values(inboundMessages).flatMap(({ path, aliases }) => [path, ...aliases]),
);

/** What a device subscribes to: the twelve topics of 1.0. */
const toDevice: ReadonlySet<string> = new Set(
  Object.values(outboundMessages)
    .map(({ path }): string => path)
    .filter((path) => path !== BROADCAST_EMERGENCY_TOPIC),
);

/** May this connection publish to this topic? Nobody publishes below `$`: that is the broker's own. */
export function mayPublish(identity: Identity, kaiserId: string, topic: string): boolean {
  if (!isPublishable(topic) || topic.startsWith('$')) return false;
  switch (identity.role) {
    case 'console':
      return true;
    case 'client':
      return !/^kaiser\/[^/]*\/server\/status$/.test(topic);
    case 'device': {
      const parsed = parseDeviceTopic(topic);
      if (parsed?.deviceId !== identity.deviceId) return false;
      if (parsed.kaiserId === kaiserId) return fromDevice.has(parsed.path);
      return isStockAddress(parsed);
    }
  }
}

/** May this connection have this subscription? For a device the filter must lie within its own topics, wildcards included. */
export function maySubscribe(identity: Identity, kaiserId: string, filter: string): boolean {
  if (identity.role !== 'device') return true;
  if (filter === serverStatusTopic(kaiserId) || filter === BROADCAST_EMERGENCY_TOPIC) return true;
  if (toDevice.has(pathBelow(deviceTopic(kaiserId, identity.deviceId, ''), filter))) return true;
  const parsed = parseDeviceTopic(filter);
  return parsed?.kaiserId === kaiserId && parsed.deviceId === identity.deviceId && toDevice.has(parsed.path);
}

/** May this connection arm this last will? A device only on its own will topic; the others where they may publish. */
export function mayLeaveWill(identity: Identity, kaiserId: string, topic: string): boolean {
  if (identity.role === 'device') return topic === deviceTopic(kaiserId, identity.deviceId, WILL);
  return mayPublish(identity, kaiserId, topic);
}

/** A device retains nothing but its last will (wire contract 0.4). */
export function mayRetain(identity: Identity, topic: string): boolean {
  return identity.role !== 'device' || topic.endsWith(`/${WILL}`);
}

function pathBelow(prefix: string, filter: string): string {
  return filter.startsWith(prefix) ? filter.slice(prefix.length) : '';
}
