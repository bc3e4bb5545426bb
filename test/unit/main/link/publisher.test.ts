import { describe, expect, it } from 'vitest';
import { newCounters } from '../../../../src/main/link/counters';
import { Publisher } from '../../../../src/main/link/publisher';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import type { Failure } from '../../../../src/shared/domain/result';
import { actuatorCommand, type ActuatorCommand } from '../../../../src/shared/wire/messages/actuator-command';
import { heartbeatAck } from '../../../../src/shared/wire/messages/heartbeat';
import { outbound } from '../../../../src/shared/wire/message';
import { z } from 'zod';
import { FakeConnection } from '../../../fakes/fake-connection';
import { ManualClock } from '../../../fakes/manual-clock';

const target = { deviceId: 'ESP_A' as DeviceId, gpio: 18 };
const command: ActuatorCommand = {
  command: 'ON',
  value: 1,
  duration: 0,
  timestamp: 1,
  issued_by: 'user:operator',
  correlation_id: 'c',
  intent_id: 'c',
};
/** Like a command, but neither volatile nor QoS 2. */
const lasting = outbound({
  name: 'note',
  path: 'note',
  qos: 1,
  isVolatile: false,
  maxBytes: 20,
  schema: z.object({ t: z.string() }),
});

function bench() {
  const connection = new FakeConnection();
  const clock = new ManualClock();
  const counters = newCounters();
  const publisher = new Publisher(connection, 'god', counters, clock);
  const failures: Failure[] = [];
  const send = () => publisher.send(actuatorCommand, target, command, (error) => void failures.push(error));
  const outcome = () => {
    const result = send();
    return result.ok ? 'sent' : result.error.message;
  };
  return { connection, clock, counters, publisher, failures, send, outcome };
}
const tripped = 'The broker failed five times in a row, so nothing was sent. Try again in 30 seconds.';
const notTaken = (contractCode: number): Failure => ({
  code: 'broker_unavailable',
  message: 'The broker did not take the message over.',
  retryable: true,
  details: { contractCode },
});

describe('Publisher', () => {
  it('sends with the QoS of the catalogue; a volatile message expires at the broker', () => {
    const { connection, publisher, send, counters } = bench();
    expect(send()).toEqual({ ok: true, value: undefined });
    publisher.send(lasting, target, { t: 'x' });
    expect(connection.sent).toMatchObject([
      { topic: 'kaiser/god/esp/ESP_A/actuator/18/command', payload: command, qos: 2, isRetained: false, expiryS: 30 },
      { topic: 'kaiser/god/esp/ESP_A/note', qos: 1, expiryS: undefined },
    ]);
    expect(counters).toMatchObject({ published: 2, publishFailed: 0 });
  });

  it('queues nothing while the broker is away', () => {
    const { connection, clock, counters, failures, send } = bench();
    connection.isOnline = false;
    expect(send()).toEqual({
      ok: false,
      error: {
        code: 'broker_unavailable',
        message: 'The console has no connection to the broker, so nothing was sent.',
        retryable: true,
        details: { contractCode: 5106 },
      },
    });
    connection.isOnline = true;
    clock.advance(60_000);
    expect([connection.sent, failures, clock.pending, counters.publishFailed]).toEqual([[], [], 0, 0]);
  });

  it('refuses what does not fit, without touching the breaker', () => {
    const { publisher, connection, outcome } = bench();
    for (let count = 0; count < 10; count += 1) {
      expect(publisher.send(lasting, target, { t: 'x'.repeat(30) })).toMatchObject({
        ok: false,
        error: { code: 'too_large', details: { sizeBytes: 38, maxBytes: 20, contractCode: 5103 } },
      });
    }
    expect(connection.sent).toEqual([]);
    expect(outcome()).toBe('sent');
  });

  it('tells the sender when the broker refuses, also within the call', () => {
    const { connection, failures, send, counters, clock } = bench();
    connection.mood = 'refuses';
    expect([send().ok, failures, counters.publishFailed, clock.pending]).toEqual([true, [notTaken(5101)], 1, 0]);
  });

  it('tells the sender after five seconds of silence; a later answer changes nothing', () => {
    const { connection, clock, failures, send, counters } = bench();
    connection.mood = 'silent';
    send();
    clock.advance(4_999);
    expect(failures).toEqual([]);
    clock.advance(1);
    expect(failures).toEqual([notTaken(5101)]);
    connection.answer();
    connection.answer(new Error('late'));
    expect([failures.length, counters]).toMatchObject([1, { published: 0, publishFailed: 1 }]);
  });

  it('is content with an answer in time', () => {
    const { connection, clock, failures, send, counters } = bench();
    connection.mood = 'silent';
    send();
    clock.advance(4_999);
    connection.answer();
    clock.advance(60_000);
    expect([failures, counters.published, clock.pending]).toEqual([[], 1, 0]);
  });

  it('sends nothing any more after five failures in a row, and tries again after 30 seconds', () => {
    const { connection, clock, outcome } = bench();
    connection.mood = 'refuses';
    const first = Array.from({ length: 6 }, outcome);
    expect(first).toEqual([...Array<string>(5).fill('sent'), tripped]);
    connection.mood = 'takes';
    clock.advance(29_999);
    expect(outcome()).toBe(tripped);
    clock.advance(1);
    expect([outcome(), outcome(), connection.sent.length]).toEqual(['sent', 'sent', 7]);
  });

  it('is closed again for 30 seconds when the trial fails', () => {
    const { connection, clock, outcome } = bench();
    connection.mood = 'refuses';
    for (let count = 0; count < 5; count += 1) outcome();
    clock.advance(30_000);
    expect([outcome(), outcome()]).toEqual(['sent', tripped]);
  });

  it('trusts a new connection at once', () => {
    const { connection, publisher, outcome } = bench();
    connection.mood = 'refuses';
    for (let count = 0; count < 5; count += 1) outcome();
    publisher.reconnected();
    connection.mood = 'takes';
    expect(outcome()).toBe('sent');
  });

  it('removes a retained message with an empty one', () => {
    const { connection, publisher, counters } = bench();
    publisher.clearRetained(target.deviceId, 'system/will');
    expect(connection.sent).toEqual([
      {
        topic: 'kaiser/god/esp/ESP_A/system/will',
        payload: {},
        text: '',
        qos: 1,
        isRetained: true,
        expiryS: undefined,
        userProperties: { trace: expect.any(String) },
      },
    ]);
    connection.isOnline = false;
    publisher.clearRetained(target.deviceId, 'system/will');
    expect(counters).toMatchObject({ published: 1, publishFailed: 1 });
  });

  it('needs nobody who listens for failures', () => {
    const { connection, publisher } = bench();
    connection.mood = 'refuses';
    const ack = { status: 'online', handover_epoch: 1, server_time: 1 } as const;
    expect(publisher.send(heartbeatAck, target, ack).ok).toBe(true);
  });
});
