import { useSyncExternalStore } from 'react';
import { api } from '../../../connection/client';
import { MonitorFeed, type MonitorView } from './monitor-feed';

/** The page's monitor: its lines stay while the operator looks at another page, its port does not. */
export const monitorFeed = new MonitorFeed({
  openStream: (port, baud, signal) => api.flash.monitor({ port, baud }, { signal }),
  requestFrame: (draw) => void requestAnimationFrame(draw),
});

/** The monitor as it is shown; changes at most once per animation frame. */
export function useMonitor(): MonitorView {
  return useSyncExternalStore(monitorFeed.subscribe, monitorFeed.view);
}
