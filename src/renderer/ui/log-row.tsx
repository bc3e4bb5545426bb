import { useState, type ReactNode } from 'react';
import css from './log-table.module.css';

export type LogRowProps = {
  /** The cells of the row without the last, which holds the key. */
  readonly cells: ReactNode;
  /** How many columns the table has, the one of the key included. */
  readonly columns: number;
  /** What the key is called while the details are closed and while they are open. */
  readonly labels: { readonly show: string; readonly hide: string };
  /** Rendered only while they are open. */
  readonly details: ReactNode;
};

/** A row of a log whose last cell opens a second row with its details. */
export function LogRow({ cells, columns, labels, details }: LogRowProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <tr>
        {cells}
        <td>
          <button
            type="button"
            className={css['moreKey']}
            aria-expanded={isOpen}
            aria-label={isOpen ? labels.hide : labels.show}
            onClick={() => setOpen(!isOpen)}
          >
            <span aria-hidden>{isOpen ? '−' : '+'}</span>
          </button>
        </td>
      </tr>
      {isOpen && (
        <tr className={css['details']}>
          <td colSpan={columns}>{details}</td>
        </tr>
      )}
    </>
  );
}
