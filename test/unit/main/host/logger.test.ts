import { expect, it } from 'vitest';
import { createLogger } from '../../../../src/main/host/logger';
import { withTrace } from '../../../../src/main/trace';

it('the log is one JSON object per line, with the trace that a line belongs to', () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  log.info({ topic: 'a/b' }, 'outside');
  withTrace('t-1', () => log.warn('inside'));
  log.debug('not shown');
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
  expect(lines).toEqual([
    { level: 30, time, topic: 'a/b', msg: 'outside' },
    { level: 40, time, traceId: 't-1', msg: 'inside' },
  ]);
});
