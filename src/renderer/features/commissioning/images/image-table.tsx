import { useTranslation } from 'react-i18next';
import type { FlashImage } from '../../../../shared/api/flash';
import { chips } from '../../../../shared/domain/chips';
import { Button } from '../../../ui/button';
import { formatBytes } from '../../../ui/format-bytes';
import { Mark } from '../../../ui/mark';
import { Tag } from '../../../ui/tag';
import { Time } from '../../../ui/time';
import { useImageName } from '../image-name';
import { useJobErrorLine } from '../job-error';
import { shortSha } from './image-rules';
import css from './images-page.module.css';

export type ImageTableProps = {
  readonly images: readonly FlashImage[];
  readonly isConnected: boolean;
  readonly onWrite: (image: FlashImage) => void;
  readonly onRemove: (image: FlashImage) => void;
};

/** One row per image or backup. */
export function ImageTable({ images, ...rest }: ImageTableProps) {
  const { t } = useTranslation('bench');
  return (
    <table className={css['table']} aria-label={t('images.title')}>
      <thead>
        <tr>
          <th>{t('images.name')}</th>
          <th>{t('images.chip')}</th>
          <th>{t('images.firmware')}</th>
          <th className={css['number']}>{t('images.size')}</th>
          <th>{t('images.sha')}</th>
          <th>
            <span className="visuallyHidden">{t('images.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {images.map((image) => (
          <Row key={image.id} image={image} {...rest} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  image,
  isConnected,
  onWrite,
  onRemove,
}: Omit<ImageTableProps, 'images'> & { readonly image: FlashImage }) {
  const { t } = useTranslation('bench');
  const errorLine = useJobErrorLine();
  const { kind, chip, firmware, problem, addedAt, path } = image;
  const name = useImageName()(image.id, image.name);
  return (
    <tr>
      <td>
        <b>{name}</b> <Tag>{t(`images.kind.${kind}`)}</Tag>
        <small>
          {addedAt !== undefined && <Time at={addedAt} />}
          {path !== undefined && <span className={css['path']}> · {path}</span>}
        </small>
        {problem !== null && (
          <small className={css['problem']}>
            <Mark priority="high" size="small" />
            {errorLine(problem)}
          </small>
        )}
      </td>
      <td>{chip === null ? t('images.unknown') : chips[chip].name}</td>
      <td>
        {firmware === null ? t('images.unknown') : firmware.name}
        {firmware !== null && <small>{firmware.version}</small>}
      </td>
      <td className={css['number']}>{formatBytes(image.sizeBytes)}</td>
      <td>
        <code title={image.sha256}>{shortSha(image.sha256)}</code>
      </td>
      <td>
        <div className={css['actions']}>
          <Button
            isDisabled={!isConnected || problem !== null}
            aria-label={t(kind === 'backup' ? 'images.restoreOf' : 'images.writeOf', { name })}
            onPress={() => onWrite(image)}
          >
            {t(kind === 'backup' ? 'images.restore' : 'images.write')}
          </Button>
          {kind !== 'bundled' && (
            <Button
              variant="plain"
              isDisabled={!isConnected}
              aria-label={t('images.removeOf', { name })}
              onPress={() => onRemove(image)}
            >
              {t('images.remove')}
            </Button>
          )}
        </div>
      </td>
    </tr>
  );
}
