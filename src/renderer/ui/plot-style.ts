import { useSyncExternalStore } from 'react';

/** Lines that can be told apart without colour: by lightness and dash. In this order. */
export type Pen = {
  readonly tone: 'plot' | 'plot-2' | 'text-3';
  readonly dash: readonly number[];
  readonly width: number;
};

export const pens: readonly Pen[] = [
  { tone: 'plot', dash: [], width: 1.6 },
  { tone: 'plot-2', dash: [], width: 1.6 },
  { tone: 'plot', dash: [7, 4], width: 1.6 },
  { tone: 'plot-2', dash: [7, 4], width: 1.6 },
  { tone: 'plot', dash: [2, 3], width: 1.6 },
  { tone: 'text-3', dash: [10, 3, 2, 3], width: 1.6 },
];

export type PlotColours = Readonly<
  Record<'bg' | 'plot' | 'plot-2' | 'line' | 'text-2' | 'text-3' | 'band' | 'band-edge' | 'urgent', string>
>;

/** The theme's colours, read once per theme: a canvas can't use custom properties. */
export function plotColours(): PlotColours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    bg: read('bg'),
    plot: read('plot'),
    'plot-2': read('plot-2'),
    line: read('line'),
    'text-2': read('text-2'),
    'text-3': read('text-3'),
    band: read('band'),
    'band-edge': read('band-edge'),
    urgent: read('urgent'),
  };
}

function onLookChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'data-density'] });
  return () => observer.disconnect();
}

/** Changes with theme and density; canvases are drawn anew by it. */
export function useLook(): string {
  return useSyncExternalStore(onLookChange, () => {
    const { dataset } = document.documentElement;
    return `${dataset['theme']} ${dataset['density']}`;
  });
}
