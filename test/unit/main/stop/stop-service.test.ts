import { describe, expect, it } from 'vitest';
import type { StopScope } from '../../../../src/shared/api/stop';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';
import { A, B, OPERATOR, beat, found, openCore } from '../devices/core-bench';
import { fillDisk } from '../store/open-store';
import { all, broadcasts, clear, engage, plant, sentTo, statesOf, tent } from './stop-bench';

describe('engaging a stop of the whole plant (conformance F9)', () => {
  it('sends the broadcast and one message to each device, with equal ids and strings only', () => {
    const core = plant();
    const { id } = engage(core);
    expect(
      core.connection.sent.map(({ topic, qos, isRetained, expiryS, payload }) => ({
        topic,
        qos,
        isRetained,
        expiryS,
        payload,
      })),
    ).toEqual([
      {
        topic: 'kaiser/broadcast/emergency',
        qos: 2,
        isRetained: false,
        expiryS: undefined,
        payload: {
          command: 'emergency_stop',
          reason: 'leak',
          issued_by: OPERATOR,
          timestamp: core.clock.iso,
          correlation_id: id,
          intent_id: id,
        },
      },
      ...[A, B].map((device) => ({
        topic: `kaiser/god/esp/${device}/actuator/emergency`,
        qos: 1,
        isRetained: false,
        expiryS: undefined,
        payload: { command: 'emergency_stop', auth_token: '', reason: 'leak', correlation_id: id, intent_id: id },
      })),
    ]);
    expect(core.stop.get(id)).toEqual({
      id,
      scope: all,
      reason: 'leak',
      by: OPERATOR,
      engagedAt: core.clock.iso,
      clearableAt: new Date(core.clock.now() + 5_000).toISOString(),
      devices: [A, B].map((deviceId) => ({ deviceId, state: 'sent', sentAt: core.clock.iso })),
    });
    expect(core.entries).toMatchObject([
      { kind: 'stop.engaged', actor: OPERATOR, message: 'Software stop engaged: whole plant (leak)' },
    ]);
  });

  it('is latched on the disk before the first message leaves', () => {
    const core = plant();
    const latched: unknown[] = [];
    core.connection.onPublish = () =>
      latched.push([
        core.store.plant.inTransaction,
        core.store.plant.prepare('SELECT count(*) AS stops FROM stops').get(),
      ]);
    engage(core);
    expect(latched).toEqual([1, 2, 3].map(() => [false, { stops: 1 }]));
  });

  it('is sent even when the latch cannot be stored', () => {
    const core = plant();
    core.store.batch.flush();
    fillDisk(core.store.plant);
    const filler = core.store.plant.prepare('INSERT INTO settings VALUES (?, ?)');
    core.store.batch.plant(() => void filler.run('bulky', 'x'.repeat(20_000)));
    const { id } = engage(core);
    expect([core.connection.sent.length, core.stop.blockOf(A)?.code, statesOf(core, id)]).toEqual([
      3,
      'blocked',
      { [A]: 'sent', [B]: 'sent' },
    ]);
  });

  it('goes past a breaker that is open', () => {
    const core = plant();
    core.connection.mood = 'refuses';
    for (let count = 0; count < 5; count += 1) core.control.command(A, 1, { command: 'OFF' }, OPERATOR);
    core.connection.mood = 'takes';
    core.connection.take();
    engage(core);
    expect(core.connection.sent).toHaveLength(3);
  });

  it.each([
    ['an empty one', '', '', ''],
    ['a long one', 'r'.repeat(500), 'r'.repeat(100), 'r'.repeat(71)],
    ['quotes', 'say "stop"', "say 'stop'", "say 'stop'"],
    ['text and emoji', 'r'.repeat(85) + '🔥'.repeat(15), 'r'.repeat(85) + '🔥'.repeat(7), 'r'.repeat(71)],
    ['halves of emoji', '\ud83d'.repeat(100), '\ufffd'.repeat(88), '\ufffd'.repeat(23)],
  ])(
    'fits every reason to the messages and keeps it whole for the operator: %s',
    (_name, reason, broadcast, device) => {
      const core = plant();
      const { id } = engage(core, all, reason);
      expect(core.connection.sent.map(({ payload }) => payload['reason'])).toEqual([broadcast, device, device]);
      expect(core.stop.get(id)?.reason).toBe(reason);
    },
  );

  it('reaches everybody whatever name the operator has', () => {
    const core = plant();
    core.stop.engage(all, 'ä'.repeat(80), `user:${'"€'.repeat(200)}`);
    expect([core.connection.sent.length, core.stop.list()[0]?.by]).toEqual([3, `user:${'"€'.repeat(200)}`]);
  });

  it('counts what the broker did not take, and stays engaged', () => {
    const core = plant();
    core.connection.mood = 'refuses';
    engage(core);
    expect([core.undelivered.length, core.stop.blockOf(B)?.code]).toEqual([3, 'blocked']);
  });

  it('without any device is still sent to everybody who listens', () => {
    const core = openCore();
    expect([engage(core).devices, broadcasts(core).length]).toEqual([[], 1]);
  });
});

