import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePlant } from '../../connection/plant-store';
import { Button } from '../../ui/button';
import { Empty } from '../../ui/empty';
import { useFocusIfFewer } from '../../ui/use-focus-if-lost';
import { decidedDevices, deviceCounts, filterDevices, pendingDevices, retiredDevices } from './device-list-rules';
import { DeviceTable } from './device-table';
import { ForeignLine } from './foreign-line';
import { OutboxLine } from './outbox-line';
import { PendingCard } from './pending-card';
import { RetiredTable } from './retired-table';
import { SearchField } from './search-field';
import { ZonesDialog } from './zones-dialog';
import css from './devices-screen.module.css';

/** Devices that wait for approval, then all others in an order that stays. */
export function DevicesScreen() {
  const { t } = useTranslation('devices');
  const devices = usePlant((plant) => plant.devices);
  const zones = usePlant((plant) => plant.zones);
  const [filter, setFilter] = useState('');
  const [areZonesOpen, setZonesOpen] = useState(false);
  const pending = useMemo(() => pendingDevices(devices), [devices]);
  const decided = useMemo(() => decidedDevices(devices), [devices]);
  const heading = useFocusIfFewer(pending.length);
  const shown = useMemo(() => filterDevices(decided, zones, filter), [decided, zones, filter]);
  const retired = useMemo(() => filterDevices(retiredDevices(devices), zones, filter), [devices, zones, filter]);
  return (
    <div className={css['screen']}>
      {pending.length > 0 && (
        <section aria-labelledby="pending-title">
          <h2 id="pending-title" className={css['pendingTitle']}>
            {t('pending.title', { count: pending.length })}
            <small>{t('pending.explanation', { count: pending.length })}</small>
          </h2>
          <div className={css['cards']}>
            {pending.map((device) => (
              <PendingCard key={device.id} device={device} />
            ))}
          </div>
        </section>
      )}
      <section className={css['panel']} aria-labelledby="devices-title">
        <header className={css['toolbar']}>
          <h1 id="devices-title" ref={heading} tabIndex={-1}>
            {t('title')}
          </h1>
          <Counts />
          <SearchField value={filter} onChange={setFilter} />
          <Button onPress={() => setZonesOpen(true)}>{t('toolbar.zones')}</Button>
        </header>
        <OutboxLine />
        {shown.length > 0 ? (
          <DeviceTable devices={shown} />
        ) : (
          <div className={css['empty']}>
            {decided.length === 0 ? (
              <Empty title={t('table.noDevices')}>{t('table.noDevicesTodo')}</Empty>
            ) : (
              <Empty
                title={t('table.noMatch', { filter })}
                action={<Button onPress={() => setFilter('')}>{t('toolbar.clearFilter')}</Button>}
              />
            )}
          </div>
        )}
      </section>
      {retired.length > 0 && <RetiredTable devices={retired} />}
      <ForeignLine />
      <ZonesDialog isOpen={areZonesOpen} onClose={() => setZonesOpen(false)} />
    </div>
  );
}

function Counts() {
  const { t } = useTranslation('devices');
  const devices = usePlant((plant) => plant.devices);
  const counts = deviceCounts(devices);
  const shown = (['online', 'offline', 'unknown'] as const).filter((key) => key === 'online' || counts[key] > 0);
  return <p className={css['counts']}>{shown.map((key) => t(`counts.${key}`, { count: counts[key] })).join(' · ')}</p>;
}
