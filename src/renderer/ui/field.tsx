import { useId, type ReactNode } from 'react';
import { FieldError, Input, Label, Text, TextArea, TextField as AriaTextField } from 'react-aria-components';
import styles from './field.module.css';

type Common = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** A line of help under the field. */
  readonly help?: ReactNode;
  readonly isDisabled?: boolean;
};

export type TextFieldProps = Common & {
  /** Why the value is not accepted; shown and read out with the field. */
  readonly error?: string | undefined;
  readonly isMultiline?: boolean;
  readonly isRequired?: boolean;
  readonly maxLength?: number;
  readonly placeholder?: string;
  readonly inputMode?: 'text' | 'numeric' | 'decimal' | 'search';
  readonly autoFocus?: boolean;
  /** `password` hides what is typed, and no browser offers to remember it. */
  readonly type?: 'text' | 'password';
};

/** One line (or several) of text with its label, help and error. */
export function TextField({ label, value, onChange, help, error, isMultiline = false, ...rest }: TextFieldProps) {
  const { isDisabled = false, isRequired = false, placeholder, inputMode, maxLength, autoFocus = false, type } = rest;
  const shared = {
    className: styles['input'] ?? '',
    ...(placeholder !== undefined && { placeholder }),
    ...(inputMode !== undefined && { inputMode }),
  };
  return (
    <AriaTextField
      className={styles['field'] ?? ''}
      value={value}
      onChange={onChange}
      isDisabled={isDisabled}
      isRequired={isRequired}
      isInvalid={error !== undefined}
      {...(type !== undefined && {
        type,
        autoComplete: type === 'password' ? 'new-password' : 'off',
        spellCheck: 'false',
      })}
      // The caller puts the focus where a dialog begins.
      autoFocus={autoFocus} // eslint-disable-line jsx-a11y/no-autofocus -- only inside dialogs that the operator opened
      {...(maxLength !== undefined && { maxLength })}
    >
      <Label className={styles['label'] ?? ''}>{label}</Label>
      {isMultiline ? <TextArea {...shared} rows={4} /> : <Input {...shared} />}
      {help && (
        <Text slot="description" className={styles['help'] ?? ''}>
          {help}
        </Text>
      )}
      <FieldError className={styles['error'] ?? ''}>{error}</FieldError>
    </AriaTextField>
  );
}

export type SelectFieldProps<T extends string> = Omit<Common, 'value' | 'onChange'> & {
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly options: readonly { readonly value: T; readonly label: string }[];
};

/** A choice out of a few, as the system's own list: every keyboard and screen reader knows it. */
export function SelectField<T extends string>({
  label,
  value,
  onChange,
  options,
  help,
  isDisabled = false,
}: SelectFieldProps<T>) {
  const id = useId();
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className={styles['input']}
        value={value}
        disabled={isDisabled}
        aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {help && (
        <span id={`${id}-help`} className={styles['help']}>
          {help}
        </span>
      )}
    </div>
  );
}
