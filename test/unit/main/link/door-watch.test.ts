import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newCounters } from '../../../../src/main/link/counters';
import { HandlerRegistry, type Malformed, type Received, type Watch } from '../../../../src/main/link/handler-registry';
import { inbound } from '../../../../src/shared/wire/message';
import { heartbeat } from '../../../../src/shared/wire/messages/heartbeat';
import { onewireScan } from '../../../../src/shared/wire/messages/onewire-scan';
import { sessionAnnounce } from '../../../../src/shared/wire/messages/session-announce';
import { memoryLog } from '../store/open-store';

const reading = inbound({
  name: 'reading',
  path: 'sensor/+/data',
  qos: 1,
  schema: z.object({ raw: z.number(), word: z.string().optional() }),
  review: ({ word }) => (word === undefined ? [] : [{ code: 'unknown_word', field: 'word', raw: word }]),
});
const beat = { ts: 0, uptime: 1, heap_free: 1, wifi_rssi: -1 };

function bench({ kaiserId = 'god', watch = {} }: { kaiserId?: string; watch?: Partial<Watch> } = {}) {
  const counters = newCounters();
  const { log, lines } = memoryLog();
  const told: unknown[][] = [];
  const received: Received<unknown>[] = [];
  const malformed: Malformed[] = [];
  const answered: Malformed[] = [];
  const registry = new HandlerRegistry(kaiserId, counters, log, (one) => void malformed.push(one));
  registry.register(reading, (one) => {
    told.push(['handled', one.deviceId]);
    received.push(one);
  });
  registry.register(
    heartbeat,
    (one) => void received.push(one),
    (one) => void answered.push(one),
  );
  registry.register(sessionAnnounce, (one) => void received.push(one));
  registry.register(onewireScan, (one) => void received.push(one));
  registry.watch({
    onViolation: (...all) => void told.push(['violation', ...all]),
    onForeign: (...all) => void told.push(['foreign', ...all]),
    isOwn: (id) => id === 'ESP_A',
    admits: () => true,
    onNumber: (...all) => void told.push(['number', ...all]),
    ...watch,
  });
  const send = (topic: string, payload: unknown, more = {}) =>
    registry.dispatch({
      topic,
      payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
      isRetained: false,
      isRedelivered: false,
      ...more,
    });
  const counted = () => Object.fromEntries(Object.entries(counters).filter(([, count]) => count > 0));
  return { registry, told, received, malformed, answered, send, counted, lines };
}

describe('what a payload says beyond the contract', () => {
  it('is told after its handler took the message', () => {
    const { send, told } = bench();
    send('kaiser/god/esp/ESP_A/sensor/4/data', { raw: 1, word: 'zzz' });
    expect(told).toEqual([
      ['handled', 'ESP_A'],
      ['violation', 'ESP_A', 'reading', { code: 'unknown_word', field: 'word', raw: 'zzz' }],
    ]);
  });

  it.each([
    [
      'another device',
      'ESP_B',
      [['violation', 'ESP_A', 'reading', { code: 'foreign_id', field: 'esp_id', raw: 'ESP_B' }]],
    ],
    ['the same device', 'ESP_A', []],
    ['no device', undefined, []],
    ['something that is no text', 7, []],
  ])('naming %s in any message is a violation or not', (_name, espId, expected) => {
    const { send, told, received } = bench();
    send('kaiser/god/esp/ESP_A/sensor/4/data', { raw: 1, esp_id: espId });
    expect(told.slice(1)).toEqual(expected);
    expect(received).toMatchObject([{ deviceId: 'ESP_A' }]);
  });

  it('is not told of a message that its handler could not take', () => {
    const { registry, send, told, counted } = bench();
    registry.register(reading, () => {
      throw new Error('bug');
    });
    send('kaiser/god/esp/ESP_A/sensor/4/data', { raw: 1, word: 'zzz' });
    expect([told, counted()]).toEqual([[], { received: 1, handlerErrors: 1 }]);
  });
});

describe('the message counter of a payload', () => {
  it('is told before the handler, with the sign of a redelivery', () => {
    const { send, told } = bench();
    send('kaiser/god/esp/ESP_A/sensor/4/data', { raw: 1, seq: 7 }, { isRedelivered: true });
    expect(told).toEqual([
      ['number', 'ESP_A', 7, true],
      ['handled', 'ESP_A'],
    ]);
  });

  it('of a retained message, or one that is no number, says nothing', () => {
    const { send, told } = bench();
    send('kaiser/god/esp/ESP_A/sensor/4/data', { raw: 1, seq: 7 }, { isRetained: true });
    send('kaiser/god/esp/ESP_A/sensor/4/data', { raw: 1, seq: '7' });
    expect(told.filter(([kind]) => kind === 'number')).toEqual([]);
  });
});

describe('an alias of a path', () => {
  it('reaches the same handler (wire contract 1.2: a heartbeat without system/)', () => {
    const { send, received } = bench();
    send('kaiser/god/esp/ESP_A/heartbeat', beat);
    send('kaiser/god/esp/ESP_A/system/heartbeat', beat);
    expect(received.map(({ deviceId }) => deviceId)).toEqual(['ESP_A', 'ESP_A']);
  });
});

