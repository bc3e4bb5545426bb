import type { ReactNode } from 'react';
import css from './check-field.module.css';

export type CheckFieldProps = {
  readonly label: ReactNode;
  /** What it means, under the label. */
  readonly help?: ReactNode;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
  readonly isDisabled?: boolean;
  /** Where the label alone does not say what it belongs to. */
  readonly ariaLabel?: string;
};

/** Yes or no, as a row big enough for gloves. */
export function CheckField({ label, help, isChecked, onChange, isDisabled = false, ariaLabel }: CheckFieldProps) {
  return (
    <label className={css['check']} data-disabled={isDisabled || undefined}>
      <input
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        aria-label={ariaLabel}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>
        {label}
        {help && <small>{help}</small>}
      </span>
    </label>
  );
}
