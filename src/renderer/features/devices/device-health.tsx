import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { formatBytes } from '../../ui/format-bytes';
import { formatDuration, formatNumber } from '../../ui/format';
import { Mark } from '../../ui/mark';
import { isWeakSignal } from './device-list-rules';
import { useSignalText } from './health-texts';
import { Panel } from './panel';
import panel from './panel.module.css';

/** What the device last said about itself, and how its messages fared. Only what it said is shown. */
export function DeviceHealthFacts({ device: { health, counters } }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const signal = useSignalText();
  const { rssiDbm, heapFreeBytes, uptimeS, clockSkewS, sensorCount, actuatorCount, capabilities } = health;
  const count = (value: number | undefined) => (value === undefined ? '–' : formatNumber(value, 0));
  const facts: readonly (readonly [label: string, value: ReactNode])[] = [
    [
      t('health.rssi'),
      rssiDbm !== undefined && (
        <>
          {signal(rssiDbm)} {isWeakSignal(rssiDbm) && <Mark priority="low" size="small" />}
        </>
      ),
    ],
    [t('health.uptime'), uptimeS !== undefined && formatDuration(uptimeS * 1000)],
    [t('health.resetReason'), health.resetReason],
    [t('health.systemState'), health.systemState],
    [t('health.heap'), heapFreeBytes !== undefined && formatBytes(heapFreeBytes)],
    [
      t('health.clockSkew'),
      clockSkewS !== undefined && t('health.clockSkewValue', { value: formatNumber(clockSkewS, 1) }),
    ],
    [t('health.ip'), health.ip],
    [t('health.firmware'), health.firmwareVersion],
    [t('health.hardware'), health.hardwareType],
    [
      t('health.sensors'),
      (sensorCount !== undefined || actuatorCount !== undefined) &&
        t('health.sensorsValue', { sensors: count(sensorCount), actuators: count(actuatorCount) }),
    ],
    [t('health.capabilities'), capabilities && capabilities.length > 0 && capabilities.join(', ')],
    [t('health.messages'), count(counters.messages)],
    [t('health.duplicates'), count(counters.duplicates)],
    [t('health.malformed'), count(counters.malformed)],
  ];
  return (
    <Panel title={t('health.title')}>
      {Object.keys(health).length === 0 && <p className={panel['empty']}>{t('health.empty')}</p>}
      <dl className={panel['facts']}>
        {facts
          .filter(([, value]) => value !== undefined && value !== false && value !== '')
          .map(([label, value]) => (
            <Fact key={label} label={label} value={value} />
          ))}
      </dl>
    </Panel>
  );
}

function Fact({ label, value }: { readonly label: string; readonly value: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}