describe('subscriptions', () => {
  it('ask for what is heard from all under every kaiser id, with the own one to fall back on', () => {
    expect(bench().registry.subscriptions()).toEqual([
      { topic: 'kaiser/god/esp/+/sensor/+/data', qos: 1 },
      { topic: 'kaiser/god/esp/+/sensor/+/data/+', qos: 0 },
      { topic: 'kaiser/+/esp/+/system/heartbeat', qos: 0, instead: 'kaiser/god/esp/+/system/heartbeat' },
      { topic: 'kaiser/+/esp/+/heartbeat', qos: 0, instead: 'kaiser/god/esp/+/heartbeat' },
      { topic: 'kaiser/+/esp/+/session/announce', qos: 1, instead: 'kaiser/god/esp/+/session/announce' },
      { topic: 'kaiser/god/esp/+/session/announce/+', qos: 0 },
      { topic: 'kaiser/+/esp/+/onewire/scan_result', qos: 1, instead: 'kaiser/god/esp/+/onewire/scan_result' },
      { topic: 'kaiser/god/esp/+/onewire/scan_result/+', qos: 0 },
    ]);
  });
});

describe('a message under another kaiser id', () => {
  it('is counted and noted as foreign, and never handled', () => {
    const { send, told, received, counted } = bench({ kaiserId: 'north' });
    send('kaiser/south/esp/ESP_A/system/heartbeat', beat);
    send('kaiser/god/esp/ESP_A/system/heartbeat', beat);
    send('kaiser/south/esp/ESP_B/session/announce', 'not json');
    expect([told, received, counted()]).toEqual([
      [
        ['foreign', 'south', 'ESP_A'],
        ['foreign', 'god', 'ESP_A'],
        ['foreign', 'south', 'ESP_B'],
      ],
      [],
      { received: 3, foreign: 3 },
    ]);
  });

  it('is taken as own where stock firmware writes god for a device that is ours', () => {
    const { send, told, received, counted } = bench({ kaiserId: 'north' });
    send('kaiser/god/esp/ESP_A/session/announce', { handover_epoch: 4 });
    send('kaiser/god/esp/ESP_A/onewire/scan_result', { devices: [] });
    send('kaiser/god/esp/ESP_B/session/announce', { handover_epoch: 4 });
    expect(received).toMatchObject([
      { deviceId: 'ESP_A', payload: { epoch: 4, reason: 'reconnect' } },
      { deviceId: 'ESP_A', payload: expect.any(Object) },
    ]);
    expect([told, counted()]).toEqual([[['foreign', 'god', 'ESP_B']], { received: 3, foreign: 1 }]);
  });

  it('that is not heard from all is one unparsable topic', () => {
    const { send, told, counted } = bench({ kaiserId: 'north' });
    send('kaiser/god/esp/ESP_A/sensor/4/data', { raw: 1 });
    expect([told, counted()]).toEqual([[], { received: 1, unparsableTopic: 1 }]);
  });
});

describe('a device that sends too many reports', () => {
  const flooding = () => bench({ watch: { admits: () => false } });

  it('is counted and not handled', () => {
    const { send, received, told, counted } = flooding();
    send('kaiser/god/esp/ESP_A/system/heartbeat', { ...beat, esp_id: 'ESP_B' });
    expect([received, told, counted()]).toEqual([[], [], { received: 1, limited: 1 }]);
  });

  it('still gets its readings through', () => {
    const { send, received, counted } = flooding();
    send('kaiser/god/esp/ESP_A/sensor/4/data', { raw: 1 });
    expect([received.length, counted()]).toEqual([1, { received: 1 }]);
  });

  it('still has its broken messages counted, but not answered', () => {
    const { send, malformed, answered, counted } = flooding();
    send('kaiser/god/esp/ESP_A/system/heartbeat', {});
    expect([malformed.length, answered, counted()]).toEqual([1, [], { received: 1, malformed: 1 }]);
  });

  it('still has its counter followed, so that what is not handled does not look lost', () => {
    const { send, told } = flooding();
    send('kaiser/god/esp/ESP_A/system/heartbeat', { ...beat, seq: 9 });
    expect(told).toEqual([['number', 'ESP_A', 9, false]]);
  });
});

describe('a registry that nobody watches', () => {
  it('takes everything', () => {
    const { log } = memoryLog();
    const counters = newCounters();
    const received: unknown[] = [];
    const registry = new HandlerRegistry('north', counters, log, () => undefined);
    registry.register(sessionAnnounce, ({ payload }) => void received.push(payload));
    const packet = {
      payload: Buffer.from('{"handover_epoch":1,"esp_id":"ESP_B","seq":1}'),
      isRetained: false,
      isRedelivered: false,
    };
    registry.dispatch({ ...packet, topic: 'kaiser/north/esp/ESP_A/session/announce' });
    registry.dispatch({ ...packet, topic: 'kaiser/god/esp/ESP_A/session/announce' });
    expect([received.length, counters.foreign, counters.handlerErrors]).toEqual([1, 1, 0]);
  });
});
