import type { SpokenRow } from './topic-row';

/** What the console sends to one device. To add one: three lines here; the message itself is in the catalogue. */
// prettier-ignore
export const toDevice: readonly SpokenRow[] = [
  { number: 4, section: '1.4', message: 'heartbeatAck', topic: 'P/system/heartbeat/ack', qosSent: 1, qosSubscribed: 1,
    purpose: 'The answer to a heartbeat: it opens the device\'s gate for publishing and tells its approval.',
    reaction: 'Sent for every heartbeat, in the short form that fits stock firmware.' },
  { number: 12, section: '1.12', message: 'systemCommand', topic: 'P/system/command', qosSent: 2, qosSubscribed: 2,
    purpose: 'A maintenance command; names are lower case.',
    reaction: 'Sent when the operator asks for it, to a device that is online.',
    note: 'Parameters stand at the top level, where stock firmware looks for them.' },
  { number: 16, section: '1.15', message: 'sensorCommand', topic: 'P/sensor/{gpio}/command', qosSent: 2, qosSubscribed: 2,
    purpose: 'Asks for one measurement now.',
    reaction: 'Sent at most once a second for a pin and four times a second for a device.' },
  { number: 18, section: '1.17', message: 'actuatorCommand', topic: 'P/actuator/{gpio}/command', qosSent: 2, qosSubscribed: 2,
    purpose: 'Drives one actuator.',
    reaction: 'Sent to an approved device that is online, if no stop and no interlock forbids it; never sent late.',
    note: 'The device searches the text for "key": without a space. correlation_id and intent_id are the same UUID.' },
  { number: 22, section: '1.21', message: 'deviceEmergency', topic: 'P/actuator/emergency', qosSent: 1, qosSubscribed: 1,
    purpose: 'Stops one device by software, or clears its stop.',
    reaction: 'Sent at once, past every queue and limit; a clear not before 5 seconds after the stop.',
    note: 'Every text key is present. The reason is shortened until the message fits.' },
  { number: 27, section: '1.24', message: 'configPush', topic: 'P/config', qosSent: 2, qosSubscribed: 2,
    purpose: 'Sensors, actuators and offline rules of one device.',
    reaction: 'Sent one at a time for a device, with a growing generation; split by section when it would be too long.',
    note: 'A section that is absent stays as it is; an entry is removed with active: false.' },
  { number: 29, section: '1.26', message: 'zoneAssign', topic: 'P/zone/assign', qosSent: 1, qosSubscribed: 1,
    purpose: 'Puts a device into a zone or takes it out.',
    reaction: 'Sent with all text keys present; the zone is pending until the device answers, at most 15 seconds.',
    note: 'Every text key is present: stock firmware turns a missing one into the word "null". An empty zone_id removes the zone.' },
  { number: 31, section: '1.28', message: 'subzoneAssign', topic: 'P/subzone/assign', qosSent: 1, qosSubscribed: 1,
    purpose: 'Puts pins of a device into a subzone.',
    reaction: 'Sent after the zone is confirmed, one at a time for a device.',
    note: 'Every text key is present, also when it is empty.' },
  { number: 32, section: '1.29', message: 'subzoneRemove', topic: 'P/subzone/remove', qosSent: 1, qosSubscribed: 1,
    purpose: 'Removes a subzone from a device.',
    reaction: 'Sent when the operator removes the subzone.' },
  { number: 33, section: '1.30', message: 'subzoneSafe', topic: 'P/subzone/safe', qosSent: 1, qosSubscribed: 1,
    purpose: 'Switches the safe mode of a subzone; it does not touch pins of actuators.',
    reaction: 'Sent when the operator asks for it; stock firmware answers only a refusal.' },
];

/** What the console sends to all devices at once. */
// prettier-ignore
export const toAllDevices: readonly SpokenRow[] = [
  { number: 6, section: '1.6', message: 'controllerStatus', topic: 'kaiser/{kaiser_id}/server/status', qosSent: 1, qosSubscribed: 1, isRetained: true,
    purpose: 'Tells devices whether their controller is there; the offline form is also the console\'s last will.',
    reaction: 'Sent retained after every connect and before a clean end; without it devices notice only after 120 seconds.' },
  { number: 26, section: '1.23', message: 'broadcastEmergency', topic: 'kaiser/broadcast/emergency', qosSent: 2, qosSubscribed: 2,
    purpose: 'Stops every device by software; there is no clear on this topic.',
    reaction: 'Sent at once with a stop of the whole plant, beside one message for each known device.',
    note: 'Every value is a text: devices refuse a stop with a number as timestamp.' },
];
