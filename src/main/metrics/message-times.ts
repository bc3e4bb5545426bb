import type { MessageMetric } from '../../shared/api/metrics';
import { LatencyRing } from './latency-ring';

type Kind = { count: number; errors: number; readonly ring: LatencyRing };

/** Counts and times by kind of message. The kinds are the names of the catalogue, so that their number is bounded by the contract. */
export class MessageTimes {
  private readonly inbound = new Map<string, Kind>();
  private readonly outbound = new Map<string, Kind>();

  /** A message was handled in `ms`, well or not. */
  handled(message: string, ms: number, isError: boolean): void {
    const kind = kindOf(this.inbound, message);
    kind.count += 1;
    if (isError) kind.errors += 1;
    kind.ring.add(ms);
  }

  /** The broker took a message over after `ms`; with `isError` it did not, and the time says nothing. */
  published(message: string, ms: number, isError: boolean): void {
    const kind = kindOf(this.outbound, message);
    kind.count += 1;
    if (isError) kind.errors += 1;
    else kind.ring.add(ms);
  }

  /** By direction and name. */
  list(): MessageMetric[] {
    return [...rows('in', this.inbound), ...rows('out', this.outbound)];
  }
}

function kindOf(kinds: Map<string, Kind>, message: string): Kind {
  const known = kinds.get(message);
  if (known) return known;
  const kind = { count: 0, errors: 0, ring: new LatencyRing() };
  kinds.set(message, kind);
  return kind;
}

function rows(direction: MessageMetric['direction'], kinds: ReadonlyMap<string, Kind>): MessageMetric[] {
  const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([message, { count, errors, ring }]) => ({
    direction,
    message,
    count,
    errors,
    ...ring.summary(),
  }));
}
