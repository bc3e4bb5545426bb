import { expect, it } from 'vitest';
import { rpcs } from '../../../../src/main/provisioning/improv-codec';
import { ImprovExchange, MAX_RESULTS } from '../../../../src/main/provisioning/improv-exchange';

it('keeps the strongest networks only of a device that never stops to name some', () => {
  const exchange = new ImprovExchange(rpcs.scanWifi);
  for (let number = 0; number < 10_000; number += 1)
    exchange.take({ kind: 'result', rpc: rpcs.scanWifi, strings: [`network ${number}`, '-60', 'NO'] });
  expect(exchange.isOver).toBe(false);
  exchange.take({ kind: 'result', rpc: rpcs.scanWifi, strings: [] });
  expect([exchange.isOver, exchange.results.length, exchange.results[0]?.[0]]).toEqual([
    true,
    MAX_RESULTS,
    'network 0',
  ]);
});
