import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { onTick, serverClock } from '../connection/server-clock';
import { formatMinute, formatNumber } from './format';
import { watchSight } from './in-sight';
import { plotColours, useLook, type Pen, type PlotColours } from './plot-style';
import styles from './plot.module.css';

export type PlotLine = {
  readonly pen: Pen;
  readonly unit: string;
  /** Drawn in the colour of the exception while true. */
  readonly isBad: () => boolean;
};

/** Where other hardware took over: a dashed line with a few words beside it. */
export type PlotSeam = { readonly at: number; readonly label: string };

export type PlotProps = {
  /** What a screen reader says; the numbers stand in text elsewhere. */
  readonly label: string;
  readonly lines: readonly PlotLine[];
  /** Times in ms, then one column per line; null is a gap, undefined no point of that line. */
  readonly read: () => uPlot.AlignedData;
  readonly spanMs: number;
  /** `strip` is as low as a strip chart, `tall` takes what height the window has to spare. */
  readonly size: 'strip' | 'tall';
  /** Normal range in the unit of the first line, drawn behind it. */
  readonly band?: readonly [number, number] | undefined;
  /** Dotted lines at moments, Unix ms. */
  readonly moments?: readonly number[];
  readonly seams?: readonly PlotSeam[];
  readonly refreshMs: number;
  /** Index of the point under the pointer, or null. */
  readonly onPoint?: (index: number | null, data: uPlot.AlignedData) => void;
};

/** Lines over the last while up to now, redrawn while in sight. It is made anew only when its look or its lines change. */
export function Plot(props: PlotProps) {
  const look = useLook();
  const shape = JSON.stringify(props.lines.map(({ pen, unit }) => [pen, unit]));
  return <PlotCanvas key={`${look} ${shape}`} {...props} />;
}

function PlotCanvas(props: PlotProps) {
  const ref = useRef<HTMLElement>(null);
  const current = useRef(props);
  useEffect(() => {
    current.current = props;
  });
  const { label, size, refreshMs } = props;
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const plot = new uPlot(optionsOf(element, current), current.current.read(), element);
    let isInSight = true;
    const redraw = () => isInSight && plot.setData(current.current.read());
    const offSight = watchSight(element, (is) => {
      isInSight = is;
      redraw();
    });
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: element.clientHeight }));
    resize.observe(element);
    const offTick = onTick(refreshMs, redraw);
    return () => {
      offTick();
      offSight();
      resize.disconnect();
      plot.destroy();
    };
  }, [refreshMs]);
  return <figure className={`${styles['plot']} ${styles[size]}`} ref={ref} aria-label={label} />;
}

type Current = { readonly current: PlotProps };

function optionsOf(element: HTMLElement, props: Current): uPlot.Options {
  const colours = plotColours();
  const { lines, size } = props.current;
  const units = [...new Set(lines.map(({ unit }) => unit))];
  const scales = Object.fromEntries(units.map((unit) => [unit, { range: yRange }]));
  return {
    width: Math.max(1, element.clientWidth),
    height: Math.max(1, element.clientHeight),
    ms: 1,
    padding: [8, units.length > 1 ? 0 : 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false }, points: { size: 6 } },
    scales: { x: { range: () => [serverClock.now() - props.current.spanMs, serverClock.now()] }, ...scales },
    axes: [xAxis(colours, size), ...units.slice(0, 2).map((unit, index) => yAxis(colours, unit, index))],
    series: [{}, ...lines.map((line, index) => seriesOf(line, index, colours, props))],
    hooks: {
      drawClear: [(plot) => drawGround(plot, props, colours)],
      draw: [(plot) => drawMoments(plot, props, colours), (plot) => drawSeams(plot, props, colours)],
      setCursor: [(plot) => props.current.onPoint?.(plot.cursor.idx ?? null, plot.data)],
    },
  };
}

/** At least this share of the value, so that noise of a calm series does not look like a storm. */
const CALM_SHARE = 0.02;

function yRange(_: uPlot, low: number | null, high: number | null): uPlot.Range.MinMax {
  if (low === null || high === null) return [0, 1];
  const middle = (low + high) / 2;
  const half = Math.max((high - low) / 2, Math.abs(middle) * CALM_SHARE, 0.05) * 1.15;
  return [middle - half, middle + half];
}

function axisFont(ratio = 1): string {
  const { fontFamily } = getComputedStyle(document.documentElement);
  const scale = Number(getComputedStyle(document.documentElement).getPropertyValue('--scale')) || 1;
  return `${11 * scale * ratio}px ${fontFamily}`;
}

