import type { Pen } from './plot-style';

/** A piece of a plot's line for its legend. */
export function PenSample({ pen }: { readonly pen: Pen }) {
  return (
    <svg width="22" height="6" aria-hidden>
      <line
        x1="0"
        x2="22"
        y1="3"
        y2="3"
        stroke={`var(--${pen.tone})`}
        strokeWidth={pen.width}
        strokeDasharray={pen.dash.join(' ')}
      />
    </svg>
  );
}
