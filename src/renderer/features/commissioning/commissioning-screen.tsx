import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { assertNever } from '../../../shared/domain/assert';
import { BenchPage } from './bench/bench-page';
import { CertificatesPage } from './certificates/certificates-page';
import styles from './commissioning-screen.module.css';
import { followCommissioning } from './commissioning-store';
import { ImagesPage } from './images/images-page';
import { MonitorPage } from './monitor/monitor-page';
import { SetupPage } from './setup/setup-page';

const pages = ['setup', 'bench', 'monitor', 'images', 'certificates'] as const;
type Page = (typeof pages)[number];

/** From a blank board to a device in the plant: one page per job, all on the same ports. */
export function CommissioningScreen({ page, replaces }: { readonly page: Page; readonly replaces?: string }) {
  const { t } = useTranslation('commissioning');
  useEffect(() => followCommissioning(), []);
  return (
    <>
      <h1 className={styles['title']}>{t('title')}</h1>
      <nav className={styles['tabs']} aria-label={t('tabs.label')}>
        {pages.map((one) => (
          <a key={one} href={`#/commissioning/${one}`} aria-current={one === page ? 'page' : undefined}>
            {t(`tabs.${one}`)}
          </a>
        ))}
      </nav>
      <PageOf page={page} replaces={replaces} />
    </>
  );
}

function PageOf({ page, replaces }: { readonly page: Page; readonly replaces: string | undefined }) {
  switch (page) {
    case 'setup':
      return <SetupPage key={replaces} replaces={replaces} />;
    case 'bench':
      return <BenchPage />;
    case 'monitor':
      return <MonitorPage />;
    case 'images':
      return <ImagesPage />;
    case 'certificates':
      return <CertificatesPage />;
    default:
      return assertNever(page);
  }
}
