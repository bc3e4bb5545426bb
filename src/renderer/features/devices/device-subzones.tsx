import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceView, SubzoneView } from '../../../shared/api/devices';
import { api } from '../../connection/client';
import { Button } from '../../ui/button';
import { FailureText } from '../../ui/failure';
import { Mark } from '../../ui/mark';
import { Panel } from './panel';
import panel from './panel.module.css';
import { SubzoneDialog } from './subzone-dialog';
import { subzoneStateKey } from './subzone-rules';
import { useRequest } from '../../ui/use-request';
import css from './device-subzones.module.css';

/** Pins grouped inside the device's zone: what is wished, what the device confirmed, and their safe mode. */
export function DeviceSubzones({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const [editing, setEditing] = useState<SubzoneView | 'new' | null>(null);
  const { error, run } = useRequest();
  if (device.approval !== 'approved') return null;
  const hasZone = device.zone.desired !== null || device.zone.confirmed !== null;
  return (
    <Panel title={t('subzones.title')}>
      {device.subzones.length === 0 ? (
        <p className={panel['empty']}>{t(hasZone ? 'subzones.empty' : 'subzones.noZone')}</p>
      ) : (
        <table className={css['table']} aria-label={t('subzones.title')}>
          <thead>
            <tr>
              <th>{t('subzones.name')}</th>
              <th>{t('subzones.pins')}</th>
              <th>{t('subzones.state')}</th>
              <th>{t('subzones.safe')}</th>
              <th>
                <span className="visuallyHidden">{t('table.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {device.subzones.map((subzone) => (
              <Row key={subzone.id} device={device} subzone={subzone} run={run} onEdit={() => setEditing(subzone)} />
            ))}
          </tbody>
        </table>
      )}
      <FailureText error={error} />
      {hasZone && <Button onPress={() => setEditing('new')}>{t('subzones.add')}</Button>}
      {editing && (
        <SubzoneDialog device={device} subzone={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </Panel>
  );
}

type RowProps = {
  readonly device: DeviceView;
  readonly subzone: SubzoneView;
  readonly run: (call: () => Promise<unknown>) => Promise<boolean>;
  readonly onEdit: () => void;
};

function Row({ device, subzone, run, onEdit }: RowProps) {
  const { t } = useTranslation('devices');
  const ids = { id: device.id, subzoneId: subzone.id };
  const isSafe = subzone.safeMode.desired;
  const name = subzone.name || subzone.id;
  return (
    <tr>
      <td>
        {name}
        {name !== subzone.id && <small>{subzone.id}</small>}
      </td>
      <td>{subzone.gpios.join(', ')}</td>
      <td>
        {subzone.state === 'failed' && <Mark priority="low" size="small" />} {t(subzoneStateKey(subzone))}
        {subzone.reason !== undefined && subzone.state === 'failed' && <small>{subzone.reason}</small>}
      </td>
      <td className={css['safe']}>
        <small>{t(`subzones.safeState.${isSafe ? 'on' : 'off'}.${subzone.safeMode.state}`)}</small>
        <Button
          variant="plain"
          aria-pressed={isSafe}
          aria-label={t(isSafe ? 'subzones.safeOffName' : 'subzones.safeOnName', { name })}
          onPress={() => void run(() => api.devices.subzoneSafe({ ...ids, enabled: !isSafe }))}
        >
          {t(isSafe ? 'subzones.safeOff' : 'subzones.safeOn')}
        </Button>
      </td>
      <td className={css['actions']}>
        <Button variant="plain" aria-label={t('subzones.editName', { name })} onPress={onEdit}>
          {t('subzones.edit')}
        </Button>
        <Button
          variant="plain"
          aria-label={t('subzones.removeName', { name })}
          isDisabled={subzone.isRemoving}
          onPress={() => void run(() => api.devices.removeSubzone(ids))}
        >
          {t('subzones.remove')}
        </Button>
      </td>
    </tr>
  );
}
