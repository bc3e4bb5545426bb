import { useTranslation } from 'react-i18next';
import { usePlant } from '../connection/plant-store';
import { zoneIdOf } from '../plant/zone-rules';
import { Dialog } from '../ui/dialog';
import { Empty } from '../ui/empty';
import { useActuatorName, useActuatorTypeName } from './actuator-texts';
import { Faceplate } from './faceplate';
import { useFaceplate } from './faceplate-store';

/** The open faceplate, over whatever screen there is. */
export function FaceplateDialog() {
  const { t } = useTranslation();
  const key = useFaceplate((store) => store.actuatorKey);
  const close = useFaceplate((store) => store.close);
  const actuator = usePlant(({ actuators }) => (key === null ? undefined : actuators[key]));
  const device = usePlant(({ devices }) => (actuator ? devices[actuator.deviceId] : undefined));
  const zoneName = usePlant(({ zones }) => {
    const zoneId = device && zoneIdOf(device);
    return zoneId ? (zones[zoneId]?.name ?? zoneId) : undefined;
  });
  const nameOf = useActuatorName();
  const typeName = useActuatorTypeName();
  if (key === null) return null;
  const place = actuator && [
    zoneName,
    device?.name || actuator.deviceId,
    t('pin', { gpio: actuator.gpio }),
    typeName(actuator.type),
  ];
  return (
    <Dialog
      title={actuator ? nameOf(actuator) : t('unknown')}
      subtitle={place?.filter(Boolean).join(' · ')}
      isOpen
      onClose={close}
    >
      {actuator ? <Faceplate key={key} actuator={actuator} /> : <Empty title={t('face.gone')} />}
    </Dialog>
  );
}
