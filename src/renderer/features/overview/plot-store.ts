import { create } from 'zustand';
import type { SeriesId } from '../../../shared/domain/ids';
import { toggledSeries } from './plot-rules';

type PlotStore = {
  /** Series in the plot of the last hour, in the order of their pens. */
  readonly series: readonly SeriesId[];
  /** True once the operator has chosen; before that the plot chooses by itself. */
  readonly isChosen: boolean;
  readonly isFull: boolean;
  readonly toggle: (seriesId: SeriesId) => void;
  readonly propose: (series: readonly SeriesId[]) => void;
};

/** What the plot of the last hour shows; kept while the page is open. */
export const usePlot = create<PlotStore>((set, get) => ({
  series: [],
  isChosen: false,
  isFull: false,
  toggle: (seriesId) => {
    const series = toggledSeries(get().series, seriesId);
    set({ series: series ?? get().series, isChosen: true, isFull: series === null });
  },
  propose: (series) => {
    if (!get().isChosen) set({ series });
  },
}));
