import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FlashJob } from '../../../../shared/api/flash';
import { api } from '../../../connection/client';
import { AskFirstDialog } from '../../../ui/ask-first-dialog';
import { Button } from '../../../ui/button';
import { Notice } from '../../../ui/notice';
import { Time } from '../../../ui/time';
import { useImageName } from '../image-name';
import { useCommissioning } from '../commissioning-store';
import { JobErrorText } from '../job-error';
import { FlashProgress } from '../progress';
import { isOver, partCounts } from './image-rules';
import css from './images-page.module.css';

/** Jobs that are shown before one asks for the others. */
const SHOWN_JOBS = 3;

const none: readonly FlashJob[] = [];

/** Writes and backups of this run of the console, newest first; nothing while there was none. */
export function FlashJobs() {
  const { t } = useTranslation('bench');
  const jobs = useCommissioning(({ event }) => event?.flashJobs ?? none);
  const [isLong, setLong] = useState(false);
  if (jobs.length === 0) return null;
  const shown = isLong ? jobs : jobs.filter((job, index) => index < SHOWN_JOBS || !isOver(job));
  const more = jobs.length - shown.length;
  return (
    <section className={css['panel']} aria-labelledby="flash-jobs-title">
      <h2 id="flash-jobs-title" className={css['heading']}>
        {t('jobs.title')}
      </h2>
      <ul>
        {shown.map((job) => (
          <Job key={job.id} job={job} />
        ))}
      </ul>
      {more > 0 && (
        <Button variant="plain" onPress={() => setLong(true)}>
          {t('jobs.more', { count: more })}
        </Button>
      )}
    </section>
  );
}

function Job({ job }: { readonly job: FlashJob }) {
  const { t } = useTranslation('bench');
  const imageName = useImageName();
  return (
    <li className={css['job']}>
      <div>
        <p>
          <b>{t(`jobs.${job.kind}`, { image: imageName(job.imageId, job.imageName), port: job.port })}</b>
        </p>
        <small>
          <Time at={job.startedAt} />
          {[job.chip, job.mac].flatMap((fact) => (fact === null ? [] : [` · ${fact}`]))}
        </small>
      </div>
      <div className={css['jobState']}>
        <output>{t(`flashState.${job.state}`, { ns: 'commissioning' })}</output>
        <JobBody job={job} />
      </div>
      <div className={css['actions']}>{!isOver(job) && <CancelKey job={job} />}</div>
    </li>
  );
}

/** While it runs: the bar. Afterwards: what was proved, or what went wrong. */
function JobBody({ job }: { readonly job: FlashJob }) {
  const { t } = useTranslation('bench');
  const { verified, skipped, all } = partCounts(job);
  return (
    <>
      {!isOver(job) && <FlashProgress job={job} />}
      {!isOver(job) && job.hint !== null && <Notice priority="high">{t(`row.hand.${job.hint}`)}</Notice>}
      {job.state === 'done' && job.kind === 'write' && <p>{t('jobs.proved', { verified, all, count: skipped })}</p>}
      {job.state === 'done' && job.file !== null && <p className={css['path']}>{t('jobs.file', { file: job.file })}</p>}
      {job.state === 'cancelled' && job.kind === 'write' && <Notice priority="low">{t('jobs.cancelled')}</Notice>}
      {job.notes.map((note) => (
        <small key={note}>{note}</small>
      ))}
      {job.error && job.state === 'failed' && <JobErrorText error={job.error} />}
    </>
  );
}

/** Asks first: a write that is broken off leaves a board that may not start, and a backup has to begin anew. */
function CancelKey({ job }: { readonly job: FlashJob }) {
  const { t } = useTranslation('bench');
  const [isAsking, setAsking] = useState(false);
  const cancel = () => api.flash.cancel({ id: job.id });
  return (
    <>
      <Button aria-label={t('jobs.cancelOf', { port: job.port })} onPress={() => setAsking(true)}>
        {t('cancel', { ns: 'common' })}
      </Button>
      {isAsking && (
        <AskFirstDialog
          title={t('jobs.cancelTitle')}
          text={t(job.kind === 'write' ? 'jobs.cancelWrite' : 'jobs.cancelBackup')}
          confirm={t('jobs.cancelConfirm')}
          onConfirm={cancel}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
