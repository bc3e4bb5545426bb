import { Input, Label, SearchField as AriaSearchField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import css from './search-field.module.css';

/** Filters a list while typing; Escape empties it. */
export function SearchField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { t } = useTranslation('devices');
  return (
    <AriaSearchField className={css['field'] ?? ''} value={value} onChange={onChange}>
      <Label className={css['label'] ?? ''}>{t('toolbar.filter')}</Label>
      <Input className={css['input'] ?? ''} placeholder={t('toolbar.filterHint')} />
    </AriaSearchField>
  );
}
