import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { BenchTemplateView } from '../../../../shared/api/commissioning';
import { usePlant } from '../../../connection/plant-store';
import { useImageName } from '../image-name';
import { useImages } from '../use-images';
import css from './bench-head.module.css';

/** What every board gets, as six short facts in one line. */
export function TemplateSummary({ template }: { readonly template: BenchTemplateView }) {
  const { t } = useTranslation('bench');
  const { settings } = template;
  const zones = usePlant((plant) => plant.zones);
  const image = useTemplateImage(template.imageId);
  const none = t('template.flashOnly');
  const zone = settings?.zoneId ? (zones[settings.zoneId]?.name ?? settings.zoneId) : t('template.noZone');
  return (
    <dl className={css['facts']}>
      <Fact name={t('template.image')}>{image}</Fact>
      <Fact name={t('template.network')}>{settings?.ssid ?? none}</Fact>
      <Fact name={t('template.broker')}>{settings ? `${settings.broker.host}:${settings.broker.port}` : '–'}</Fact>
      <Fact name={t('template.zone')}>{settings ? zone : '–'}</Fact>
      <Fact name={t('template.naming')}>{template.naming}</Fact>
      <Fact name={t('template.method')}>{settings ? t(`template.methods.${template.method}`) : '–'}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The image in words; its id while the list of images is not there. */
function useTemplateImage(imageId: string | null): string {
  const { t } = useTranslation('bench');
  const { images } = useImages();
  const imageName = useImageName();
  if (imageId === null) return t('template.noFlash');
  if (imageId === 'auto') return t('template.auto');
  return imageName(imageId, images?.find(({ id }) => id === imageId)?.name ?? imageId);
}
