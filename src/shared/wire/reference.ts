import { controllerStatus, inboundMessages, outboundMessages } from './catalogue';
import type { InboundMessage, OutboundMessage } from './message';
import { fromDevice } from './topics/from-device';
import { deadTopics, legacyTopics } from './topics/silent';
import { toAllDevices, toDevice } from './topics/to-device';
import type { MessageKey, SpokenRow, TopicDirection, TopicRow, TopicStatus } from './topics/topic-row';

/*
 * The contract as data, for whoever documents or checks it (scripts/protocol.mjs, tests). The console itself runs on the catalogue; a test
 * proves that both say the same.
 */

export { apiErrorStatus } from '../domain/error-codes';
export { codeReference } from './codes/code-reference';
export { codeTables } from './codes/code-tables';
export { extensions } from './topics/extensions';

/** Stands at the beginning of a row's topic for `kaiser/{kaiser_id}/esp/{esp_id}`. */
export const DEVICE_PREFIX = 'P/';

/** Every message that the console speaks, by its key. */
export const messages: Readonly<Record<MessageKey, InboundMessage<unknown> | OutboundMessage<unknown>>> = {
  ...inboundMessages,
  ...outboundMessages,
  controllerStatus,
};

/** Every topic of wire contract 1.0 and 1.34, in the order of their numbers. */
export const topicTable: readonly TopicRow[] = [
  ...fromDevice.map((row) => spoken(row, 'device to console')),
  ...toDevice.map((row) => spoken(row, 'console to device')),
  ...toAllDevices.map((row) => spoken(row, 'console to all devices')),
  ...deadTopics.map((row) => silent(row, 'dead', 'Never sent and not subscribed to.')),
  ...legacyTopics.map((row) => silent(row, 'ignored', 'Not subscribed to and never sent.')),
].toSorted((a, b) => a.number - b.number);

function spoken(row: SpokenRow, direction: TopicDirection): TopicRow {
  return { isRetained: false, status: 'spoken', direction, ...row };
}

function silent(row: (typeof deadTopics)[number], status: TopicStatus, reaction: string): TopicRow {
  return { ...row, qosSent: null, qosSubscribed: null, isRetained: false, status, message: null, reaction };
}
