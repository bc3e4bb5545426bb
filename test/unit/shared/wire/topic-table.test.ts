import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inboundMessages, outboundMessages } from '../../../../src/shared/wire/catalogue';
import { DEVICE_PREFIX, messages, topicTable } from '../../../../src/shared/wire/reference';
import {
  BROADCAST_EMERGENCY_TOPIC,
  parseDeviceTopic,
  serverStatusTopic,
  subscriptionPattern,
} from '../../../../src/shared/wire/topic';
import { extensions } from '../../../../src/shared/wire/topics/extensions';
import type { MessageKey, TopicRow } from '../../../../src/shared/wire/topics/topic-row';

const spoken = topicTable.filter(({ status }) => status === 'spoken');
const messageKeys = [...Object.keys(inboundMessages), ...Object.keys(outboundMessages), 'controllerStatus'];

/** What follows the device's id, in the catalogue's notation. */
const pathOf = ({ topic }: TopicRow) => topic.slice(DEVICE_PREFIX.length).replace('{gpio}', '+');

describe('the topic table', () => {
  it('has every number of the contract', () => {
    const numbers = [...new Set(topicTable.map(({ number }) => number))];
    expect(numbers).toEqual(Array.from({ length: 37 }, (_, index) => index + 1));
  });

  it('names no topic twice', () => {
    const topics = topicTable.map(({ topic }) => topic);
    expect(topics.filter((topic, index) => topics.indexOf(topic) !== index)).toEqual([]);
  });

  it('has exactly one row for every message of the catalogue', () => {
    expect(spoken.map(({ message }) => String(message)).toSorted()).toEqual(messageKeys.toSorted());
  });

  it('has no message for topics that nobody speaks', () => {
    const silent = topicTable.filter(({ status }) => status !== 'spoken');
    const wrong = silent.filter((row) => row.message !== null || row.qosSent !== null || row.qosSubscribed !== null);
    expect(wrong).toEqual([]);
    expect(silent.filter(({ status }) => status === 'dead').map(({ topic }) => topic)).toEqual([
      'P/sensor/batch',
      'P/subzone/status',
    ]);
  });

  it('marks exactly the two retained topics', () => {
    const retained = topicTable.filter(({ isRetained }) => isRetained).map(({ topic }) => topic);
    expect(retained).toEqual(['P/system/will', 'kaiser/{kaiser_id}/server/status']);
  });

  it.each(topicTable)('$topic has whole sentences', ({ purpose, reaction }) => {
    expect(purpose).toMatch(/^[A-Z].{8,}\.$/);
    expect(reaction).toMatch(/^[A-Z].{8,}\.$/);
  });
});

describe('a spoken topic', () => {
  it.each(spoken.filter(({ direction }) => direction === 'device to console'))(
    '$topic agrees with its message in path and subscription',
    (row) => {
      const message = inboundMessages[row.message as keyof typeof inboundMessages];
      expect({ path: message.path, qos: message.qos }).toEqual({ path: pathOf(row), qos: row.qosSubscribed });
    },
  );

  it.each(spoken.filter(({ direction }) => direction === 'console to device'))(
    '$topic agrees with its message in path and QoS',
    (row) => {
      const message = outboundMessages[row.message as keyof typeof outboundMessages];
      expect({ path: message.path, qos: message.qos }).toEqual({ path: pathOf(row), qos: row.qosSent });
    },
  );

  it('to all devices agrees with its message in topic and QoS', () => {
    const toAll = spoken.filter(({ direction }) => direction === 'console to all devices');
    expect(toAll.map(({ topic, qosSent }) => [topic.replace('{kaiser_id}', 'god'), qosSent])).toEqual([
      [serverStatusTopic('god'), messages.controllerStatus.qos],
      [BROADCAST_EMERGENCY_TOPIC, messages.broadcastEmergency.qos],
    ]);
    expect(serverStatusTopic('god')).toContain(messages.controllerStatus.path);
    expect(messages.broadcastEmergency.path).toBe(BROADCAST_EMERGENCY_TOPIC);
  });

  it.each(spoken.filter(({ topic }) => topic.startsWith(DEVICE_PREFIX)))('$topic is what the parser reads', (row) => {
    const topic = `kaiser/god/esp/ESP_0A1B2C/${pathOf(row).replace('+', '4')}`;
    expect(parseDeviceTopic(topic)).toMatchObject({ path: pathOf(row), gpio: row.topic.includes('{gpio}') ? 4 : null });
    expect(subscriptionPattern('god', pathOf(row))).toBe(`kaiser/god/esp/+/${pathOf(row)}`);
  });
});

describe('the extensions', () => {
  const fieldsOf = (key: MessageKey) =>
    Object.keys(z.toJSONSchema(messages[key].schema, { io: 'input', unrepresentable: 'any' }).properties ?? {});

  it.each(extensions)('$name stands in the schema of its messages', ({ field, messages: keys }) => {
    const missing = keys.filter((key) => field !== null && !fieldsOf(key).includes(field));
    expect(missing).toEqual([]);
    expect(keys.length === 0).toBe(field === null);
  });

  it('announce themselves in words that fit a heartbeat', () => {
    const words = new Set(extensions.flatMap(({ capability }) => capability ?? []));
    expect([...words].filter((word) => !/^[a-z_]{1,32}$/.test(word))).toEqual([]);
    expect(words).toEqual(new Set(['drill', 'reboot', 'identify', 'unparsable_stop', 'zone_free_commands', 'expiry']));
  });
});
