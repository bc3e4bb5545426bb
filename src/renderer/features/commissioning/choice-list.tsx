import { useId, type ReactNode } from 'react';
import css from './choice-list.module.css';

export type Choice<T extends string> = {
  readonly value: T;
  readonly title: ReactNode;
  /** Small, under the title. */
  readonly text?: ReactNode;
  /** At the right end. */
  readonly aside?: ReactNode;
  readonly isDisabled?: boolean;
};

export type ChoiceListProps<T extends string> = {
  /** For screen readers: what is chosen. */
  readonly label: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T | null;
  readonly onChange: (value: T) => void;
  readonly isDisabled?: boolean;
};

/** One of a few, as rows big enough for gloves. */
export function ChoiceList<T extends string>({
  label,
  choices,
  value,
  onChange,
  isDisabled = false,
}: ChoiceListProps<T>) {
  const name = useId();
  return (
    <fieldset className={css['rows']}>
      <legend className="visuallyHidden">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className={css['row']} data-disabled={choice.isDisabled || undefined}>
          <input
            type="radio"
            name={name}
            checked={choice.value === value}
            disabled={isDisabled || choice.isDisabled}
            onChange={() => onChange(choice.value)}
          />
          <span className={css['dot']} aria-hidden />
          <span className={css['name']}>
            <b>{choice.title}</b>
            {choice.text && <small>{choice.text}</small>}
          </span>
          {choice.aside && <span className={css['aside']}>{choice.aside}</span>}
        </label>
      ))}
    </fieldset>
  );
}
