import { useTranslation } from 'react-i18next';
import type { FaultName } from '../../../shared/api/plant';
import { formatDuration, formatNumber, formatPercent } from '../../ui/format';
import type { FaultValue } from './fault-rules';

/** A value of a fault in words; `outputName` names the output on a pin. */
export function useFaultText(outputName: (gpio: number) => string): (name: FaultName, value: FaultValue) => string {
  const { t } = useTranslation('devices');
  return (name, value) => {
    if (name === 'networkDown') return t(value === true ? 'faults.networkOut' : 'faults.networkIn');
    if (name === 'sensorDead') return t(value === true ? 'faults.dead' : 'faults.answering');
    if (typeof value !== 'number') return t('faults.noOutput');
    if (name === 'stuckGpio') return outputName(value);
    if (value === 0) return t(name === 'clockOffsetS' ? 'faults.clockRight' : 'faults.none');
    if (name === 'delayMs') return t('faults.delay', { duration: formatDuration(value) });
    if (name === 'sensorDriftPerHour') return t('faults.perHour', { value: signed(value) });
    if (name !== 'clockOffsetS') return formatPercent(value);
    const duration = formatDuration(Math.abs(value) * 1000);
    return t(value > 0 ? 'faults.ahead' : 'faults.behind', { duration });
  };
}

function signed(value: number): string {
  const text = formatNumber(value, Number.isInteger(value) ? 0 : 1);
  return value > 0 ? `+${text}` : text;
}
