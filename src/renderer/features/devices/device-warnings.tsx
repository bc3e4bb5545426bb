import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { useNow } from '../../connection/server-clock';
import { formatMoment } from '../../ui/format';
import { Mark } from '../../ui/mark';
import { Panel } from './panel';
import { useWarningText } from './warning-texts';
import css from './device-warnings.module.css';

/** What is odd about the device, with what it really said; nothing when all is well. */
export function DeviceWarnings({ device: { warnings, counters, lastMalformed } }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const now = useNow(60_000);
  const textOf = useWarningText();
  if (warnings.length === 0 && counters.malformed === 0) return null;
  return (
    <Panel title={t('warnings.title')}>
      <ul className={css['list']}>
        {warnings.map(({ code, message, raw, at, count }) => (
          <li key={code}>
            <Mark priority={code === 'emergency_refused' ? 'high' : 'low'} size="small" />
            <div>
              {textOf({ code, message })}
              <small>{t('warnings.seen', { count, time: formatMoment(at, now) })}</small>
              {raw !== undefined && <code>{t('warnings.raw', { raw })}</code>}
            </div>
          </li>
        ))}
        {counters.malformed > 0 && (
          <li>
            <Mark priority="low" size="small" />
            <div>
              {t('warnings.malformedTitle', { count: counters.malformed })}
              {lastMalformed && (
                <>
                  <small>{t('warnings.malformedLast', { reason: lastMalformed.reason })}</small>
                  <small>
                    {t('warnings.malformedAt', {
                      time: formatMoment(lastMalformed.at, now),
                      topic: lastMalformed.topic,
                    })}
                  </small>
                  <code>{lastMalformed.excerpt}</code>
                </>
              )}
            </div>
          </li>
        )}
      </ul>
    </Panel>
  );
}
