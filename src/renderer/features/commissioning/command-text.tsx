import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import css from './command-text.module.css';

/** A line for a terminal, with a key that copies it. */
export function CommandText({ command }: { readonly command: string }) {
  const { t } = useTranslation('commissioning');
  const [outcome, setOutcome] = useState<'copied' | 'copyFailed' | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command);
      setOutcome('copied');
    } catch {
      // The system keeps the clipboard to itself: the line can still be selected.
      setOutcome('copyFailed');
    }
  };
  return (
    <div className={css['command']}>
      <code className={css['line']}>{command}</code>
      <Button onPress={() => void copy()}>{t(outcome === 'copied' ? 'copied' : 'copy')}</Button>
      <output className={css['outcome']}>{outcome === 'copyFailed' && t('copyFailed')}</output>
    </div>
  );
}
