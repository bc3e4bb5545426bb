import { useTranslation } from 'react-i18next';
import { activeFaults } from '../../shared/api/plant';
import { Tag } from '../ui/tag';
import { useSimulatedFaults } from './simulated-faults';

/** Stands beside a device whose trouble is simulated, so that nobody takes it for real; nothing beside every other one. */
export function FaultTag({ deviceId }: { readonly deviceId: string }) {
  const { t } = useTranslation();
  const count = activeFaults(useSimulatedFaults(deviceId)).length;
  return count === 0 ? null : <Tag tone="low">{t('simulatedFaults', { count })}</Tag>;
}
