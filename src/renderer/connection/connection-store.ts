import { create } from 'zustand';

/** Our connection to the console (not the console's to the broker). `live` means: a transport is open and answers. */
export type ConnectionState = 'connecting' | 'live' | 'lost';

type Connection = {
  readonly state: ConnectionState;
  /** Page clock, Unix ms. */
  readonly since: number;
  /** Last sign of life, page clock, Unix ms; exact to a second. */
  readonly lastEventAt: number | null;
  /** True when the console refuses us: the page must be opened anew from a link of the console. */
  readonly hasSessionEnded: boolean;
};

export const useConnection = create<Connection>(() => ({
  state: 'connecting',
  since: Date.now(),
  lastEventAt: null,
  hasSessionEnded: false,
}));

/** Notes a sign of life. Called for every event; the store changes at most once a second. */
export function noteSignOfLife(now = Date.now()): void {
  const { lastEventAt } = useConnection.getState();
  if (lastEventAt === null || now - lastEventAt >= 1000) useConnection.setState({ lastEventAt: now });
}

/** Goes to another state; `since` is kept while the state stays. */
export function setConnection(state: ConnectionState, hasSessionEnded = false, now = Date.now()): void {
  const current = useConnection.getState();
  const since = current.state === state ? current.since : now;
  useConnection.setState({ state, since, hasSessionEnded });
}
