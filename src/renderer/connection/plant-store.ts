import { create } from 'zustand';
import { api, whenConnected } from './client';
import { noteSignOfLife } from './connection-store';
import { applyStateEvent, emptyPlant, type Plant } from './plant-rules';
import { serverClock } from './server-clock';

export { actuatorKey, type Plant } from './plant-rules';

/** The plant as the console last told it. After a loss it stays as it was; `useConnection` says that it is old. */
export const usePlant = create<Plant>(() => emptyPlant);

const RETRY_MS = 1_000;

/** Follows the state stream over every connection. Call once. */
export function startPlant(): void {
  whenConnected((signal) => void follow(signal));
}

async function follow(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      serverClock.restart();
      for await (const event of await api.state.live(undefined, { signal })) {
        noteSignOfLife();
        if (event.status) serverClock.noteStatus(event.status, Date.now());
        usePlant.setState((plant) => applyStateEvent(plant, event));
      }
    } catch {
      // The stream ended with the connection, or the console ended it: then it is opened again.
    }
    await new Promise((resolve) => {
      setTimeout(resolve, RETRY_MS);
    });
  }
}
