import { useTranslation } from 'react-i18next';
import type { FlashImage, Inspection } from '../../../../shared/api/flash';
import { usePlant } from '../../../connection/plant-store';
import { formatBytes } from '../../../ui/format-bytes';
import { Notice } from '../../../ui/notice';
import { flashSizeText } from '../job-error-rules';
import css from './images-page.module.css';
import { changeOf } from './image-rules';

export type BoardFactsProps = { readonly inspection: Inspection; readonly image: FlashImage; readonly port: string };

/** The board as it answered: what it is, what runs on it, and what the image would change. */
export function BoardFacts({ inspection, image, port }: BoardFactsProps) {
  const { t } = useTranslation('bench');
  const name = usePlant((plant) => plant.devices[inspection.deviceId]?.name);
  const { chip, revision, mac, flashSizeBytes, firmware } = inspection;
  const { changedBytes, totalBytes } = changeOf(inspection);
  const nameOf = (info: typeof firmware) => (info === null ? t('images.unknown') : `${info.name} ${info.version}`);
  const size = flashSizeBytes === null ? t('images.unknown') : flashSizeText(flashSizeBytes);
  return (
    <>
      <dl className={css['facts']}>
        <dt>{t('port.label')}</dt>
        <dd>{port}</dd>
        <dt>{t('write.chip')}</dt>
        <dd>
          {chip} {revision} · {t('write.flash', { size })}
        </dd>
        <dt>{t('write.mac')}</dt>
        <dd>
          {mac} · {inspection.deviceId}
        </dd>
        <dt>{t('write.now')}</dt>
        <dd>{nameOf(firmware)}</dd>
        <dt>{t('write.then')}</dt>
        <dd>{nameOf(image.firmware)}</dd>
        {inspection.refusal === null && totalBytes > 0 && (
          <>
            <dt>{t('write.changes')}</dt>
            <dd>
              {changedBytes === 0
                ? t('write.same')
                : t('write.changed', { changed: formatBytes(changedBytes), total: formatBytes(totalBytes) })}
            </dd>
          </>
        )}
      </dl>
      {name !== undefined && (
        <Notice priority="low">{t('write.known', { name: name === '' ? inspection.deviceId : name })}</Notice>
      )}
    </>
  );
}
