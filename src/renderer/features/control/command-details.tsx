import { useTranslation } from 'react-i18next';
import type { CommandView } from '../../../shared/api/control';
import { useCodeText } from '../../plant/code-text';
import { Tag } from '../../ui/tag';
import { Time } from '../../ui/time';
import css from './command-details.module.css';

/** What a command went through, what its end means and what to do, and what the device answered. */
export function CommandDetails({ command }: { readonly command: CommandView }) {
  const { t } = useTranslation('commands');
  const codeText = useCodeText();
  const isBad = command.state !== 'applied' && command.state !== 'accepted' && command.state !== 'sent';
  const advice =
    command.state === 'unconfirmed'
      ? { text: t('unconfirmedText'), next: t('unconfirmedNext') }
      : isBad && command.code !== undefined
        ? codeText('outcome', command.code)
        : null;
  return (
    <>
      {advice && (
        <p className={css['advice']}>
          {advice.text}
          <small>{advice.next}</small>
        </p>
      )}
      <ol className={css['steps']} aria-label={t('steps')}>
        {command.history.map((step, index) => (
          <li key={`${step.event}:${index}`}>
            <Time at={step.at} />
            <span>
              {stepText(step.event)} {step.late && command.state === 'unconfirmed' && <Tag>{t('late')}</Tag>}
            </span>
            <span className={css['said']}>
              {[step.code === 'NONE' ? '' : step.code, step.message].filter(Boolean).join(' · ')}
            </span>
          </li>
        ))}
      </ol>
      <dl className={css['facts']}>
        {Object.entries(factsOf(command)).map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );

  function stepText(event: string): string {
    const key = stepKeys.find((each) => each === event);
    return key ? t(`step.${key}`) : event;
  }
}

const stepKeys = [
  'sent',
  'accepted',
  'not_sent',
  'timeout',
  'response_applied',
  'response_failed',
  'response_rejected',
  'response_expired',
  'outcome_applied',
  'outcome_failed',
  'outcome_rejected',
  'outcome_expired',
] as const;

/** The device's own answer, and the ids for support. */
function factsOf({ result, id, traceId }: CommandView): Record<string, string> {
  const answered = Object.entries(result ?? {}).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return { ...Object.fromEntries(answered), id, ...(traceId !== undefined && { trace: traceId }) };
}
