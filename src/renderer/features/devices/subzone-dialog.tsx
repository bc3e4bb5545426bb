import { useState } from 'react';
import { Checkbox } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { DeviceView, SubzoneView } from '../../../shared/api/devices';
import { subzoneIdSchema } from '../../../shared/domain/ids';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FailureText } from '../../ui/failure';
import { TextField } from '../../ui/field';
import { groupablePins, ownerOf, subzoneIdOf } from './subzone-rules';
import { useRequest } from '../../ui/use-request';
import css from './subzone-dialog.module.css';

const NAME_CHARS = 64;

export type SubzoneDialogProps = {
  readonly device: DeviceView;
  /** Null: a new one. */
  readonly subzone: SubzoneView | null;
  readonly onClose: () => void;
};

/** Chooses the pins of a subzone. A pin belongs to one subzone only, so those of others say whose they are. */
export function SubzoneDialog({ device, subzone, onClose }: SubzoneDialogProps) {
  const { t } = useTranslation('devices');
  const [name, setName] = useState(subzone?.name ?? '');
  const [gpios, setGpios] = useState<readonly number[]>(subzone?.gpios ?? []);
  const { isWorking, error, run } = useRequest();
  const names = usePinNames(device);
  const id = subzoneIdSchema.safeParse(subzone?.id ?? subzoneIdOf(name));
  const isTaken = subzone === null && device.subzones.some((each) => each.id === id.data);
  const canSave = id.success && !isTaken && gpios.length > 0;
  const save = async () => {
    if (!id.success) return;
    const call = () =>
      api.devices.assignSubzone({ id: device.id, subzoneId: id.data, name: name.trim(), gpios: [...gpios] });
    if (await run(call)) onClose();
  };
  return (
    <Dialog
      title={t(subzone ? 'subzones.editTitle' : 'subzones.newTitle')}
      subtitle={device.name || device.id}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{t('subzones.cancel')}</Button>
          <Button variant="primary" isDisabled={!canSave} isPending={isWorking} onPress={() => void save()}>
            {t('subzones.save')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('subzones.name')}
        value={name}
        onChange={setName}
        maxLength={NAME_CHARS}
        help={t('choose.newHint', { id: id.data ?? '–' })}
        error={isTaken ? t('subzones.taken') : undefined}
      />
      <fieldset className={css['pins']}>
        <legend>{t('subzones.pins')}</legend>
        {groupablePins(device, [...names.keys()]).map((gpio) => {
          const owner = ownerOf(device.subzones, gpio, subzone?.id ?? null);
          return (
            <Checkbox
              key={gpio}
              className={css['pin'] ?? ''}
              isDisabled={owner !== undefined}
              isSelected={gpios.includes(gpio)}
              onChange={(isChosen) => setGpios(isChosen ? [...gpios, gpio] : gpios.filter((each) => each !== gpio))}
            >
              <span className={css['box']} aria-hidden>
                <svg viewBox="0 0 16 16">
                  <path d="M2 8l4 4 8-9" />
                </svg>
              </span>
              <span>
                {t('sensors.pin', { gpio })}
                <small>{owner === undefined ? names.get(gpio) : t('subzones.owned', { name: owner })}</small>
              </span>
            </Checkbox>
          );
        })}
      </fieldset>
      <p>{t('subzones.text')}</p>
      <FailureText error={error} />
    </Dialog>
  );
}

/** Names of what hangs on the pins, from the live values. */
function usePinNames({ id }: DeviceView): ReadonlyMap<number, string> {
  const sensors = usePlant(
    useShallow((plant) => Object.values(plant.sensors).filter(({ deviceId }) => deviceId === id)),
  );
  const actuators = usePlant(
    useShallow((plant) => Object.values(plant.actuators).filter(({ deviceId }) => deviceId === id)),
  );
  return new Map([...sensors, ...actuators].map(({ gpio, name, type }) => [gpio, name || type]));
}
