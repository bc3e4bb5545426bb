import type { TopicRow } from './topic-row';

type SilentRow = Pick<TopicRow, 'number' | 'section' | 'topic' | 'direction' | 'purpose'>;

/** Declared upstream, never sent, no handler anywhere. */
// prettier-ignore
export const deadTopics: readonly SilentRow[] = [
  { number: 15, section: '1.14', topic: 'P/sensor/batch', direction: 'device to console', purpose: 'Several values in one message.' },
  { number: 35, section: '1.32', topic: 'P/subzone/status', direction: 'device to console', purpose: 'The state of a subzone.' },
];

const legacy = (topic: string, purpose: string): SilentRow => ({
  number: 37,
  section: '1.34',
  topic,
  direction: 'none',
  purpose,
});

/** Names in upstream's code or documents that carry no traffic. To add one: one line here. */
export const legacyTopics: readonly SilentRow[] = [
  legacy('P/status', 'Old name of the device state.'),
  legacy('P/safe_mode', 'Old name for the safe mode of a device.'),
  legacy('P/health/status', 'Old name of the health snapshot.'),
  legacy('P/response', 'Old name for answers of a device.'),
  legacy('P/pi_enhanced/request', 'Raw values for conversion by the server.'),
  legacy('P/pi_enhanced/response', 'Converted values from the server; no device subscribes.'),
  legacy('P/config/sensor/{gpio}', 'Configuration of one sensor; no device subscribes.'),
  legacy('P/config/actuator/{gpio}', 'Configuration of one actuator; no device subscribes.'),
  legacy('P/library/#', 'Sensor libraries for download.'),
  legacy('P/mqtt/auth_update', 'New access data of the broker.'),
  legacy('P/mqtt/auth_status', 'Result of new access data.'),
  legacy(
    'P/system/response',
    'Name of the system response in upstream documents; devices use system/command/response.',
  ),
  legacy('kaiser/{kaiser_id}/discovery/esp32_nodes', 'Old way of discovery, replaced by the heartbeat.'),
  legacy('kaiser/{kaiser_id}/command', 'Command to a controller.'),
  legacy('kaiser/{kaiser_id}/status', 'Status of a controller.'),
  legacy('kaiser/broadcast/all', 'Broadcast without a meaning.'),
  legacy('kaiser/broadcast/zone/{zone_id}', 'Broadcast to one zone.'),
  legacy('kaiser/broadcast/system_update', 'Broadcast of an update.'),
];
