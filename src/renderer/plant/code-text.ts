import i18next from 'i18next';
import { useTranslation } from 'react-i18next';

export type CodeTable =
  'deviceError' | 'outcome' | 'config' | 'measure' | 'zone' | 'handover' | 'alert' | 'will' | 'reset';

/** What a code of the device contract means, and what to do; the generic sentences for one that nobody knows. */
export function useCodeText(): (
  table: CodeTable,
  code: string | number,
) => { readonly text: string; readonly next: string } {
  useTranslation('codes'); // re-renders on a change of language
  return (table, code) => {
    const known = i18next.exists(`codes:${table}.${code}.text`);
    const key = known ? String(code) : 'unknown';
    const text = (part: 'text' | 'next') => String(i18next.t(`codes:${table}.${key}.${part}` as never, { code }));
    return { text: text('text'), next: text('next') };
  };
}
