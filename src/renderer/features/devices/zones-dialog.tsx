import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ZoneView } from '../../../shared/api/zones';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FailureText } from '../../ui/failure';
import { TextField } from '../../ui/field';
import { useRequest, type Request } from '../../ui/use-request';
import { useZones } from '../../plant/use-zones';
import { createZone } from '../../plant/zone-calls';
import { devicesInZone, movedZones, zoneNameProblem } from '../../plant/zone-model-rules';
import css from './zones-dialog.module.css';

const ZONE_NAME_CHARS = 64;

export type ZonesDialogProps = { readonly isOpen: boolean; readonly onClose: () => void };

/** The plant model: names, order, new and empty zones. */
export function ZonesDialog({ isOpen, onClose }: ZonesDialogProps) {
  const { t } = useTranslation('devices');
  const zones = useZones();
  const request = useRequest();
  return (
    <Dialog
      title={t('zones.title')}
      subtitle={t('zones.text')}
      isOpen={isOpen}
      onClose={onClose}
      width="wide"
      footer={<Button onPress={onClose}>{t('zones.close')}</Button>}
    >
      {zones.length === 0 && <p>{t('zones.empty')}</p>}
      <ul className={css['list']}>
        {zones.map((zone, index) => (
          <ZoneRow key={zone.id} zone={zone} zones={zones} index={index} request={request} />
        ))}
      </ul>
      <NewZone zones={zones} request={request} />
      <FailureText error={request.error} />
    </Dialog>
  );
}

type ZoneRowProps = {
  readonly zone: ZoneView;
  readonly zones: readonly ZoneView[];
  readonly index: number;
  readonly request: Request;
};

function ZoneRow({ zone, zones, index, request }: ZoneRowProps) {
  const { t } = useTranslation('devices');
  const [name, setName] = useState(zone.name);
  const problem = zoneNameProblem(name, zones, zone.id);
  const isChanged = name.trim() !== zone.name;
  const rename = () => request.run(() => api.zones.put({ id: zone.id, name: name.trim() }));
  const move = (step: -1 | 1) => request.run(() => saveOrder(movedZones(zones, zone.id, step)));
  return (
    <li className={css['row']}>
      <TextField
        label={t('zones.nameOf', { name: zone.name })}
        value={name}
        onChange={setName}
        maxLength={ZONE_NAME_CHARS}
        error={isChanged && problem ? t(`choose.${problem}`) : undefined}
      />
      <Button
        isDisabled={!isChanged || problem !== null}
        aria-label={t('zones.saveName', { name: zone.name })}
        onPress={() => void rename()}
      >
        {t('zones.save')}
      </Button>
      <Button isDisabled={index === 0} aria-label={t('zones.up', { name: zone.name })} onPress={() => void move(-1)}>
        <ArrowUp size={18} aria-hidden />
      </Button>
      <Button
        isDisabled={index === zones.length - 1}
        aria-label={t('zones.down', { name: zone.name })}
        onPress={() => void move(1)}
      >
        <ArrowDown size={18} aria-hidden />
      </Button>
      <DeleteZone zone={zone} request={request} />
    </li>
  );
}

/** Two presses: the first one asks. A zone with devices says why it can't go. */
function DeleteZone({ zone, request }: { readonly zone: ZoneView; readonly request: Request }) {
  const { t } = useTranslation('devices');
  const [isAsked, setAsked] = useState(false);
  const devices = usePlant((plant) => plant.devices);
  const inside = devicesInZone(devices, zone.id).length;
  const press = () => {
    if (isAsked) void request.run(() => api.zones.remove({ id: zone.id }));
    setAsked(!isAsked);
  };
  return (
    <>
      <span className={css['count']} title={inside > 0 ? t('zones.deleteBlocked', { name: zone.name }) : undefined}>
        {inside === 0 ? t('zones.noDevices') : t('zones.devices', { count: inside })}
      </span>
      <Button
        isDisabled={inside > 0}
        aria-label={isAsked ? t('zones.deleteAgain') : t('zones.deleteName', { name: zone.name })}
        onPress={press}
        onBlur={() => setAsked(false)}
        isActive={isAsked}
      >
        {isAsked ? t('zones.deleteAgain') : t('zones.delete')}
      </Button>
    </>
  );
}

function NewZone({ zones, request }: { readonly zones: readonly ZoneView[]; readonly request: Request }) {
  const { t } = useTranslation('devices');
  const [name, setName] = useState('');
  const problem = zoneNameProblem(name, zones);
  const add = async () => {
    if (await request.run(() => createZone(name))) setName('');
  };
  return (
    <form
      className={css['row']}
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === null) void add();
      }}
    >
      <TextField
        label={t('zones.new')}
        value={name}
        onChange={setName}
        maxLength={ZONE_NAME_CHARS}
        error={problem === 'taken' ? t('choose.taken') : undefined}
      />
      <Button type="submit" variant="primary" isDisabled={problem !== null} isPending={request.isWorking}>
        {t('zones.add')}
      </Button>
    </form>
  );
}

/** One call after the other, so that a failure leaves a sensible order. */
async function saveOrder(moved: ReturnType<typeof movedZones>): Promise<void> {
  for (const { zone, order } of moved) await api.zones.put({ id: zone.id, name: zone.name, order });
}
