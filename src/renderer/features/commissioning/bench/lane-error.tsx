import { useTranslation } from 'react-i18next';
import type { JobError } from '../../../../shared/domain/job-errors';
import { spokenValues } from '../job-error-rules';
import css from './bench-row.module.css';

/** What went wrong with a board and what to do, in two lines of a row. */
export function LaneError({ error }: { readonly error: JobError }) {
  const { t } = useTranslation('commissioning');
  const values = spokenValues(error);
  if (values === null) return <strong>{error.message}</strong>;
  return (
    <>
      <strong>{t(`errors.${error.code}.what`, values)}</strong>
      <span className={css['todo']}>{t(`errors.${error.code}.todo`, values)}</span>
    </>
  );
}
