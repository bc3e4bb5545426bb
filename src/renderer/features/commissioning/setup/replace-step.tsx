import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../../shared/api/devices';
import { usePlant } from '../../../connection/plant-store';
import { displayNameOf } from '../../../plant/device-name';
import { zoneIdOf } from '../../../plant/zone-rules';
import { Button } from '../../../ui/button';
import { Empty } from '../../../ui/empty';
import { Time } from '../../../ui/time';
import { ChoiceList } from '../choice-list';
import css from './steps.module.css';
import { replaceableDevices } from './replace-rules';
import { useSetupWizard } from './setup-wizard-store';
import type { StepProps } from './step-props';

/** Picks the dead device. One that is online is not dead, so it is not offered. */
export function ReplaceStep({ draft, edit, facts: { devices } }: StepProps) {
  const { t } = useTranslation('commissioning');
  const send = useSetupWizard((store) => store.send);
  const candidates = useMemo(() => replaceableDevices(devices, draft.replaces), [devices, draft.replaces]);
  const choices = candidates.map((device) => ({
    value: device.id,
    title: displayNameOf(device.id, devices),
    text: <DeadFacts device={device} />,
    isDisabled: device.presence === 'online',
  }));
  const leave = <Button onPress={() => send({ type: 'replaceNothing' })}>{t('setup.replace.nothing')}</Button>;
  if (choices.length === 0) {
    return (
      <Empty title={t('setup.replace.none')} action={leave}>
        {t('setup.replace.noneText')}
      </Empty>
    );
  }
  return (
    <>
      <p className={css['lead']}>{t('setup.replace.lead')}</p>
      <ChoiceList
        label={t('setup.replace.title')}
        choices={choices}
        value={draft.replaces}
        onChange={(replaces) => edit({ replaces })}
      />
      <div>{leave}</div>
    </>
  );
}

function DeadFacts({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('commissioning');
  const zones = usePlant((plant) => plant.zones);
  const zoneId = zoneIdOf(device);
  return (
    <>
      {device.id} · {zoneId === null ? t('setup.noZone') : (zones[zoneId]?.name ?? zoneId)}
      {' · '}
      {device.presence === 'online' ? (
        t('setup.replace.online')
      ) : device.lastSeenAt === null ? (
        t('setup.replace.neverHeard')
      ) : (
        <>
          {t('setup.replace.lastHeard')} <Time at={device.lastSeenAt} />
        </>
      )}
    </>
  );
}
