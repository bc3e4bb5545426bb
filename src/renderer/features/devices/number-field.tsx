import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextField } from '../../ui/field';
import { parseNumber } from './number-rules';

export type NumberFieldProps = {
  readonly label: string;
  readonly help?: string | undefined;
  readonly value: number;
  /** Lowest and highest that is accepted. */
  readonly range: readonly [number, number];
  readonly isWhole?: boolean;
  readonly isDisabled?: boolean;
  /** Called for accepted values only; what is typed in between stays in the field. */
  readonly onChange: (value: number) => void;
};

/** A number as people type it, with the decimal comma of German as well. */
export function NumberField({
  label,
  help,
  value,
  range: [low, high],
  isWhole = true,
  isDisabled = false,
  onChange,
}: NumberFieldProps) {
  const { t } = useTranslation('devices');
  const [text, setText] = useState(String(value));
  const parsed = parseNumber(text, isWhole);
  const isRight = parsed !== null && parsed >= low && parsed <= high;
  const shown = isDisabled || (isRight && parsed !== value) ? String(value) : text;
  return (
    <TextField
      label={label}
      help={help}
      isDisabled={isDisabled}
      inputMode={isWhole ? 'numeric' : 'decimal'}
      value={shown}
      error={isRight || isDisabled ? undefined : t('editor.range', { low, high })}
      onChange={(next) => {
        setText(next);
        const number = parseNumber(next, isWhole);
        if (number !== null && number >= low && number <= high) onChange(number);
      }}
    />
  );
}