describe('the scope of a stop', () => {
  it('of a zone reaches the devices in it, without the broadcast', () => {
    const core = plant();
    const { id } = engage(core, { kind: 'zone', zoneId: tent });
    expect([
      statesOf(core, id),
      core.connection.sent.length,
      core.stop.blockOf(A)?.message,
      core.stop.blockOf(B),
    ]).toEqual([
      { [A]: 'sent' },
      1,
      `The software stop (zone Tent 1) is engaged since ${core.clock.iso}. Clear it first; OFF is possible.`,
      null,
    ]);
  });

  it.each<[StopScope, DeviceId]>([
    [{ kind: 'zone', zoneId: tent }, A],
    [{ kind: 'device', deviceId: B }, B],
  ])('%j publishes to no other topic, engaged, repeated, cleared or drilled', (scope, only) => {
    const core = plant();
    core.clock.advance(3_000); // both have been told that they are approved
    core.connection.take();
    for (const id of [A, B]) found(core.registry.get(id)).health = { capabilities: ['drill'] };
    expect(core.drills.start(scope, OPERATOR).ok).toBe(true);
    const { id } = engage(core, scope);
    core.stop.brokerOnline();
    core.clock.advance(10_000);
    clear(core, id);
    expect(new Set(core.connection.sent.map(({ topic }) => topic))).toEqual(
      new Set([`kaiser/god/esp/${only}/actuator/emergency`]),
    );
    expect(sentTo(core, only)).toEqual(['drill', 'emergency_stop', 'emergency_stop', 'clear_emergency']);
  });

  it('of a device reaches that device alone', () => {
    const core = plant();
    const { id } = engage(core, { kind: 'device', deviceId: B }, '');
    expect([
      statesOf(core, id),
      core.connection.sent.length,
      core.stop.blockOf(A),
      core.entries.at(-1)?.message,
    ]).toEqual([{ [B]: 'sent' }, 1, null, `Software stop engaged: device ${B}`]);
  });

  it.each<[string, StopScope]>([
    ['device', { kind: 'device', deviceId: 'ESP_X' as DeviceId }],
    ['zone', { kind: 'zone', zoneId: 'nowhere' as ZoneId }],
  ])('of a %s that does not exist is refused, with a way out', (_name, scope) => {
    const core = plant();
    const result = core.stop.engage(scope, '', OPERATOR);
    expect([result.ok ? '' : result.error.message, core.connection.sent]).toEqual([
      expect.stringContaining('use the stop of the whole plant'),
      [],
    ]);
  });

  it('of a zone also holds a device that was asked to join it', () => {
    const core = plant();
    found(core.registry.get(B)).zone = { desired: tent, confirmed: 'shed' as ZoneId, state: 'pending' };
    expect(statesOf(core, engage(core, { kind: 'zone', zoneId: tent }).id)).toEqual({ [A]: 'sent', [B]: 'sent' });
  });

  it('is not escaped by moving a stopped device to another zone', () => {
    const core = plant();
    const { id } = engage(core, { kind: 'zone', zoneId: tent });
    found(core.registry.get(A)).zone = { desired: null, confirmed: null, state: 'none' };
    expect(core.stop.blockOf(A)?.details).toMatchObject({ stopId: id });
  });

  it('of the whole plant takes in a device that appears later', () => {
    const core = plant();
    const { id } = engage(core);
    core.connection.take();
    core.devices.heartbeat('ESP_NEW' as DeviceId, beat());
    expect([statesOf(core, id)['ESP_NEW'], sentTo(core, 'ESP_NEW' as DeviceId), broadcasts(core)]).toEqual([
      'sent',
      ['emergency_stop'],
      [],
    ]);
  });
});

describe('confirmation', () => {
  it('comes with the id of the stop and is told with its latency', () => {
    const core = plant();
    const { id } = engage(core);
    core.clock.advance(120);
    core.stop.confirmed(A, id);
    expect(found(core.stop.get(id)).devices[0]).toMatchObject({ deviceId: A, state: 'confirmed', latencyMs: 120 });
    expect(core.entries.at(-1)).toMatchObject({
      kind: 'stop.confirmed',
      actor: `device:${A}`,
      message: `${A} confirmed the stop after 120 ms`,
    });
  });

  it('counts once', () => {
    const core = plant();
    const { id } = engage(core);
    core.stop.confirmed(A, id);
    const entries = core.entries.length;
    core.clock.advance(1_000);
    core.stop.confirmed(A, id);
    expect([core.entries.length, found(core.stop.get(id)).devices[0]?.latencyMs]).toEqual([entries, 0]);
  });

  it('with a foreign id, or of a foreign device, is none', () => {
    const core = plant();
    const { id } = engage(core, { kind: 'device', deviceId: A });
    core.stop.confirmed(A, 'other');
    core.stop.confirmed(B, id);
    expect(statesOf(core, id)).toEqual({ [A]: 'sent' });
  });

  it('that is missing after 5 s is named; a late one still counts', () => {
    const core = plant();
    const { id } = engage(core);
    core.stop.confirmed(A, id);
    core.clock.advance(4_999);
    expect(statesOf(core, id)).toEqual({ [A]: 'confirmed', [B]: 'sent' });
    core.clock.advance(1);
    expect([statesOf(core, id)[B], core.entries.at(-1)]).toMatchObject([
      'unconfirmed',
      { kind: 'stop.unconfirmed', deviceId: B, message: `${B} has not confirmed the stop within 5 s. Go there.` },
    ]);
    core.clock.advance(60_000);
    core.stop.confirmed(B, id);
    expect(found(core.stop.get(id))).toMatchObject({
      clearableAt: new Date(core.clock.now() + 5_000).toISOString(),
      devices: [{ state: 'confirmed' }, { state: 'confirmed', latencyMs: 65_000 }],
    });
  });
});
