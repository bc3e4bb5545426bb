import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { DeviceView } from '../../../shared/api/devices';
import { activeFaults, noFaults, type DeviceFaults as Faults } from '../../../shared/api/plant';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { useActuatorName } from '../../control/actuator-texts';
import { useSimulatedFaults } from '../../plant/simulated-faults';
import { Button } from '../../ui/button';
import { FailureText } from '../../ui/failure';
import { SelectField } from '../../ui/field';
import { Notice } from '../../ui/notice';
import { faultChoices, faultGroups, faultKey, withFault } from './fault-rules';
import { useFaultText } from './fault-texts';
import { Panel } from './panel';
import { useRequest } from '../../ui/use-request';
import css from './device-faults.module.css';

/** Troubles of a simulated device, to see what the console makes of them. A real device has none of this. */
export function DeviceFaults({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const isRunning = usePlant(({ status }) => status?.demo.running ?? false);
  const simulated = useSimulatedFaults(device.id);
  const [wish, setWish] = useState<{ readonly faults: Faults; readonly instead: Faults } | null>(null);
  const { isWorking, error, run } = useRequest();
  if (!device.demo || !isRunning) return null;
  // A choice stands as it was made until the console says what holds.
  const faults = wish?.instead === simulated ? wish.faults : simulated;
  const count = activeFaults(simulated).length;
  const set = async (next: Faults) => {
    setWish({ faults: next, instead: simulated });
    if (!(await run(() => api.plant.setFaults({ ...next, id: device.id })))) setWish(null);
  };
  return (
    <Panel title={t('faults.title')}>
      {count > 0 ? (
        <Notice priority="low">{t('faults.on', { count })}</Notice>
      ) : (
        <p className={css['intro']}>{t('faults.intro')}</p>
      )}
      <Choices deviceId={device.id} faults={faults} onChange={(next) => void set(next)} />
      <div className={css['keys']}>
        <Button isDisabled={isWorking} onPress={() => void run(() => api.plant.brownOut({ id: device.id }))}>
          {t('faults.brownOut')}
        </Button>
        <Button isDisabled={isWorking || count === 0} onPress={() => void set(noFaults)}>
          {t('faults.allOff')}
        </Button>
      </div>
      <FailureText error={error} />
    </Panel>
  );
}

type ChoicesProps = {
  readonly deviceId: string;
  readonly faults: Faults;
  readonly onChange: (faults: Faults) => void;
};

function Choices({ deviceId, faults, onChange }: ChoicesProps) {
  const { t } = useTranslation('devices');
  const actuators = usePlant(
    useShallow((plant) => Object.values(plant.actuators).filter((actuator) => actuator.deviceId === deviceId)),
  );
  const actuatorName = useActuatorName();
  const outputName = (gpio: number) =>
    actuatorName(actuators.find((actuator) => actuator.gpio === gpio) ?? { name: '', type: 'relay', gpio });
  const textOf = useFaultText(outputName);
  const outputs = actuators.map(({ gpio }) => gpio);
  return faultGroups.map(({ group, names }) => (
    <fieldset key={group} className={css['group']}>
      <legend>{t(`faults.group.${group}`)}</legend>
      {names.map((name) => {
        const options = faultChoices(name, faults[name], outputs);
        return (
          <SelectField
            key={name}
            label={t(`faults.name.${name}`)}
            value={faultKey(faults[name])}
            options={options.map(({ key, value }) => ({ value: key, label: textOf(name, value) }))}
            onChange={(chosen) => {
              const option = options.find(({ key }) => key === chosen);
              if (option) onChange(withFault(faults, name, option.value));
            }}
          />
        );
      })}
    </fieldset>
  ));
}
