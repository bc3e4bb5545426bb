import { useTranslation } from 'react-i18next';
import type { JobError } from '../../../shared/domain/job-errors';
import { FailureText, failureOf } from '../../ui/failure';
import { Mark } from '../../ui/mark';
import { CommandText } from './command-text';
import css from './job-error.module.css';
import { commandFor, jobErrorIn, spokenValues } from './job-error-rules';

export type JobErrorTextProps = {
  readonly error: JobError;
  /** Read out at once; for a failure that appears while one looks on. */
  readonly isAnnounced?: boolean;
};

/** What happened and what to do, by the code of the failure; the console's own sentence where we cannot say as much. */
export function JobErrorText({ error, isAnnounced = false }: JobErrorTextProps) {
  const { t } = useTranslation('commissioning');
  const values = spokenValues(error);
  const command = commandFor(error);
  return (
    <div className={css['error']} role={isAnnounced ? 'alert' : undefined}>
      <Mark priority="high" />
      <div className={css['text']}>
        {values === null ? (
          <p className={css['what']}>{error.message}</p>
        ) : (
          <>
            <p className={css['what']}>{t(`errors.${error.code}.what`, values)}</p>
            <p>{t(`errors.${error.code}.todo`, values)}</p>
          </>
        )}
        {command !== null && <CommandText command={command} />}
        <p className={css['support']}>
          {t('support')}: {error.code}
          {values !== null && <> · {error.message}</>}
        </p>
      </div>
    </div>
  );
}

/** What happened, in one line, for rows of a list. */
export function useJobErrorLine(): (error: JobError) => string {
  const { t } = useTranslation('commissioning');
  return (error) => {
    const values = spokenValues(error);
    return values === null ? error.message : t(`errors.${error.code}.what`, values);
  };
}

/** A call that was refused, beside the key that started it: as a job's failure where it is one. Nothing for null. */
export function CallError({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  const { message, details } = failureOf(error);
  const jobError = jobErrorIn(message, details);
  return jobError ? <JobErrorText error={jobError} isAnnounced /> : <FailureText error={error} />;
}
