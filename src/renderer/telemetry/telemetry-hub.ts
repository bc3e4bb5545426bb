import { api, whenConnected } from '../connection/client';
import { noteSignOfLife } from '../connection/connection-store';
import { usePlant } from '../connection/plant-store';
import { onTick, serverClock } from '../connection/server-clock';
import { SeriesHub } from './series-hub';
import { RING_POINTS } from './series-ring';

/** The page's hub, on the page's connection. */
export const hub = new SeriesHub({
  openStream: (series, signal) => api.telemetry.live({ series: [...series] }, { signal }),
  readHistory: async (id, fromMs) => {
    const { items } = await api.telemetry.samples({ id, from: new Date(fromMs).toISOString(), maxPoints: RING_POINTS });
    return items.map(({ at, value, min, max }) => ({
      at: Date.parse(at),
      value,
      ...(min !== undefined && { low: min }),
      ...(max !== undefined && { high: max }),
    }));
  },
  noteSentAt: (sentAt) => {
    noteSignOfLife();
    serverClock.note(sentAt, Date.now());
  },
  now: () => serverClock.now(),
  requestFrame: (draw) => void requestAnimationFrame(draw),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
});

/** Starts the hub on the page's connection. Call once. */
export function startHub(): void {
  whenConnected((signal) => hub.connected(signal));
  onTick(1000, () => hub.tick());
  usePlant.subscribe(({ devices }, before) => {
    if (devices === before.devices) return;
    for (const { id, replaces } of Object.values(devices)) {
      const known = before.devices[id];
      if (known && known.replaces.length !== replaces.length) hub.historyChanged(id);
    }
  });
  usePlant.subscribe(({ sensors }, before) => {
    if (sensors === before.sensors) return;
    for (const [id, sensor] of Object.entries(sensors)) {
      if (sensor !== before.sensors[id]) hub.describe(sensor);
    }
  });
  const count = () => {
    hub.countFrame();
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
}
