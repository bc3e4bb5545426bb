import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import type { StopScope } from '../../../shared/api/stop';
import type { ZoneView } from '../../../shared/api/zones';
import { usePlant } from '../../connection/plant-store';
import { formatDuration } from '../../ui/format';

type Names = {
  readonly devices: Readonly<Record<string, Pick<DeviceView, 'name'>>>;
  readonly zones: Readonly<Record<string, Pick<ZoneView, 'name'>>>;
};

/** Name of the zone or device of a scope, its id where there is none; null for the whole plant. */
export function scopeNameOf(scope: StopScope, { devices, zones }: Names): string | null {
  if (scope.kind === 'all') return null;
  if (scope.kind === 'zone') return zones[scope.zoneId]?.name ?? scope.zoneId;
  return devices[scope.deviceId]?.name || scope.deviceId;
}

/** What is stopped, in words; `first` where they begin a sentence. */
export function useScopeName(scope: StopScope | undefined, position: 'within' | 'first' = 'within'): string {
  const { t } = useTranslation('stop');
  const name = usePlant((plant) => (scope === undefined ? null : scopeNameOf(scope, plant)));
  return name ?? t(position === 'first' ? 'scope.allFirst' : 'scope.all');
}

/** A running duration in whole seconds, so that it does not flicker. */
export function elapsedText(ms: number): string {
  return formatDuration(Math.max(1, Math.floor(ms / 1000)) * 1000);
}
