import { create } from 'zustand';
import { onTick } from '../connection/server-clock';
import type { DisplayState } from './series-hub';
import { hub } from './telemetry-hub';

/** How the display keeps up, renewed once a second. */
export const useDisplay = create<DisplayState>(() => hub.display);

/** Call once. */
export function startDisplayState(): void {
  onTick(1000, () => useDisplay.setState(hub.display, true));
}
