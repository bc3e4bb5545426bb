import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button';
import css from './password-field.module.css';
import field from '../../../ui/field.module.css';

export type PasswordFieldProps = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: string | undefined;
  readonly error?: string | undefined;
  readonly isDisabled?: boolean;
};

/** Longest password of networks and brokers that the API takes. */
const MAX_CHARS = 64;

/** A password, hidden until one asks to see it; no browser remembers it. */
export function PasswordField({ label, value, onChange, help, error, isDisabled = false }: PasswordFieldProps) {
  const { t } = useTranslation('bench');
  const [isShown, setShown] = useState(false);
  const id = useId();
  return (
    <div className={field['field']}>
      <label className={field['label']} htmlFor={id}>
        {label}
      </label>
      <div className={css['line']}>
        <input
          id={id}
          className={field['input']}
          type={isShown ? 'text' : 'password'}
          value={value}
          disabled={isDisabled}
          maxLength={MAX_CHARS}
          autoComplete="new-password"
          spellCheck={false}
          aria-invalid={error !== undefined}
          data-invalid={error !== undefined || undefined}
          aria-describedby={`${id}-help`}
          onChange={(event) => onChange(event.target.value)}
        />
        <Button isDisabled={isDisabled} aria-pressed={isShown} onPress={() => setShown(!isShown)}>
          {t(isShown ? 'password.hide' : 'password.show')}
        </Button>
      </div>
      <span id={`${id}-help`} className={error === undefined ? field['help'] : field['error']}>
        {error ?? help}
      </span>
    </div>
  );
}
