import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FailureText } from '../../ui/failure';
import { SelectField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import type { DeviceDialogProps } from './approve-dialog';
import { displayName, zoneCell } from './device-list-rules';
import { OperationProgress } from './operation-progress';
import { useRequest } from '../../ui/use-request';
import { useZones } from '../../plant/use-zones';
import { chosenZoneId } from '../../plant/zone-calls';
import { ZoneChoiceField } from '../../plant/zone-choice-field';
import { choiceProblem, choiceValue, firstChoice, type ZoneChoice } from '../../plant/zone-choice-rules';

const strategies = ['transfer', 'copy', 'reset'] as const;
type Strategy = (typeof strategies)[number];

/** Puts a device into a zone, or takes it out, and follows the operation until the device has answered. */
export function AssignZoneDialog({ device, isOpen, onClose }: DeviceDialogProps) {
  const { t } = useTranslation('devices');
  const zones = useZones();
  const [choice, setChoice] = useState<ZoneChoice>(() => firstChoice(device.zone.desired, zones));
  const [strategy, setStrategy] = useState<Strategy>('transfer');
  const [operationId, setOperationId] = useState<string | null>(null);
  const operation = usePlant((plant) => (operationId === null ? undefined : plant.operations[operationId]));
  const { isWorking, error, run } = useRequest();
  const isSent = operationId !== null;
  const isOver = operation !== undefined && operation.state !== 'pending';
  const canRepeat = isOver && operation.state !== 'confirmed';
  const send = () =>
    run(async () => {
      const started = await startOperation(device, choice, strategy);
      setOperationId(started.operationId);
      if (choice.kind === 'new') setChoice({ kind: 'zone', zoneId: started.zoneId ?? '' });
    });
  const canSend = choiceProblem(choice, zones) === null;
  const sendText = isWorking
    ? 'assign.working'
    : choiceValue(choice) === 'leave'
      ? 'assign.leaveConfirm'
      : 'assign.confirm';
  return (
    <Dialog
      title={t('assign.title', { name: displayName(device) })}
      subtitle={device.id}
      isOpen={isOpen}
      onClose={onClose}
      footer={
        <>
          {canRepeat && <Button onPress={() => setOperationId(null)}>{t('assign.again')}</Button>}
          {/* The key that sent is gone then; without focus inside, Escape would not close the dialog. */}
          <Button
            key={String(isSent)}
            autoFocus={isSent} // eslint-disable-line jsx-a11y/no-autofocus -- see above
            onPress={onClose}
          >
            {isSent ? t('assign.close') : t('assign.cancel')}
          </Button>
          {!isSent && (
            <Button variant="primary" isDisabled={!canSend} isPending={isWorking} onPress={() => void send()}>
              {t(sendText)}
            </Button>
          )}
        </>
      }
    >
      <PresentZone device={device} />
      {isSent ? (
        <OperationProgress operationId={operationId} />
      ) : (
        <>
          <ZoneChoiceField
            zones={zones}
            choice={choice}
            onChange={setChoice}
            other={device.zone.confirmed ? 'leave' : undefined}
          />
          {device.subzones.length > 0 && choice.kind !== 'leave' && (
            <StrategyField value={strategy} onChange={setStrategy} />
          )}
          {device.presence !== 'online' && <Notice priority="low">{t('assign.offlineNote')}</Notice>}
          <FailureText error={error} />
        </>
      )}
    </Dialog>
  );
}

function PresentZone({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const zones = usePlant((plant) => plant.zones);
  return (
    <p>
      <b>{t('assign.now', { zone: zoneCell(device, zones).current ?? t('zone.none') })}</b>
      <br />
      {t('assign.text')}
    </p>
  );
}

function StrategyField({
  value,
  onChange,
}: {
  readonly value: Strategy;
  readonly onChange: (value: Strategy) => void;
}) {
  const { t } = useTranslation('devices');
  const labels = {
    transfer: t('assign.strategyTransfer'),
    copy: t('assign.strategyCopy'),
    reset: t('assign.strategyReset'),
  };
  const options = strategies.map((each) => ({ value: each, label: labels[each] }));
  return <SelectField label={t('assign.strategy')} value={value} onChange={onChange} options={options} />;
}

async function startOperation({ id, subzones }: DeviceView, choice: ZoneChoice, subzoneStrategy: Strategy) {
  const zoneId = await chosenZoneId(choice);
  const { operationId } =
    zoneId === null
      ? await api.devices.removeZone({ id })
      : await api.devices.assignZone({ id, zoneId, ...(subzones.length > 0 && { subzoneStrategy }) });
  return { operationId, zoneId };
}
