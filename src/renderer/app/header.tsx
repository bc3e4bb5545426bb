import { useTranslation } from 'react-i18next';
import { useConnection } from '../connection/connection-store';
import { usePlant } from '../connection/plant-store';
import { useNow } from '../connection/server-clock';
import { StopControl } from '../features/stop';
import { useDisplay } from '../telemetry/display-state';
import { formatAge, formatDay, formatDuration, formatNumber, formatTime } from '../ui/format';
import styles from './header.module.css';
import { useMessageRate } from './message-rate';

/** From this on the display says that it is behind. */
const LAG_SHOWN_MS = 1000;

/** Whose plant this is, whether what is shown is live, the time, and the stop. */
export function Header() {
  const { t } = useTranslation();
  return (
    <header className={styles['header']} data-area aria-label={t('header.label')}>
      <Where />
      <LiveState />
      <BrokerState />
      <Clock />
      <div className={styles['stop']}>
        <StopControl />
      </div>
    </header>
  );
}

function Where() {
  const { t } = useTranslation();
  const kaiserId = usePlant(({ status }) => status?.kaiserId);
  const zones = usePlant((plant) => Object.keys(plant.zones).length);
  const online = usePlant(({ devices }) => countPresence(devices, 'online'));
  const lost = usePlant(({ devices }) => countPresence(devices, 'offline'));
  const hasDevices = usePlant(({ devices }) => Object.keys(devices).length > 0);
  const name = kaiserId === undefined ? t('product') : t('header.plant', { kaiserId });
  const counts = [t('header.zones', { count: zones }), t('header.devices', { count: online })];
  return (
    <div className={styles['where']}>
      <b>{name}</b>
      <span>
        {hasDevices ? counts.join(' · ') : t('header.noDevices')}
        {lost > 0 && <strong> · {t('header.lost', { count: lost })}</strong>}
      </span>
    </div>
  );
}

type Devices = ReturnType<typeof usePlant.getState>['devices'];

function countPresence(devices: Devices, presence: 'online' | 'offline'): number {
  return Object.values(devices).filter((device) => device.approval === 'approved' && device.presence === presence)
    .length;
}

function LiveState() {
  const { t } = useTranslation();
  const state = useConnection((connection) => connection.state);
  const since = useConnection((connection) => connection.since);
  const newestAt = useDisplay((display) => display.newestAt);
  const lagMs = useDisplay((display) => display.lagMs);
  const now = useNow(1000);
  if (state !== 'live') {
    return (
      <div className={styles['state']} data-tone={state === 'lost' ? 'bad' : 'wait'}>
        <b>{t(state === 'lost' ? 'header.stale' : 'header.connecting')}</b>
        <small>{state === 'lost' ? t('header.noConnection', { age: formatAge(now - since) }) : ' '}</small>
      </div>
    );
  }
  const isBehind = lagMs > LAG_SHOWN_MS;
  const ageMs = newestAt === null ? null : Math.max(0, now - newestAt);
  return (
    <div className={styles['state']} data-tone={isBehind ? 'wait' : 'good'}>
      <b>{t('header.live')}</b>
      <small>
        {isBehind
          ? t('header.behind', { age: formatDuration(lagMs) })
          : ageMs === null
            ? t('header.noData')
            : t('header.dataAge', { age: ageMs < 1000 ? '< 1 s' : formatAge(ageMs) })}
      </small>
    </div>
  );
}

const brokerWords = {
  online: 'header.broker',
  connecting: 'header.brokerConnecting',
  offline: 'header.brokerOffline',
  stopped: 'header.brokerStopped',
} as const;

function BrokerState() {
  const { t } = useTranslation();
  const state = usePlant(({ status }) => status?.broker.state);
  const url = usePlant(({ status }) => status?.broker.url);
  const isEmbedded = usePlant(({ status }) => status?.broker.embedded);
  const isLive = useConnection((connection) => connection.state === 'live');
  const rate = useMessageRate();
  if (state === undefined || url === undefined) return null;
  const where = isEmbedded ? t('header.embedded') : hostOf(url);
  const isOnline = isLive && state === 'online';
  return (
    <div className={styles['state']} data-tone={isOnline ? undefined : isLive ? 'bad' : 'wait'} title={url}>
      <b>{isLive ? t(brokerWords[state]) : t('header.broker')}</b>
      <small>
        {where}
        {' · '}
        {isLive ? t('header.rate', { rate: formatNumber(rate, 0) }) : t('unknown')}
      </small>
    </div>
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}

function Clock() {
  const { t } = useTranslation();
  const now = useNow(1000);
  return (
    <div className={styles['clock']} role="timer" aria-label={t('header.clock')}>
      <b>{formatTime(now)}</b>
      <small>{formatDay(now)}</small>
    </div>
  );
}
