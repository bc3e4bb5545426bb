import { useEffect, useRef } from 'react';
import type { SeriesId } from '../../shared/domain/ids';
import { onTick, serverClock } from '../connection/server-clock';
import { hub } from '../telemetry/telemetry-hub';
import { watchSight } from './in-sight';
import { sparklinePath } from './sparkline-rules';
import styles from './sparkline.module.css';

const WINDOW_MS = 15 * 60_000;
const REDRAW_MS = 2000;

/** The last 15 minutes of a series as a small line. Drawn every two seconds while it is in sight; the number beside it is the value. */
export function Sparkline({ seriesId }: { readonly seriesId: SeriesId }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    let isInSight = false;
    const redraw = () => {
      if (isInSight) draw(canvas, seriesId);
    };
    const offSight = watchSight(canvas, (is) => {
      isInSight = is;
      redraw();
    });
    // The first reading and the seeded history come at their own time.
    let drawnLength = -1;
    const offHub = hub.subscribe(seriesId, () => {
      const { length } = hub.points(seriesId);
      if (length > drawnLength + 5 || (drawnLength <= 0 && length > 0)) {
        drawnLength = length;
        redraw();
      }
    });
    const offTick = onTick(REDRAW_MS, redraw);
    return () => {
      offSight();
      offHub();
      offTick();
    };
  }, [seriesId]);
  return <canvas ref={ref} className={styles['sparkline']} aria-hidden />;
}

function draw(canvas: HTMLCanvasElement, seriesId: SeriesId): void {
  const ratio = window.devicePixelRatio;
  const widthPx = canvas.clientWidth;
  const heightPx = canvas.clientHeight;
  const context = canvas.getContext('2d');
  if (!context || widthPx === 0 || heightPx === 0) return;
  const width = Math.round(widthPx * ratio);
  const height = Math.round(heightPx * ratio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, widthPx, heightPx);
  const to = serverClock.now();
  context.beginPath();
  for (const { x, y, isGap } of sparklinePath(hub.points(seriesId), {
    from: to - WINDOW_MS,
    to,
    widthPx,
    heightPx: heightPx - 2,
  })) {
    if (isGap) context.moveTo(x, y + 1);
    else context.lineTo(x, y + 1);
  }
  context.strokeStyle = getComputedStyle(canvas).color;
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  context.stroke();
}
