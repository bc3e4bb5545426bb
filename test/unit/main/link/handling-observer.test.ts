import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newCounters } from '../../../../src/main/link/counters';
import { HandlerRegistry } from '../../../../src/main/link/handler-registry';
import { inbound } from '../../../../src/shared/wire/message';

const reading = inbound({ name: 'reading', path: 'sensor/+/data', qos: 1, schema: z.object({ raw: z.number() }) });
const P = 'kaiser/god/esp/ESP_A';

describe('the observer of the handler registry', () => {
  it('gets the name, the start and the outcome of every message of a known kind', () => {
    const registry = new HandlerRegistry('god', newCounters(), pino({ level: 'silent' }), () => undefined);
    registry.register(reading, ({ payload }) => {
      if (payload.raw === 1) throw new Error('bug');
    });
    const send = (topic: string, payload: string) =>
      registry.dispatch({ topic, payload: Buffer.from(payload), isRetained: false, isRedelivered: false });
    const seen: unknown[] = [];
    let nowMs = 0;
    registry.observe({
      now: () => (nowMs += 1),
      handled: (message, startedMs, isError) => void seen.push([message, startedMs, isError]),
    });
    send(`${P}/sensor/4/data`, '{"raw":7}');
    send(`${P}/sensor/4/data`, 'not json');
    send(`${P}/sensor/4/data`, '');
    send(`${P}/unknown`, '{}');
    send(`${P}/sensor/4/data`, '{"raw":1}');
    expect(seen).toEqual([
      ['reading', 1, false],
      ['reading', 2, true],
      ['reading', 3, true],
    ]);
  });
});
