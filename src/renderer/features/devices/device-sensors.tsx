import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { SensorView } from '../../../shared/api/telemetry';
import { isDerivedType } from '../../../shared/domain/sensor-types';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { useSensorName } from '../../plant/labels';
import { Button } from '../../ui/button';
import { FailureText } from '../../ui/failure';
import { Tag } from '../../ui/tag';
import { ValueRow } from '../../ui/value-row';
import { CalibrationDialog } from './calibration-dialog';
import { Panel } from './panel';
import { useRequest } from '../../ui/use-request';
import panel from './panel.module.css';
import css from './device-sensors.module.css';

/** Live values of one device with the pin that each comes from. */
export function DeviceSensors({ deviceId }: { readonly deviceId: string }) {
  const { t } = useTranslation('devices');
  const isApproved = usePlant(({ devices }) => devices[deviceId]?.approval === 'approved');
  const canMeasure = usePlant(({ devices }) => devices[deviceId]?.presence === 'online');
  const sensors = usePlant(
    useShallow((plant) =>
      Object.values(plant.sensors)
        .filter((sensor) => sensor.deviceId === deviceId)
        .sort(byPin),
    ),
  );
  return (
    <Panel title={t('sensors.title')}>
      {sensors.length === 0 && <p className={panel['empty']}>{t('sensors.empty')}</p>}
      <ul className={css['list']}>
        {sensors.map((sensor) => (
          <li key={sensor.seriesId}>
            <ValueRow sensor={sensor} />
            <p className={css['source']}>
              {sensor.gpio === 0 ? t('sensors.bus') : t('sensors.pin', { gpio: sensor.gpio })} · {sensor.type}
              {sensor.address !== undefined && ` · ${sensor.address}`}
              {!sensor.configured && !isDerivedType(sensor.type) && <Tag>{t('sensors.notConfigured')}</Tag>}
              {isApproved && <SensorKeys sensor={sensor} canMeasure={canMeasure} />}
            </p>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Measuring and calibrating; a derived value has neither. */
function SensorKeys({ sensor, canMeasure }: { readonly sensor: SensorView; readonly canMeasure: boolean }) {
  const { t } = useTranslation('devices');
  const nameOf = useSensorName();
  const [isOpen, setOpen] = useState(false);
  const { error, run } = useRequest();
  if (isDerivedType(sensor.type)) return <Tag>{t('sensors.derived')}</Tag>;
  const name = nameOf(sensor);
  return (
    <>
      {canMeasure && (
        <Button
          variant="plain"
          aria-label={t('sensors.measureName', { name })}
          onPress={() => void run(() => api.control.measure({ id: sensor.deviceId, gpio: sensor.gpio }))}
        >
          {t('sensors.measure')}
        </Button>
      )}
      <Button variant="plain" aria-label={t('sensors.calibrateName', { name })} onPress={() => setOpen(true)}>
        {t('sensors.calibrate')}
      </Button>
      <FailureText error={error} />
      {isOpen && <CalibrationDialog sensor={sensor} onClose={() => setOpen(false)} />}
    </>
  );
}

function byPin(a: SensorView, b: SensorView): number {
  return a.gpio - b.gpio || a.seriesId.localeCompare(b.seriesId);
}
