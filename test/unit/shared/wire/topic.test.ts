import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import {
  BROADCAST_EMERGENCY_TOPIC,
  deviceTopic,
  parseDeviceTopic,
  serverStatusTopic,
  subscriptionPattern,
} from '../../../../src/shared/wire/topic';
import { readVectors, type Json } from './vector-files';

type TopicVector = {
  readonly name: string;
  readonly topic: string;
  readonly expected?: Json;
  readonly unparsable?: string;
};
const { vectors } = readVectors('topics.json') as { vectors: TopicVector[] };
const device = 'ESP_0A1B2C' as DeviceId;

describe('parseDeviceTopic', () => {
  it.each(vectors)('$name', ({ topic, expected }) => {
    expect(parseDeviceTopic(topic)).toEqual(expected ?? null);
  });
});

describe('topics that the console composes', () => {
  it.each([
    [deviceTopic('god', device, 'actuator/+/command', 18), 'kaiser/god/esp/ESP_0A1B2C/actuator/18/command'],
    [deviceTopic('god', device, 'sensor/+/command', 0), 'kaiser/god/esp/ESP_0A1B2C/sensor/0/command'],
    [deviceTopic('god', device, 'zone/assign'), 'kaiser/god/esp/ESP_0A1B2C/zone/assign'],
    [subscriptionPattern('god', 'sensor/+/data'), 'kaiser/god/esp/+/sensor/+/data'],
    [serverStatusTopic('plant_2'), 'kaiser/plant_2/server/status'],
    [BROADCAST_EMERGENCY_TOPIC, 'kaiser/broadcast/emergency'],
  ])('%s', (topic, expected) => {
    expect(topic).toBe(expected);
  });

  it('come back whole from the parser', () => {
    expect(parseDeviceTopic(deviceTopic('god', device, 'actuator/+/status', 25))).toEqual({
      kaiserId: 'god',
      deviceId: device,
      path: 'actuator/+/status',
      gpio: 25,
    });
  });
});
