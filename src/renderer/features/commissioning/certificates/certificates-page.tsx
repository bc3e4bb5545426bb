import { useTranslation } from 'react-i18next';
import type { SetupJob } from '../../../../shared/api/commissioning';
import { Button } from '../../../ui/button';
import { LogFoot } from '../../../ui/log-panel';
import { useCommissioning } from '../commissioning-store';
import { CertificateExport } from './certificate-export';
import { newCertificates } from './certificate-rules';
import { CertificateTable } from './certificate-table';
import css from '../../../ui/log-panel.module.css';
import page from './certificates-page.module.css';
import { useCertificates } from './use-certificates';

const none: readonly SetupJob[] = [];

/** What was done to which board, with the proof; the newest first. New ones wait behind a key, so that no row moves by itself. */
export function CertificatesPage() {
  const { t } = useTranslation('bench');
  const { shown, hasOlder, isLoading, error, loadOlder, loadNewer } = useCertificates();
  const setups = useCommissioning(({ event }) => event?.setups ?? none);
  const made = setups.map(({ certificateId }) => certificateId);
  const waiting = isLoading ? 0 : newCertificates(shown, made);
  return (
    <section className={css['panel']} aria-labelledby="certificates-title">
      <header className={page['toolbar']}>
        <h2 id="certificates-title">
          {t('certificates.title')}
          <small>{t('certificates.subtitle')}</small>
        </h2>
        <CertificateExport isEmpty={shown.length === 0} />
      </header>
      <output className={css['new']}>
        {waiting > 0 && (
          <Button variant="primary" onPress={loadNewer}>
            {t('certificates.new', { count: waiting })}
          </Button>
        )}
      </output>
      {shown.length > 0 && (
        <div className={page['scroll']}>
          <CertificateTable certificates={shown} />
        </div>
      )}
      <LogFoot
        isLoading={isLoading}
        error={error}
        isEmpty={shown.length === 0}
        hasOlder={hasOlder}
        onOlder={loadOlder}
        onClear={undefined}
        texts={{
          empty: t('certificates.empty'),
          clear: '',
          loading: t('certificates.loading'),
          older: t('certificates.older'),
          again: t('certificates.again'),
          end: t('certificates.end'),
        }}
      />
    </section>
  );
}
