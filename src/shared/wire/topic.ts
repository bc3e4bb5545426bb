import { deviceIdSchema, type DeviceId } from '../domain/ids';

export type DeviceTopic = {
  readonly kaiserId: string;
  readonly deviceId: DeviceId;
  /** The rest with the pin replaced by `+`, as in the catalogue. */
  readonly path: string;
  readonly gpio: number | null;
};

const KAISER = /^[A-Za-z0-9_]{1,63}$/;
const PIN = /^(0|[1-9]\d{0,2})$/;
const HIGHEST_PIN = 255;
/** Branches whose second segment is a pin, when it is a number. */
const PIN_BRANCHES = new Set(['sensor', 'actuator']);

/** Topic of one device. `path` as in the catalogue; `gpio` replaces its `+`. */
export function deviceTopic(kaiserId: string, deviceId: DeviceId, path: string, gpio?: number): string {
  return `kaiser/${kaiserId}/esp/${deviceId}/${gpio === undefined ? path : path.replace('+', String(gpio))}`;
}

/** Subscription pattern of a message over all devices of one kaiser. */
export function subscriptionPattern(kaiserId: string, path: string): string {
  return `kaiser/${kaiserId}/esp/+/${path}`;
}

/** Retained state of the controller (wire contract 1.6). */
export function serverStatusTopic(kaiserId: string): string {
  return `kaiser/${kaiserId}/server/status`;
}

/** Stops every device (wire contract 1.23). */
export const BROADCAST_EMERGENCY_TOPIC = 'kaiser/broadcast/emergency';

/** Takes a device topic apart; null when it is none, or when an id or a pin breaks the grammar (0.3) or a wildcard stands in it. */
export function parseDeviceTopic(topic: string): DeviceTopic | null {
  const parts = topic.split('/');
  const [root, kaiserId, esp, id, branch, second] = parts;
  if (root !== 'kaiser' || esp !== 'esp' || !kaiserId || !id || !branch || !KAISER.test(kaiserId)) return null;
  if (/[+#]/.test(topic)) return null; // only a broken broker delivers such a topic
  const device = deviceIdSchema.safeParse(id);
  if (!device.success) return null;
  const isPin = second !== undefined && PIN_BRANCHES.has(branch) && PIN.test(second);
  const gpio = isPin ? Number(second) : null;
  if (gpio !== null && gpio > HIGHEST_PIN) return null;
  const rest = parts.slice(4);
  if (isPin) rest[1] = '+';
  return { kaiserId, deviceId: device.data, path: rest.join('/'), gpio };
}
