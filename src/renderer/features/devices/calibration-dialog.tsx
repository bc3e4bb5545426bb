import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CalibrationView } from '../../../shared/api/calibration';
import type { SensorView } from '../../../shared/api/telemetry';
import {
  applyCalibration,
  calibrate,
  calibrationRoles,
  type CalibrationMethod,
} from '../../../shared/domain/calibration';
import { api } from '../../connection/client';
import { useSensorName } from '../../plant/labels';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FailureText } from '../../ui/failure';
import { SelectField, TextField } from '../../ui/field';
import { formatNumber } from '../../ui/format';
import { Notice } from '../../ui/notice';
import { Time } from '../../ui/time';
import { methodsOf, pointsOf, type TypedPoints } from './calibration-rules';
import { useRequest } from '../../ui/use-request';
import css from './calibration-dialog.module.css';

export type CalibrationDialogProps = { readonly sensor: SensorView; readonly onClose: () => void };

/** Calibrates a probe by one or two points: put it into a known medium, take the raw value, say what it is. */
export function CalibrationDialog({ sensor, onClose }: CalibrationDialogProps) {
  const { t } = useTranslation('devices');
  const nameOf = useSensorName();
  const methods = methodsOf(sensor.type);
  const [method, setMethod] = useState<CalibrationMethod>(methods[0] ?? 'offset');
  const [typed, setTyped] = useState<TypedPoints>({});
  const present = usePresent(sensor);
  const { isWorking, error, run } = useRequest();
  const points = pointsOf(method, typed);
  const result = points && calibrate(sensor.type, method, points);
  const canApply = result?.ok === true && !isWorking;
  const act = async (call: () => Promise<unknown>) => {
    if (await run(call)) onClose();
  };
  return (
    <Dialog
      title={t('calibration.title', { name: nameOf(sensor) })}
      subtitle={sensor.seriesId}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{t('calibration.cancel')}</Button>
          {present && (
            <Button
              isDisabled={isWorking}
              onPress={() => void act(() => api.calibration.remove({ id: sensor.seriesId }))}
            >
              {t('calibration.remove')}
            </Button>
          )}
          <Button
            variant="primary"
            isDisabled={!canApply}
            isPending={isWorking}
            onPress={() => void act(() => api.calibration.apply({ id: sensor.seriesId, method, points: points ?? [] }))}
          >
            {t('calibration.apply')}
          </Button>
        </>
      }
    >
      {present ? (
        <p>
          {t('calibration.present')} <Time at={present.appliedAt} /> · {t(`calibration.method.${present.method}`)}
        </p>
      ) : (
        <p>{t('calibration.none')}</p>
      )}
      {methods.length > 1 && (
        <SelectField
          label={t('calibration.methodLabel')}
          value={method}
          onChange={setMethod}
          options={methods.map((value) => ({ value, label: t(`calibration.method.${value}`) }))}
        />
      )}
      {calibrationRoles[method].map((role) => (
        <Point
          key={`${method}:${role}`}
          label={t(`calibration.role.${roleKey(role)}`)}
          sensor={sensor}
          hasReference={method !== 'moisture_2point'}
          value={typed[role] ?? { raw: '', reference: '' }}
          onChange={(value) => setTyped({ ...typed, [role]: value })}
        />
      ))}
      {result?.ok === false && <Notice priority="high">{result.error.message}</Notice>}
      {result?.ok && sensor.raw !== null && (
        <p>
          {t('calibration.preview', {
            value: formatNumber(applyCalibration(result.value, sensor.raw), 2),
            unit: sensor.unit,
          })}
        </p>
      )}
      <FailureText error={error} />
    </Dialog>
  );
}

const roleKeys = ['dry', 'wet', 'low', 'high', 'reference', 'buffer_low', 'buffer_high', 'air'] as const;

function roleKey(role: string): (typeof roleKeys)[number] {
  return roleKeys.find((each) => each === role) ?? 'reference';
}

type PointProps = {
  readonly label: string;
  readonly sensor: SensorView;
  /** The moisture method knows what dry and wet are: 0 and 100 %. */
  readonly hasReference: boolean;
  readonly value: TypedPoints[string];
  readonly onChange: (value: TypedPoints[string]) => void;
};

function Point({ label, sensor, hasReference, value, onChange }: PointProps) {
  const { t } = useTranslation('devices');
  const { error, run } = useRequest();
  const take = () =>
    run(async () => {
      const sensors = await api.telemetry.sensors({ id: sensor.deviceId });
      const raw = sensors.find(({ seriesId }) => seriesId === sensor.seriesId)?.raw;
      if (raw !== null && raw !== undefined) onChange({ ...value, raw: String(raw) });
    });
  return (
    <fieldset className={css['point']}>
      <legend>{label}</legend>
      <TextField
        label={t('calibration.raw')}
        inputMode="decimal"
        value={value.raw}
        onChange={(raw) => onChange({ ...value, raw })}
      />
      <Button onPress={() => void take()}>{t('calibration.take')}</Button>
      {hasReference && (
        <TextField
          label={t('calibration.reference', { unit: sensor.unit })}
          inputMode="decimal"
          value={value.reference}
          onChange={(reference) => onChange({ ...value, reference })}
        />
      )}
      <FailureText error={error} />
    </fieldset>
  );
}

function usePresent({ seriesId }: SensorView): CalibrationView | null {
  const [present, setPresent] = useState<CalibrationView | null>(null);
  useEffect(() => {
    api.calibration
      .get({ id: seriesId })
      .then(setPresent)
      .catch(() => undefined); // the dialog works without it
  }, [seriesId]);
  return present;
}
