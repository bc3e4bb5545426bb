import { useTranslation } from 'react-i18next';

const reasons = ['heartbeat_timeout', 'unexpected_disconnect', 'not_heard_yet', 'broker_lost', 'shutdown'] as const;

/** Why a device is offline, in words; what the device itself said where we have no words for it. */
export function usePresenceReason(): (reason: string) => string {
  const { t } = useTranslation();
  return (reason) => {
    const known = reasons.find((each) => each === reason);
    return known ? t(`presenceReason.${known}`) : t('presenceReason.other', { reason });
  };
}
