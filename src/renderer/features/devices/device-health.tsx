import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { formatBytes } from '../../ui/format-bytes';
import { formatDuration, formatNumber } from '../../ui/format';
import { Mark } from '../../ui/mark';
import { Time } from '../../ui/time';
import { isWeakSignal } from './device-list-rules';
import { useSignalText } from './health-texts';
import { Panel } from './panel';
import panel from './panel.module.css';

/** What the device last said about itself, and how its messages fared. Only what it said is shown. */
export function DeviceHealthFacts({ device }: { readonly device: DeviceView }) {
  const { health, counters, sequence } = device;
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
    [
      t('health.gaps'),
      sequence.last !== null &&
        (sequence.gaps === 0
          ? t('health.noGaps')
          : t('health.gapsValue', { count: sequence.gaps, missed: count(sequence.missed) })),
    ],
    [t('health.messages'), count(counters.messages)],
    [t('health.duplicates'), count(counters.duplicates)],
    [t('health.malformed'), count(counters.malformed)],
    [t('health.limited'), counters.limited > 0 && count(counters.limited)],
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
      <Reported health={health} diagnostics={device.diagnostics} />
    </Panel>
  );
}

/** The device's own report and its counters, folded: for whoever looks for a cause. */
function Reported({ health, diagnostics }: Pick<DeviceView, 'health' | 'diagnostics'>) {
  const { t } = useTranslation('devices');
  const facts = [...Object.entries(diagnostics?.values ?? {}), ...Object.entries(health.metrics ?? {})];
  if (facts.length === 0) return null;
  return (
    <details>
      <summary className={panel['more']}>{t('health.reported', { count: facts.length })}</summary>
      {diagnostics && (
        <p className={panel['empty']}>
          {t('health.reportedAt')} <Time at={diagnostics.receivedAt} />
        </p>
      )}
      <dl className={panel['facts']}>
        {facts.map(([name, value]) => (
          <Fact key={name} label={name.replaceAll('_', ' ')} value={String(value)} />
        ))}
      </dl>
    </details>
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
