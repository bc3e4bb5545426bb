import type { Clock } from '../clock';
import type { Journal } from '../journal/journal';
import { breakerEntry } from '../link/breaker-journal';
import type { HandlerRegistry } from '../link/handler-registry';
import type { Publisher } from '../link/publisher';
import type { Metrics } from './metrics';

export type ObservedLink = {
  readonly registry: Pick<HandlerRegistry, 'observe'>;
  readonly publisher: Pick<Publisher, 'observe'>;
};

/** Measures every message of the link, and makes its breaker visible. `onBreaker` tells the screens. */
export function observeLink(
  { registry, publisher }: ObservedLink,
  parts: {
    readonly metrics: Metrics;
    readonly journal: Pick<Journal, 'add'>;
    readonly clock: Clock;
    readonly onBreaker: () => void;
  },
): void {
  const { metrics, journal, clock, onBreaker } = parts;
  const { times } = metrics;
  registry.observe({
    now: clock.monotonic,
    handled: (message, startedMs, isError) => times.handled(message, clock.monotonic() - startedMs, isError),
  });
  publisher.observe({
    published: (message, ms, isError) => times.published(message, ms, isError),
    refused: () => metrics.publishRefused(),
    breaker: (now, before) => {
      const entry = breakerEntry(now, before);
      if (entry) journal.add(entry);
      onBreaker();
    },
  });
}
