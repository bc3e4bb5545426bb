import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { SeriesId } from '../../../shared/domain/ids';
import { api } from '../../connection/client';
import { useConnection } from '../../connection/connection-store';
import { serverClock } from '../../connection/server-clock';
import { hub } from '../../telemetry/telemetry-hub';
import { withGaps, type Gap, type PlotPoint } from './plot-rules';

export const HOUR_MS = 60 * 60_000;
const MAX_POINTS = 720;
const REREAD_MS = 60_000;

type History = { readonly points: readonly PlotPoint[]; readonly gaps: readonly Gap[] };

const nothing: History = { points: [], gaps: [] };

/** The last hour of some series: read once, read again every minute, and between that continued by the live readings. */
export function useHour(series: readonly SeriesId[]) {
  const histories = useRef(new Map<SeriesId, History>());
  const [readCount, setReadCount] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const isConnected = useConnection(({ state }) => state === 'live');
  const key = series.join(' ');
  useEffect(() => {
    if (!isConnected || key === '') return;
    let isOver = false;
    const ids = key.split(' ') as SeriesId[];
    const readOne = async (id: SeriesId) => {
      try {
        const history = await readHistory(id);
        if (isOver) return;
        histories.current.set(id, history);
        setReadCount((count) => count + 1);
        setError(null);
      } catch (thrown) {
        if (!isOver) setError(thrown);
      }
    };
    const readAll = () => {
      for (const id of ids) void readOne(id);
    };
    readAll();
    const timer = setInterval(readAll, REREAD_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [key, isConnected]);
  return {
    error,
    isRead: (id: SeriesId) => readCount > 0 && histories.current.has(id),
    gapsOf: (id: SeriesId) => histories.current.get(id)?.gaps ?? [],
    read: () => tableOf(series.map((id) => pointsUpToNow(histories.current.get(id) ?? nothing, id))),
  };
}

async function readHistory(id: SeriesId): Promise<History> {
  const from = new Date(serverClock.now() - HOUR_MS).toISOString();
  const { items } = await api.telemetry.samples({ id, from, maxPoints: MAX_POINTS });
  return withGaps(items.map(({ at, value }) => ({ at: Date.parse(at), value })));
}

function pointsUpToNow({ points }: History, id: SeriesId): readonly PlotPoint[] {
  const lastAt = points.at(-1)?.at ?? -Infinity;
  const live = hub.points(id);
  const newer: PlotPoint[] = [];
  for (let index = live.length - 1; index >= 0 && live.timeAt(index) > lastAt; index -= 1) {
    const value = live.valueAt(index);
    newer.push({ at: live.timeAt(index), value: Number.isNaN(value) ? null : value });
  }
  return newer.length === 0 ? points : withGaps([...points, ...newer.reverse()]).points;
}

/** One time axis for all; a line has `undefined` where only others have points, and is drawn through there. */
function tableOf(tracks: readonly (readonly PlotPoint[])[]): uPlot.AlignedData {
  const tables = tracks.map((points): uPlot.AlignedData => [
    points.map(({ at }) => at),
    points.map(({ value }) => value),
  ]);
  return tables.length === 0
    ? [[]]
    : uPlot.join(
        tables,
        tables.map(() => [0, 2]),
      );
}
