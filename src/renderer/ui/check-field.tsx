import type { ReactNode } from 'react';
import { Checkbox } from 'react-aria-components';
import css from './check-field.module.css';

export type CheckFieldProps = {
  readonly label: ReactNode;
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
  /** What it means, in small print under the label. */
  readonly help?: ReactNode;
  readonly isDisabled?: boolean;
  /** Where the label alone does not say what it belongs to. */
  readonly ariaLabel?: string;
};

/** A choice of yes or no; the whole line is the target. */
export function CheckField({ label, isSelected, onChange, help, isDisabled = false, ariaLabel }: CheckFieldProps) {
  return (
    <Checkbox
      className={css['check'] ?? ''}
      isSelected={isSelected}
      onChange={onChange}
      isDisabled={isDisabled}
      {...(ariaLabel !== undefined && { 'aria-label': ariaLabel })}
    >
      <span className={css['box']} aria-hidden>
        <svg viewBox="0 0 16 16">
          <path d="M2 8l4 4 8-9" />
        </svg>
      </span>
      <span>
        {label}
        {help && <small>{help}</small>}
      </span>
    </Checkbox>
  );
}
