import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { usePlant } from '../connection/plant-store';
import { useNow } from '../connection/server-clock';
import { formatMinute } from '../ui/format';
import type { PlotSeam } from '../ui/plot';
import { seamsAfter, type DeviceSeam } from './seam-rules';

/** `label` stands in the plot, `text` names the device too. */
export type Seam = DeviceSeam & PlotSeam & { readonly text: string };

/** The replacements of these devices within the last `spanMs`, as marks for a plot and as text. */
export function useSeams(deviceIds: readonly string[], spanMs: number): readonly Seam[] {
  const { t } = useTranslation();
  const from = useNow(60_000) - spanMs;
  // As text, so that the many other changes of a device draw nothing anew.
  const found = usePlant((plant) => JSON.stringify(seamsAfter(plant.devices, deviceIds, from)));
  return useMemo(
    () =>
      (JSON.parse(found) as DeviceSeam[]).map((seam) => {
        const time = formatMinute(seam.at);
        return { ...seam, label: t('seam.short', { time }), text: t('seam.of', { name: seam.name, time }) };
      }),
    [found, t],
  );
}
