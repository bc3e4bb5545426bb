import { describe, expect, it } from 'vitest';
import { metricsViewSchema } from '../../../../src/shared/api/metrics';
import { heartbeatAck } from '../../../../src/shared/wire/messages/heartbeat';
import { A } from '../devices/core-bench';
import { openMetrics, validBeat } from './metrics-bench';

const ack = { status: 'online', handover_epoch: 1, server_time: 1 } as const;

describe('the metrics', () => {
  it('count and time every kind of message, in and out, good and bad', () => {
    const { metrics, connection, clock, publisher, handlingMs, receive } = openMetrics();
    handlingMs.push(4, 10);
    receive(validBeat);
    receive(validBeat);
    receive({ ts: 0 });
    connection.mood = 'silent';
    for (const [waitMs, error] of [[3], [8], [2, new Error('no')]] as const) {
      publisher.send(heartbeatAck, { deviceId: A }, ack);
      clock.advance(waitMs);
      connection.answer(error);
    }
    expect(metrics.view().messages).toEqual([
      {
        direction: 'in',
        message: 'heartbeat',
        count: 3,
        errors: 1,
        measured: 3,
        totalMs: 14,
        p50Ms: 4,
        p95Ms: 10,
        p99Ms: 10,
        maxMs: 10,
      },
      {
        direction: 'out',
        message: heartbeatAck.name,
        count: 3,
        errors: 1,
        measured: 2,
        totalMs: 11,
        p50Ms: 3,
        p95Ms: 8,
        p99Ms: 8,
        maxMs: 8,
      },
    ]);
  });

  it('carry the counters of the link, what was refused, and the gauges', () => {
    const { metrics, connection, publisher, counters, clock, eventLoop, receive } = openMetrics();
    receive(validBeat);
    receive({}, 'unknown');
    connection.isOnline = false;
    publisher.send(heartbeatAck, { deviceId: A }, ack);
    counters.limited = 3;
    counters.foreign = 4;
    counters.outboxDepth = 5;
    eventLoop.delayMs = 1.5;
    clock.advance(2_500);
    const view = metrics.view();
    expect([view.uptimeS, view.counters, view.gauges]).toEqual([
      2.5,
      {
        received: 2,
        malformed: 0,
        unparsableTopic: 1,
        duplicates: 0,
        unknownDevice: 0,
        published: 0,
        publishFailed: 0,
        publishRefused: 1,
        bufferDropped: 0,
        handlerErrors: 0,
        limited: 3,
        foreign: 4,
        notRecorded: 0,
      },
      { queueDepth: 5, errorRate: 0, errorAlarm: 0, stateStreams: 0, eventLoopDelayP99Ms: 1.5 },
    ]);
    expect(metricsViewSchema.parse(view)).toEqual(view);
  });

  it('count a stream as open until its reader leaves or it ends', async () => {
    const { metrics } = openMetrics();
    const open = () => metrics.view().gauges['stateStreams'];
    const numbers = () =>
      metrics.counted(
        (async function* () {
          yield 1;
          yield 2;
        })(),
      );
    const left = numbers();
    expect(await left.next()).toEqual({ value: 1, done: false });
    const read: number[] = [];
    for await (const one of numbers()) {
      read.push(one);
      expect(open()).toBe(2);
    }
    expect([read, open()]).toEqual([[1, 2], 1]);
    await left.return(undefined);
    expect(open()).toBe(0);
  });

  it('leave no timer and no measurement behind when they stop', () => {
    const { metrics, clock, eventLoop } = openMetrics();
    const before = clock.pending;
    metrics.start();
    expect([eventLoop.isRunning, clock.pending]).toEqual([true, before + 1]);
    metrics.stop();
    expect([eventLoop.isRunning, clock.pending]).toEqual([false, before]);
  });
});

describe('the breaker', () => {
  it('is in the journal when it opens, fails again and closes; the screens are told', () => {
    const { connection, clock, publisher, journal, store, changes } = openMetrics();
    const send = () => publisher.send(heartbeatAck, { deviceId: A }, ack);
    connection.mood = 'refuses';
    for (let count = 0; count < 5; count += 1) send();
    expect(changes()).toBe(1);
    clock.advance(30_000);
    send();
    clock.advance(30_000);
    connection.mood = 'takes';
    send();
    store.batch.flush();
    expect(
      journal
        .page({})
        .items.map(({ kind, message }) => [kind, message])
        .reverse(),
    ).toEqual([
      ['broker.breaker_open', 'The broker failed five times in a row; nothing but a stop is sent for 30 s.'],
      ['broker.breaker_open', 'The broker failed again; nothing but a stop is sent for 30 s.'],
      ['broker.breaker_closed', 'The broker takes messages over again; everything is sent as usual.'],
    ]);
    expect(changes()).toBe(5); // open, half open, open, half open, closed
  });
});
