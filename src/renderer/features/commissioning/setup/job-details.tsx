import { useTranslation } from 'react-i18next';
import type { SetupJob } from '../../../../shared/api/commissioning';
import { formatNumber } from '../../../ui/format';
import { formatBytes } from '../../../ui/format-bytes';
import { useImageName } from '../image-name';
import css from './job-details.module.css';
import steps from './steps.module.css';

/** What went differently, in sight; the device's start messages and the facts for support, behind a line. */
export function JobDetails({ job: { flash } }: { readonly job: SetupJob }) {
  const { t } = useTranslation('commissioning');
  const nameOf = useImageName();
  if (flash === null) return null;
  const { notes, bootLog, parts, chip, mac, baud, imageId, imageName, imageSha256, error } = flash;
  return (
    <div>
      {notes.length > 0 && (
        <ul className={css['notes']} aria-label={t('setup.details.notes')}>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <details className={steps['more']} open={error?.code === 'no_restart' || undefined}>
        <summary>{t('setup.details.title')}</summary>
        <div className={steps['moreBody']}>
          <p className={css['line']}>
            {[
              chip,
              mac,
              baud !== null && t('setup.options.baud', { baud: formatNumber(baud, 0) }),
              nameOf(imageId, imageName),
            ]
              .filter(Boolean)
              .join(' · ')}
            {imageSha256 !== null && <small> SHA-256 {imageSha256}</small>}
          </p>
          {parts.length > 0 && (
            <table className={css['parts']}>
              <thead>
                <tr>
                  <th>{t('setup.details.part')}</th>
                  <th>{t('setup.details.address')}</th>
                  <th>{t('setup.details.size')}</th>
                  <th>{t('setup.details.md5')}</th>
                  <th>{t('setup.details.result')}</th>
                </tr>
              </thead>
              <tbody>
                {parts.map((part) => (
                  <tr key={part.address}>
                    <td>{part.name}</td>
                    <td>0x{part.address.toString(16)}</td>
                    <td>{formatBytes(part.size)}</td>
                    <td>{part.md5}</td>
                    <td>
                      {t(
                        !part.verified
                          ? 'setup.details.open'
                          : part.skipped
                            ? 'setup.details.same'
                            : 'setup.details.written',
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          <h3>{t('setup.details.boot')}</h3>
          {/* A region that scrolls must be reachable by keyboard. */}
          <pre
            className={css['boot']}
            tabIndex={0} // eslint-disable-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
            aria-label={t('setup.details.boot')}
          >
            {bootLog.length === 0 ? t('setup.details.noBoot') : bootLog.join('\n')}
          </pre>
        </div>
      </details>
    </div>
  );
}
