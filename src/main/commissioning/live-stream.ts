import type { CommissioningEvent } from '../../shared/api/commissioning';
import type { FlashJob } from '../../shared/api/flash';
import { pause } from '../api/state-hub';
import type { Clock } from '../clock';
import type { Flashing, Ports } from '../flash/flash-room';
import type { Bench, Setups } from './commissioning-room';

/** A bar that moves five times a second looks steady; more would only cost. Milliseconds. */
export const LIVE_MS = 200;

type Client = { isDirty: boolean };

/** What happens on the ports, for each client of the stream by itself. Nothing waits for a client but the fact that something has changed. */
export class LiveStream {
  private readonly clients = new Set<Client>();

  constructor(private readonly clock: Clock) {}

  /** To be called after every change of ports, jobs, setups and the bench line. */
  readonly changed = (): void => {
    for (const client of this.clients) client.isDirty = true;
  };

  /** Everything at once, then whenever it changes, at most every `LIVE_MS`, until `signal` ends it. Held back while `isCongested()`. */
  async *subscribe(
    view: () => CommissioningEvent,
    isCongested: () => boolean,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<CommissioningEvent> {
    const client: Client = { isDirty: false };
    this.clients.add(client);
    try {
      yield view();
      for (;;) {
        await pause(this.clock, LIVE_MS, signal);
        if (signal?.aborted) return;
        if (!client.isDirty || isCongested()) continue;
        client.isDirty = false;
        yield view();
      }
    } finally {
      this.clients.delete(client);
    }
  }
}

/** Everything that happens on the ports, as it is now. */
export function commissioningEvent(rooms: {
  readonly ports: Pick<Ports, 'list'>;
  readonly flashing: Pick<Flashing, 'jobs'>;
  readonly setups: Pick<Setups, 'list'>;
  readonly bench: Pick<Bench, 'view'>;
}): CommissioningEvent {
  const setups = [...rooms.setups.list()];
  const ofSetups = new Set(setups.map(({ flash }) => flash?.id));
  // A setup learns the id of its job a moment after the job is there.
  const begun = setups.filter(({ state, flash }) => state === 'flashing' && flash === null).map(({ port }) => port);
  const isAlone = ({ id, port, finishedAt }: FlashJob) =>
    !ofSetups.has(id) && !(finishedAt === undefined && begun.includes(port));
  return {
    ports: rooms.ports.list(),
    setups,
    flashJobs: rooms.flashing.jobs().filter(isAlone),
    bench: rooms.bench.view(),
  };
}
