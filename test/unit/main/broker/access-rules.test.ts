import { describe, expect, it } from 'vitest';
import {
  mayLeaveWill,
  mayPublish,
  mayRetain,
  maySubscribe,
  type Identity,
} from '../../../../src/main/broker/access-rules';
import { deviceIdSchema } from '../../../../src/shared/domain/ids';
import { inboundMessages } from '../../../../src/shared/wire/catalogue';

const device: Identity = { role: 'device', username: 'ESP_A1', deviceId: deviceIdSchema.parse('ESP_A1') };
const client: Identity = { role: 'client', username: 'script' };
const console: Identity = { role: 'console', username: 'console:0123456789abcdef' };

const own = (path: string) => `kaiser/god/esp/ESP_A1/${path}`;
const foreign = (path: string) => `kaiser/god/esp/ESP_B2/${path}`;

type Row = readonly [topic: string, isAllowed: boolean];
const answers = (rows: readonly Row[], ask: (topic: string) => boolean): Row[] =>
  rows.map(([topic]) => [topic, ask(topic)]);

describe('mayPublish', () => {
  it('lets a device send every message of the catalogue under its own id', () => {
    const topics = Object.values(inboundMessages).map(({ path }) => own(path.replace('+', '4')));
    expect(topics.filter((topic) => !mayPublish(device, 'god', topic))).toEqual([]);
  });

  it('lets a device send under its own id, on topics of the catalogue, and nowhere else', () => {
    const rows: readonly Row[] = [
      [own('system/heartbeat'), true],
      [own('sensor/0/data'), true],
      [own('sensor/255/data'), true],
      [own('sensor/256/data'), false],
      [own('sensor/04/data'), false],
      [own('sensor/-1/data'), false],
      [own('sensor/data'), false],
      [own('sensor/4/data/more'), false],
      [own('sensor/+/data'), false],
      [own('#'), false],
      [own('system/heartbeat/ack'), false],
      [own('actuator/4/command'), false],
      [own('actuator/emergency'), false],
      [own('config'), false],
      [own('something/else'), false],
      [own('System/heartbeat'), false],
      [own(''), false],
      [foreign('system/heartbeat'), false],
      [foreign('sensor/4/data'), false],
      [foreign('system/will'), false],
      ['kaiser/god/esp/ESP_A1', false],
      ['kaiser/god/esp/ESP_A12/system/heartbeat', false],
      ['kaiser/god/esp/esp_a1/system/heartbeat', false],
      ['kaiser/other/esp/ESP_A1/system/heartbeat', false],
      ['kaiser/god/esp/ESP_A1/../ESP_B2/system/heartbeat', false],
      ['/kaiser/god/esp/ESP_A1/system/heartbeat', false],
      ['kaiser/god/server/status', false],
      ['kaiser/broadcast/emergency', false],
      ['$SYS/broker/clients', false],
      ['$share/group/kaiser/god/esp/ESP_A1/system/heartbeat', false],
      ['', false],
      [`${own('system/heartbeat')}\0`, false],
    ];
    expect(answers(rows, (topic) => mayPublish(device, 'god', topic))).toEqual(rows);
  });

  it('lets a client of the operator send anywhere but on the status of a controller and below $', () => {
    const rows: readonly Row[] = [
      [own('sensor/4/data'), true],
      [own('actuator/4/command'), true],
      ['kaiser/broadcast/emergency', true],
      ['weather/outside', true],
      ['kaiser/god/server/status', false],
      ['kaiser/other/server/status', false],
      ['kaiser//server/status', false],
      ['kaiser/god/server/status/history', true],
      ['kaiser/god/+/data', false],
      ['weather/#', false],
      ['$SYS/refused', false],
      ['', false],
    ];
    expect(answers(rows, (topic) => mayPublish(client, 'god', topic))).toEqual(rows);
  });

  it('lets the console send anywhere but below $ and with wildcards', () => {
    const rows: readonly Row[] = [
      ['kaiser/god/server/status', true],
      [own('actuator/4/command'), true],
      ['kaiser/broadcast/emergency', true],
      ['$SYS/refused', false],
      [own('actuator/+/command'), false],
      ['#', false],
      ['', false],
    ];
    expect(answers(rows, (topic) => mayPublish(console, 'god', topic))).toEqual(rows);
  });
});

