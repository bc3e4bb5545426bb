import type { JournalInput } from '../journal/journal';
import type { BreakerState } from './breaker-state';

/** What the journal says about a new state of the breaker; nothing about a trial, whose outcome follows at once. */
export function breakerEntry(now: BreakerState['kind'], before: BreakerState['kind']): JournalInput | null {
  if (now === 'half_open') return null;
  if (now === 'closed')
    return {
      kind: 'broker.breaker_closed',
      message: 'The broker takes messages over again; everything is sent as usual.',
    };
  const reason = before === 'half_open' ? 'The broker failed again' : 'The broker failed five times in a row';
  return { kind: 'broker.breaker_open', message: `${reason}; nothing but a stop is sent for 30 s.` };
}
