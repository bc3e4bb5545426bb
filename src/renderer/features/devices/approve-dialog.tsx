import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { api } from '../../connection/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FailureText } from '../../ui/failure';
import { TextField } from '../../ui/field';
import { useRequest } from '../../ui/use-request';
import { useZones } from '../../plant/use-zones';
import { chosenZoneId } from '../../plant/zone-calls';
import { ZoneChoiceField } from '../../plant/zone-choice-field';
import { choiceProblem, type ZoneChoice } from '../../plant/zone-choice-rules';

const NAME_CHARS = 64;

export type DeviceDialogProps = { readonly device: DeviceView; readonly isOpen: boolean; readonly onClose: () => void };

/** Approves a device and gives it a name and a zone, both optional. */
export function ApproveDialog({ device, isOpen, onClose }: DeviceDialogProps) {
  const { t } = useTranslation('devices');
  const zones = useZones();
  const [name, setName] = useState(device.name === device.id ? '' : device.name);
  const [choice, setChoice] = useState<ZoneChoice>({ kind: 'none' });
  const { isWorking, error, run } = useRequest();
  const approve = async () => {
    const isDone = await run(async () => {
      const zoneId = await chosenZoneId(choice);
      await api.devices.approve({ id: device.id, ...(name.trim() !== '' && { name }), ...(zoneId && { zoneId }) });
    });
    if (isDone) onClose();
  };
  const canApprove = choiceProblem(choice, zones) === null;
  return (
    <Dialog
      title={t('approve.title', { id: device.id })}
      isOpen={isOpen}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{t('approve.cancel')}</Button>
          <Button variant="primary" isDisabled={!canApprove} isPending={isWorking} onPress={() => void approve()}>
            {isWorking ? t('approve.working') : t('approve.confirm')}
          </Button>
        </>
      }
    >
      <p>{t('approve.text')}</p>
      <TextField
        label={t('approve.name')}
        help={t('approve.nameHint')}
        value={name}
        onChange={setName}
        maxLength={NAME_CHARS}
        autoFocus // eslint-disable-line jsx-a11y/no-autofocus -- the operator opened this dialog to fill it in
      />
      <ZoneChoiceField zones={zones} choice={choice} onChange={setChoice} other="none" />
      <FailureText error={error} />
    </Dialog>
  );
}
