import { useTranslation } from 'react-i18next';
import type { DeviceWarning } from '../../../shared/api/devices';

const known = [
  'emergency_refused',
  'flapping',
  'foreign_id',
  'queue_pressure',
  'reading_too_old',
  'too_many_series',
  'unknown_outcome',
  'unknown_system_state',
] as const;

/** A warning as a sentence. In English the console's own, which names the values; else ours for its code, where there is one. */
export function useWarningText(): (warning: Pick<DeviceWarning, 'code' | 'message'>) => string {
  const { t, i18n } = useTranslation('devices');
  return ({ code, message }) => {
    const ours = known.find((each) => each === code);
    return i18n.language === 'en' || ours === undefined ? message : t(`warnings.text.${ours}`);
  };
}
