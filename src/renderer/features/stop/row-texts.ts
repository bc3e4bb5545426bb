import { useTranslation } from 'react-i18next';
import { wireLimits } from '../../../shared/wire/limits';
import { formatDuration } from '../../ui/format';
import type { StopRow } from './stop-rules';
import { elapsedText } from './stop-texts';

/** What the device answered, or how long it has owed an answer. */
export function useAnswerText(row: StopRow): string {
  const { t } = useTranslation('stop');
  switch (row.state) {
    case 'unconfirmed':
      if (row.refusal !== null) return t(`answer.refusal.${row.refusal}`);
      return row.hasRefused ? t('answer.refused') : t('answer.unconfirmed', { duration: elapsedText(row.waitedMs) });
    case 'waiting':
      return t('answer.waiting', { remaining: elapsedText(wireLimits.stopConfirmMs - row.waitedMs) });
    case 'offline':
      return t('answer.offline');
    case 'missed':
      return t('answer.missed');
    case 'clearing':
      return t('answer.clearing');
    case 'uncleared':
      if (row.refusal !== null) return t(`answer.refusal.${row.refusal}`);
      if (row.hasRefused) return t('answer.refusedClear');
      return row.isOnline ? t('answer.unclearedOnline') : t('answer.unclearedOffline');
    default:
      return row.latencyMs === null ? '' : formatDuration(row.latencyMs);
  }
}

/** Where to go and what to switch off by hand; empty where nobody has to do anything. */
export function useTodoText(row: StopRow): string {
  const { t } = useTranslation('stop');
  const lastOn = row.lastOn.length > 0 ? t('todo.lastOn', { list: row.lastOn.join(', ') }) : '';
  switch (row.state) {
    case 'unconfirmed':
      return sentences(placeOf(), lastOn);
    case 'offline':
      return sentences(t('todo.ownRules'), lastOn || t('todo.nothingOn'));
    case 'uncleared':
      return t('todo.commandsRefused');
    default:
      return '';
  }

  function placeOf(): string {
    if (row.place !== '') return t('todo.goTo', { place: row.place });
    return row.zoneName === null ? t('todo.goToDevice') : t('todo.goToZone', { zone: row.zoneName });
  }
}

function sentences(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(' ');
}
