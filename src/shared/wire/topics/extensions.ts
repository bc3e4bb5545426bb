import type { MessageKey } from './topic-row';

/** Something that we added to the contract, harmless to devices and controllers that do not know it. */
export type Extension = {
  readonly name: string;
  /** Messages that carry it; none when it is a behaviour of the device alone. */
  readonly messages: readonly MessageKey[];
  /** Field of those messages, where it has one. */
  readonly field: string | null;
  /** Word in the heartbeat's `capabilities` without which the console never uses it; null where it needs no announcement. */
  readonly capability: string | null;
  readonly meaning: string;
};

/** To add one: one entry here, its field in the message's schema and in test/vectors, and tests of both sides. */
// prettier-ignore
export const extensions: readonly Extension[] = [
  { name: 'Firmware version', messages: ['heartbeat'], field: 'firmware_version', capability: null,
    meaning: 'Version of the firmware, for example "1.4.0"; the console picks the fitting image by it.' },
  { name: 'Board', messages: ['heartbeat'], field: 'hardware_type', capability: null,
    meaning: 'Type of the board, for example "esp32c3"; the console picks image and pin rules by it.' },
  { name: 'Capabilities', messages: ['heartbeat'], field: 'capabilities', capability: null,
    meaning: 'Words for what the device can do beyond the contract, at most 12.' },
  { name: 'Reboot', messages: ['systemCommand'], field: 'delay_ms', capability: 'reboot',
    meaning: 'Command "reboot": the device answers, then restarts after delay_ms.' },
  { name: 'Identify', messages: ['systemCommand'], field: 'seconds', capability: 'identify',
    meaning: 'Command "identify": the device blinks its LED for so many seconds, to be found in the field.' },
  { name: 'Drill', messages: ['deviceEmergency', 'broadcastEmergency'], field: 'command', capability: 'drill',
    meaning: 'Command "drill": takes the way of a stop without changing an output; answered with drill:true. Never to a device without the capability, because it might really stop.' },
  { name: 'Answer to a drill', messages: ['emergencyAck'], field: 'drill', capability: 'drill',
    meaning: 'True when the acknowledgement answers a drill and not a stop.' },
  { name: 'Stop on broken messages', messages: [], field: null, capability: 'unparsable_stop',
    meaning: 'The device also stops on a broadcast that it cannot parse or that is too long.' },
  { name: 'Commands without a zone', messages: [], field: null, capability: 'zone_free_commands',
    meaning: 'An approved device carries out commands even without a zone.' },
  { name: 'Expiry', messages: ['actuatorCommand'], field: 'expires_at', capability: 'expiry',
    meaning: 'Unix seconds after which a device with a valid clock refuses the command (outcome "expired"). MQTT 5 brokers get a message expiry as well.' },
  { name: 'Trace id', messages: [], field: null, capability: null,
    meaning: 'MQTT 5 user property "trace" on everything that the console publishes; 3.1.1 clients do not see it.' },
];
