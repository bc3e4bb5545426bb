import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/router';
import { usePlant } from '../../connection/plant-store';
import { Empty } from '../../ui/empty';
import styles from './no-devices.module.css';

/** What to do while the plant is still empty. */
export function NoDevices() {
  const { t } = useTranslation('plant');
  const pending = usePlant(
    ({ devices }) => Object.values(devices).filter(({ approval }) => approval === 'pending').length,
  );
  const hasDemo = usePlant(({ status }) => (status?.demo.available ?? false) && !status?.demo.running);
  const links = (
    <div className={styles['links']}>
      <a href={hrefOf({ screen: 'devices' })}>{t('emptyDevices')}</a>
      {hasDemo && <a href={hrefOf({ screen: 'settings' })}>{t('emptyDemo')}</a>}
    </div>
  );
  return (
    <div className={styles['place']}>
      <Empty title={t('emptyTitle')} action={links}>
        {pending > 0 ? t('emptyPending', { count: pending }) : t('emptyText')}
      </Empty>
    </div>
  );
}
