import { useTranslation } from 'react-i18next';
import type { DeviceWarning } from '../../../shared/api/devices';
import { useCodeText } from '../../plant/code-text';

const known = [
  'clock_skew',
  'config_refused_unnamed',
  'count_mismatch',
  'drill_stopped',
  'emergency_refused',
  'flapping',
  'flooding',
  'foreign_answer',
  'foreign_id',
  'handover_rejected',
  'network_degraded',
  'persistence_degraded',
  'queue_pressure',
  'reading_too_old',
  'retired_seen',
  'runtime_degraded',
  'sequence_gaps',
  'too_many_series',
  'unknown_config_error',
  'unknown_outcome',
  'unknown_system_state',
  'unknown_word',
  'unmatched_answer',
  'wrong_type',
  'zone_mismatch',
] as const;

/**
 * A warning as a sentence. Error codes of the device by the code table, with what to do. In English otherwise the console's own sentence,
 * which names the values; else ours for its code, where there is one.
 */
export function useWarningText(): (warning: Pick<DeviceWarning, 'code' | 'message'>) => string {
  const { t, i18n } = useTranslation('devices');
  const codeText = useCodeText();
  return ({ code, message }) => {
    const errorCode = /^error_(\d+)$/.exec(code)?.[1];
    if (errorCode !== undefined) {
      const { text, next } = codeText('deviceError', errorCode);
      return `${text} ${next} (${errorCode})`;
    }
    const ours = known.find((each) => each === code) ?? (code.startsWith('unknown_') ? 'unknown_word' : undefined);
    return i18n.language === 'en' || ours === undefined ? message : t(`warnings.text.${ours}`);
  };
}
