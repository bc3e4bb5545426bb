import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../../connection/client';
import { useZones } from '../../../plant/use-zones';
import { Button } from '../../../ui/button';
import { Dialog } from '../../../ui/dialog';
import { TextField } from '../../../ui/field';
import { Notice } from '../../../ui/notice';
import { useRequest } from '../../../ui/use-request';
import { CallError } from '../job-error';
import css from './queue-dialog.module.css';
import { parseQueue, queueText, takenSince, type QueueEntry, type QueueProblem } from './queue-rules';

/** Lines that are named at once; the others are counted. */
const SHOWN_PROBLEMS = 4;

export type QueueDialogProps = { readonly queue: readonly QueueEntry[]; readonly onClose: () => void };

/** The names of the next boards as a list that can be pasted. */
export function QueueDialog({ queue, onClose }: QueueDialogProps) {
  const { t } = useTranslation('bench');
  const zones = useZones();
  const [text, setText] = useState(() => queueText(queue));
  const { isWorking, error, run } = useRequest();
  const [opened] = useState(queue);
  const { entries: typed, problems } = parseQueue(text, zones);
  const taken = takenSince(opened, queue).filter((name) => typed.some((entry) => entry.name === name));
  const entries = typed.filter(({ name }) => !taken.includes(name));
  const save = async () => {
    if (await run(() => api.commissioning.setQueue({ queue: entries }))) onClose();
  };
  return (
    <Dialog
      title={t('queue.title')}
      subtitle={t('queue.subtitle')}
      isOpen
      onClose={onClose}
      role="alertdialog"
      footer={
        <>
          <Button onPress={onClose}>{t('cancel', { ns: 'common' })}</Button>
          <Button variant="primary" isDisabled={problems.length > 0} isPending={isWorking} onPress={() => void save()}>
            {entries.length === 0 ? t('queue.saveEmpty') : t('queue.save', { count: entries.length })}
          </Button>
        </>
      }
    >
      <div className={css['list']}>
        <TextField
          label={t('queue.label')}
          value={text}
          onChange={setText}
          isMultiline
          help={t('queue.help', { example: t('queue.example') })}
        />
      </div>
      <Problems problems={problems} />
      {taken.length > 0 && (
        <Notice priority="low" announce="status">
          {t('queue.taken', { names: taken.join(', ') })}
        </Notice>
      )}
      <CallError error={error} />
    </Dialog>
  );
}

function Problems({ problems }: { readonly problems: readonly QueueProblem[] }) {
  const { t } = useTranslation('bench');
  if (problems.length === 0) return null;
  const more = problems.length - SHOWN_PROBLEMS;
  return (
    <output>
      <ul className={css['problems']}>
        {problems.slice(0, SHOWN_PROBLEMS).map(({ line, problem, text }) => (
          <li key={line}>{t(`queue.problem.${problem}`, { line, text })}</li>
        ))}
        {more > 0 && <li>{t('queue.moreProblems', { count: more })}</li>}
      </ul>
    </output>
  );
}