function xAxis(colours: PlotColours, size: PlotProps['size']): uPlot.Axis {
  return {
    stroke: colours['text-3'],
    font: axisFont(),
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
    size: size === 'strip' ? 18 : 24,
    gap: 4,
    space: 90,
    values: (_, splits) => splits.map(formatMinute),
  };
}

function yAxis(colours: PlotColours, unit: string, index: number): uPlot.Axis {
  return {
    scale: unit,
    side: index === 0 ? 3 : 1,
    stroke: colours['text-3'],
    font: axisFont(),
    grid: { show: index === 0, stroke: colours.line, width: 1 },
    ticks: { show: false },
    size: 52,
    gap: 6,
    space: 26,
    values: (_, splits) => splits.map((split) => formatNumber(split, decimalsOf(splits))),
  };
}

/** As many decimals as the marks of an axis need to be told apart. */
function decimalsOf(splits: readonly number[]): number {
  const isExact = (decimals: number) =>
    splits.every((split) => Math.abs(split - Number(split.toFixed(decimals))) < 1e-6);
  return [0, 1, 2].find(isExact) ?? 3;
}

function seriesOf({ pen, unit }: PlotLine, index: number, colours: PlotColours, props: Current): uPlot.Series {
  return {
    scale: unit,
    stroke: () => (props.current.lines[index]?.isBad() ? colours.urgent : colours[pen.tone]),
    width: pen.width,
    dash: [...pen.dash],
    points: { show: false },
  };
}

/** Ground and normal range, behind the grid. */
function drawGround(plot: uPlot, { current: { band, lines } }: Current, colours: PlotColours): void {
  const { left, width, top, height } = plot.bbox;
  plot.ctx.save();
  plot.ctx.fillStyle = colours.bg;
  plot.ctx.fillRect(left, top, width, height);
  plot.ctx.restore();
  const unit = lines[0]?.unit;
  // uPlot draws in a microtask: the lines may have changed since it was made.
  if (!band || unit === undefined || !plot.scales[unit]) return;
  const clamp = (value: number) => Math.min(top + height, Math.max(top, plot.valToPos(value, unit, true)));
  const [from, to] = [clamp(band[1]), clamp(band[0])];
  plot.ctx.save();
  plot.ctx.globalAlpha = 0.55;
  plot.ctx.fillStyle = colours.band;
  plot.ctx.fillRect(left, from, width, to - from);
  plot.ctx.restore();
}

function drawMoments(plot: uPlot, { current: { moments = [] } }: Current, colours: PlotColours): void {
  const { left, width, top, height } = plot.bbox;
  plot.ctx.save();
  plot.ctx.strokeStyle = colours['text-2'];
  plot.ctx.lineWidth = window.devicePixelRatio;
  plot.ctx.setLineDash([2 * window.devicePixelRatio, 3 * window.devicePixelRatio]);
  for (const moment of moments) {
    const x = plot.valToPos(moment, 'x', true);
    if (x < left || x > left + width) continue;
    plot.ctx.beginPath();
    plot.ctx.moveTo(x, top);
    plot.ctx.lineTo(x, top + height);
    plot.ctx.stroke();
  }
  plot.ctx.restore();
}

/** Distance of the words from their line and from the edge, CSS px. */
const SEAM_GAP = 4;
/** One line of the axis' type with a little air, CSS px. */
const SEAM_WORDS_HEIGHT = 14;

function drawSeams(plot: uPlot, { current: { seams = [] } }: Current, colours: PlotColours): void {
  const { left, width, top, height } = plot.bbox;
  const { ctx } = plot;
  const ratio = window.devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colours['text-3'];
  ctx.lineWidth = ratio;
  ctx.setLineDash([6 * ratio, 4 * ratio]);
  ctx.font = axisFont(ratio);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  for (const { at, label } of seams) {
    const x = plot.valToPos(at, 'x', true);
    if (x < left || x > left + width) continue;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    const gap = SEAM_GAP * ratio;
    const wordsWidth = ctx.measureText(label).width;
    const wordsLeft = x + gap + wordsWidth < left + width ? x + gap : x - gap - wordsWidth;
    ctx.fillStyle = colours.bg; // the words stay readable where a line passes behind them
    ctx.fillRect(wordsLeft - gap / 2, top + gap / 2, wordsWidth + gap, SEAM_WORDS_HEIGHT * ratio);
    ctx.fillStyle = colours['text-2'];
    ctx.fillText(label, wordsLeft, top + gap);
  }
  ctx.restore();
}
