import { describe, expect, it } from 'vitest';
import { newCounters } from '../../../../src/main/link/counters';
import { Publisher } from '../../../../src/main/link/publisher';
import { currentTraceId, withTrace } from '../../../../src/main/trace';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import type { Failure } from '../../../../src/shared/domain/result';
import { outbound } from '../../../../src/shared/wire/message';
import { z } from 'zod';
import { FakeConnection } from '../../../fakes/fake-connection';
import { ManualClock } from '../../../fakes/manual-clock';

const target = { deviceId: 'ESP_A' as DeviceId };
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const note = outbound({
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
  const publisher = new Publisher(connection, 'god', newCounters(), clock);
  const seen: unknown[] = [];
  publisher.observe({
    published: (message, ms, isError) => void seen.push([message, ms, isError ? 'failed' : 'taken']),
    refused: (message) => void seen.push([message, 'refused']),
    breaker: (now, before) => void seen.push(`${before} → ${now}`),
  });
  const failures: Failure[] = [];
  const send = (t = 'x') => publisher.send(note, target, { t }, (error) => void failures.push(error));
  return { connection, clock, publisher, seen, failures, send };
}

describe('what the publisher tells its observer', () => {
  it('is how long the broker took to take a message over, by the name of the message', () => {
    const { connection, clock, publisher, seen, send } = bench();
    connection.mood = 'silent';
    send();
    clock.advance(40);
    connection.answer();
    send();
    clock.advance(70);
    connection.answer(new Error('no'));
    publisher.clearRetained(target.deviceId, 'system/will');
    clock.advance(5_000);
    expect(seen).toEqual([
      ['note', 40, 'taken'],
      ['note', 70, 'failed'],
      ['retained clear', 5_000, 'failed'],
    ]);
  });

  it('is what was refused before anything was sent', () => {
    const { connection, seen, send } = bench();
    send('x'.repeat(30));
    connection.isOnline = false;
    send();
    expect(seen).toEqual([
      ['note', 'refused'],
      ['note', 'refused'],
    ]);
  });

  it('is each new state of the breaker, which the screens see as well', () => {
    const { connection, clock, publisher, seen, send } = bench();
    const steps = () => seen.splice(0).filter((one) => typeof one === 'string');
    connection.mood = 'refuses';
    for (let count = 0; count < 5; count += 1) send();
    expect([steps(), publisher.breakerState]).toEqual([['closed → open'], 'open']);
    clock.advance(29_999);
    expect(publisher.breakerState).toBe('open');
    clock.advance(1);
    expect(publisher.breakerState).toBe('half_open');
    send();
    expect([steps(), publisher.breakerState]).toEqual([['open → half_open', 'half_open → open'], 'open']);
    publisher.reconnected();
    expect([steps(), publisher.breakerState]).toEqual([['open → closed'], 'closed']);
  });

  it('a message that does not fit is no trial of a broker that failed', () => {
    const { connection, clock, publisher, send } = bench();
    connection.mood = 'refuses';
    for (let count = 0; count < 5; count += 1) send();
    connection.mood = 'takes';
    clock.advance(30_000);
    send('x'.repeat(30));
    clock.advance(10_000); // longer than a trial may take
    expect([send().ok, publisher.breakerState]).toEqual([true, 'closed']);
  });
});

describe('what was sent on a connection that was lost', () => {
  it('fails as lost (5104) although there is a new one, whose breaker it does not touch', () => {
    const { connection, clock, publisher, failures, send } = bench();
    connection.mood = 'silent';
    for (let count = 0; count < 5; count += 1) send();
    clock.advance(1_000);
    publisher.reconnected();
    clock.advance(4_000);
    expect([failures.map(({ details }) => details?.['contractCode']), publisher.breakerState]).toEqual([
      Array(5).fill(5104),
      'closed',
    ]);
  });
});

describe('a failure to publish', () => {
  const coded = (error: Error | undefined, isOnline: boolean) => {
    const { connection, failures, send } = bench();
    connection.mood = 'silent';
    send();
    connection.isOnline = isOnline;
    connection.answer(error);
    return failures.map(({ code, retryable, details }) => [code, retryable, details]);
  };

  it.each([
    ['5101 when the broker refuses', new Error('no'), true, ['broker_unavailable', true, { contractCode: 5101 }]],
    ['5104 when the connection went', new Error('closed'), false, ['broker_unavailable', true, { contractCode: 5104 }]],
    [
      '5107 when this login may not publish it',
      Object.assign(new Error('no'), { code: 135 }),
      true,
      ['forbidden', false, { contractCode: 5107 }],
    ],
    [
      '5107 when the broker does not know the login any more',
      Object.assign(new Error('no'), { code: 134 }),
      true,
      ['forbidden', false, { contractCode: 5107 }],
    ],
  ])('carries the code of the wire contract: %s', (_name, error, isOnline, expected) => {
    expect(coded(error, isOnline)).toEqual([expected]);
  });

  it('because this login may not publish it is no failure of the broker', () => {
    const { connection, publisher, send } = bench();
    connection.mood = 'silent';
    for (let count = 0; count < 10; count += 1) {
      send();
      connection.answer(Object.assign(new Error('no'), { code: 135 }));
    }
    expect(publisher.breakerState).toBe('closed');
  });

  it('carries 5105 while the breaker is open', () => {
    const { connection, send } = bench();
    connection.mood = 'refuses';
    for (let count = 0; count < 5; count += 1) send();
    expect(send()).toMatchObject({ error: { code: 'broker_unavailable', details: { contractCode: 5105 } } });
  });
});

describe('the trace', () => {
  it('goes out as user property with what is published inside it; anything else begins its own', () => {
    const { connection, publisher, send } = bench();
    send();
    withTrace('t-1', () => {
      send();
      publisher.clearRetained(target.deviceId, 'system/will');
    });
    send();
    const traces = connection.sent.map(({ userProperties }) => userProperties?.['trace']);
    expect(traces.slice(1, 3)).toEqual(['t-1', 't-1']);
    expect([traces[0], traces[3]]).toEqual([expect.stringMatching(uuid), expect.stringMatching(uuid)]);
    expect(traces[0]).not.toBe(traces[3]);
  });

  it('is still there when the broker refuses later', () => {
    const { connection, publisher } = bench();
    connection.mood = 'silent';
    const traces: (string | undefined)[] = [];
    withTrace('t-1', () => publisher.send(note, target, { t: 'x' }, () => void traces.push(currentTraceId())));
    publisher.send(note, target, { t: 'x' }, () => void traces.push(currentTraceId()));
    withTrace('t-2', () => connection.answer(new Error('no')));
    expect(traces).toEqual(['t-1', undefined]);
  });
});