describe('maySubscribe', () => {
  it('lets a device have the twelve topics of the wire contract', () => {
    const filters = [
      own('system/heartbeat/ack'),
      own('system/command'),
      own('actuator/+/command'),
      own('actuator/emergency'),
      own('sensor/+/command'),
      own('config'),
      own('zone/assign'),
      own('subzone/assign'),
      own('subzone/remove'),
      own('subzone/safe'),
      'kaiser/god/server/status',
      'kaiser/broadcast/emergency',
    ];
    expect(filters.filter((filter) => !maySubscribe(device, 'god', filter))).toEqual([]);
  });

  it('keeps a device within its own topics, wildcards included', () => {
    const rows: readonly Row[] = [
      [own('actuator/4/command'), true],
      [own('actuator/256/command'), false],
      [own('actuator/#'), false],
      [own('actuator/+/+'), false],
      [own('+/+/command'), false],
      [own('+'), false],
      [own('#'), false],
      [own('system/heartbeat'), false],
      [own('sensor/4/data'), false],
      [own('system/will'), false],
      [foreign('config'), false],
      [foreign('actuator/+/command'), false],
      ['kaiser/god/esp/+/config', false],
      ['kaiser/god/esp/+/actuator/+/command', false],
      ['kaiser/+/esp/ESP_A1/config', false],
      ['kaiser/other/esp/ESP_A1/config', false],
      ['kaiser/other/server/status', false],
      ['kaiser/+/server/status', false],
      ['kaiser/broadcast/#', false],
      ['kaiser/god/#', false],
      ['kaiser/#', false],
      ['+/+/+/+/config', false],
      ['#', false],
      ['+', false],
      ['', false],
      ['$SYS/#', false],
      ['$share/group/kaiser/god/esp/ESP_A1/config', false],
    ];
    expect(answers(rows, (filter) => maySubscribe(device, 'god', filter))).toEqual(rows);
  });

  it('lets clients of the operator and the console see everything', () => {
    const filters = ['#', '+/+', 'kaiser/god/esp/+/sensor/+/data', own('config'), 'kaiser/god/server/status'];
    expect(filters.map((filter) => [client, console].map((identity) => maySubscribe(identity, 'god', filter)))).toEqual(
      filters.map(() => [true, true]),
    );
  });
});

describe('mayLeaveWill', () => {
  it.each([
    ['a device on its own will topic', device, own('system/will'), true],
    ['a device on its own heartbeat', device, own('system/heartbeat'), false],
    ['a device on the will topic of another', device, foreign('system/will'), false],
    ['a device under another controller', device, 'kaiser/other/esp/ESP_A1/system/will', false],
    ['a device with a wildcard', device, 'kaiser/god/esp/+/system/will', false],
    ['a device on the stop of everybody', device, 'kaiser/broadcast/emergency', false],
    ['a client of the operator on a topic of its own', client, 'weather/state', true],
    ['a client of the operator on the controller’s status', client, 'kaiser/god/server/status', false],
    ['a client of the operator below $', client, '$SYS/state', false],
    ['the console on its status', console, 'kaiser/god/server/status', true],
  ])('%s', (_name, identity, topic, isAllowed) => {
    expect(mayLeaveWill(identity, 'god', topic)).toBe(isAllowed);
  });
});

describe('mayRetain', () => {
  it.each([
    ['a device its will', device, own('system/will'), true],
    ['a device no reading', device, own('sensor/4/data'), false],
    ['a device no heartbeat', device, own('system/heartbeat'), false],
    ['a client of the operator anything', client, 'weather/outside', true],
    ['the console its status', console, 'kaiser/god/server/status', true],
  ])('%s', (_name, identity, topic, isAllowed) => {
    expect(mayRetain(identity, topic)).toBe(isAllowed);
  });
});
