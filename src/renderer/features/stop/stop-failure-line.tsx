import { useTranslation } from 'react-i18next';
import { usePlant } from '../../connection/plant-store';
import { Button } from '../../ui/button';
import { useFailureText } from '../../ui/failure';
import { stopCovering } from './stop-rules';
import { useStopStore } from './stop-store';
import { useScopeName } from './stop-texts';
import css from './stop-banner.module.css';

type FailureSentences = { readonly title: string; readonly todo: string; readonly cause: string };

/** The failed request in sentences; null when there is none, or when the stop holds after all. */
export function useStopFailure(): FailureSentences | null {
  const { t } = useTranslation('stop');
  const request = useStopStore((store) => store.request);
  const failureText = useFailureText();
  const isFailed = request.name === 'failed';
  const isHeldAfterAll = usePlant(({ stops }) => isFailed && stopCovering(stops, request.scope) !== undefined);
  const scope = useScopeName(isFailed ? request.scope : undefined);
  if (!isFailed || isHeldAfterAll) return null;
  const { failure } = request;
  return {
    title: failure.kind === 'noAnswer' ? t('failure.unknownTitle', { scope }) : t('failure.title', { scope }),
    todo: t('failure.todo'),
    cause:
      failure.kind === 'refused'
        ? t('failure.refused', { message: failureText(failure.error) })
        : t(`failure.${failure.kind}`),
  };
}

/** Says, as loudly as a screen can, that a stop did not go out. It leaves when the stop holds after all, or by hand. */
export function StopFailureLine() {
  const { t } = useTranslation('stop');
  const sentences = useStopFailure();
  const retry = useStopStore((store) => store.retry);
  const dismiss = useStopStore((store) => store.dismiss);
  if (sentences === null) return null;
  return (
    <section className={css['failure']} aria-label={sentences.title}>
      <strong>{sentences.title}.</strong>
      <strong>{sentences.todo}</strong>
      <span>{sentences.cause}</span>
      <span className={css['failureActions']}>
        <Button onPress={retry}>{t('failure.again')}</Button>
        <Button onPress={dismiss}>{t('failure.dismiss')}</Button>
      </span>
    </section>
  );
}
