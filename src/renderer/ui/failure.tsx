import { ORPCError } from '@orpc/client';
import { useTranslation } from 'react-i18next';
import { NotConnectedError } from '../connection/client';
import { apiErrorStatus, type ApiErrorCode } from '../../shared/domain/error-codes';
import { Notice } from './notice';

/** A failed call as far as the screen is concerned. */
export type ShownFailure = {
  readonly code: ApiErrorCode | 'not_connected' | 'unexpected';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
};

/** Sorts whatever a call threw. A call that was under way when the connection broke counts as not connected. */
export function failureOf(error: unknown): ShownFailure {
  if (error instanceof NotConnectedError || (error instanceof DOMException && error.name === 'AbortError')) {
    return { code: 'not_connected', message: error.message, details: {} };
  }
  if (!(error instanceof ORPCError)) {
    return { code: 'unexpected', message: error instanceof Error ? error.message : String(error), details: {} };
  }
  const { code, message, data } = error as ORPCError<
    string,
    { readonly details?: Record<string, unknown> } | undefined
  >;
  return { code: isApiCode(code) ? code : 'unexpected', message, details: data?.details ?? {} };
}

/**
 * The sentence for a failure: our own translation where it can say as much as the console's message does, else that message.
 * In English the console's message is the better one: it names the device and the value.
 */
export function useFailureText(): (error: unknown) => string {
  const { t, i18n } = useTranslation('error');
  return (error) => {
    const { code, message, details } = failureOf(error);
    if (code === 'not_connected') return t('not_connected');
    if (code === 'unexpected') return t('unexpected', { message });
    return i18n.language === 'en' && message !== '' ? message : t(code, { ...details, message });
  };
}

/** A failed call beside the key that started it; nothing when there is no failure. */
export function FailureText({ error }: { readonly error: unknown }) {
  const text = useFailureText();
  if (error === null || error === undefined) return null;
  return (
    <Notice priority="high" announce="alert">
      {text(error)}
    </Notice>
  );
}

function isApiCode(code: string): code is ApiErrorCode {
  return Object.hasOwn(apiErrorStatus, code);
}
