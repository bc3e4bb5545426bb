import { useTranslation } from 'react-i18next';
import { MAX_IMAGE_BYTES } from '../../../../shared/api/flash';
import { Button } from '../../../ui/button';
import { formatBytes } from '../../../ui/format-bytes';
import { Notice } from '../../../ui/notice';
import { CallError } from '../job-error';
import { ProgressBar } from '../progress';
import css from './images-page.module.css';
import { cancelUpload, useUpload } from './upload-store';

/** How far the upload is, and how it ended. */
export function UploadLine() {
  const { t } = useTranslation('bench');
  const upload = useUpload();
  switch (upload.state) {
    case 'sending':
      return (
        <div className={css['upload']}>
          <div>
            <p>{t('upload.sending', { name: upload.name })}</p>
            <ProgressBar
              label={t('upload.sending', { name: upload.name })}
              share={upload.sentBytes / upload.totalBytes}
            />
            <small>
              {t('progress.bytes', {
                ns: 'commissioning',
                done: formatBytes(upload.sentBytes),
                total: formatBytes(upload.totalBytes),
              })}
            </small>
          </div>
          <Button onPress={cancelUpload}>{t('cancel', { ns: 'common' })}</Button>
        </div>
      );
    case 'done':
      return <output className={css['done']}>{t('upload.done', { name: upload.name })}</output>;
    case 'refused':
      return (
        <Notice priority="high" announce="alert">
          {t(`upload.${upload.problem}`, {
            name: upload.name,
            size: formatBytes(upload.sizeBytes),
            limit: formatBytes(MAX_IMAGE_BYTES),
          })}
        </Notice>
      );
    case 'failed':
      return <CallError error={upload.error} />;
    default:
      return null;
  }
}
