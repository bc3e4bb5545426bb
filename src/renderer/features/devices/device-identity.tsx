import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { Ago, Time } from '../../ui/time';
import { Notice } from '../../ui/notice';
import { BoardField } from './board-field';
import { isRetired } from './device-list-rules';
import { Panel } from './panel';
import { PresenceText } from './presence-text';
import { ZoneText } from './zone-text';
import panel from './panel.module.css';

/** Approval, zone, presence and first contact. */
export function DeviceIdentity({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const { zone, subzones } = device;
  return (
    <Panel title={t('device.identity')}>
      <dl className={panel['facts']}>
        <dt>{t('device.approval')}</dt>
        <dd>{isRetired(device) ? t('replacement.state') : t(`approval.${device.approval}`)}</dd>
        <dt>{t('device.zone')}</dt>
        <dd>
          <ZoneText device={device} />
        </dd>
        <dt>{t('device.subzones')}</dt>
        <dd>
          {subzones.length === 0
            ? t('device.noSubzones')
            : subzones
                .map(({ id, name, gpios }) => t('device.subzone', { name: name || id, pins: gpios.join(', ') }))
                .join('; ')}
        </dd>
        <dt>{t('device.presence')}</dt>
        <dd>
          <PresenceText device={device} />
        </dd>
        <dt>{t('device.lastSeen')}</dt>
        <dd>{device.lastSeenAt === null ? t('table.never') : <Ago at={device.lastSeenAt} />}</dd>
        <dt>{t('device.firstSeen')}</dt>
        <dd>
          <Time at={device.firstSeenAt} />
        </dd>
      </dl>
      {!isRetired(device) && <BoardField device={device} />}
      {zone.state === 'failed' && <Notice priority="low">{t('zone.failedTodo')}</Notice>}
      {device.demo && <Notice priority="none">{t('device.demo')}</Notice>}
    </Panel>
  );
}
