import { useTranslation } from 'react-i18next';
import type { ChipSecurity, Inspection } from '../../../../shared/api/flash';
import { flashSizeText } from '../job-error-rules';
import css from './facts.module.css';

/** What was found on the board. */
export function BoardFacts({ inspection }: { readonly inspection: Inspection }) {
  const { t } = useTranslation('commissioning');
  const security = useSecurityText();
  const { chip, revision, flashSizeBytes, mac, deviceId, firmware } = inspection;
  return (
    <dl className={css['facts']}>
      <div>
        <dt>{t('setup.look.chip')}</dt>
        <dd>
          <b>{chip}</b>
          <small>{revision !== '' && t('setup.look.revision', { revision })}</small>
        </dd>
      </div>
      <div>
        <dt>{t('setup.look.flash')}</dt>
        <dd>
          <b>{flashSizeBytes === null ? t('setup.look.unknown') : flashSizeText(flashSizeBytes)}</b>
          <small>{security(inspection.security)}</small>
        </dd>
      </div>
      <div>
        <dt>{t('setup.look.id')}</dt>
        <dd>
          <b>{deviceId}</b>
          <small>MAC {mac}</small>
        </dd>
      </div>
      <div>
        <dt>{t('setup.look.runs')}</dt>
        <dd>
          <b>{firmware ? `${firmware.name} ${firmware.version}` : t('setup.look.nothing')}</b>
          <small>{firmware?.builtAt}</small>
        </dd>
      </div>
    </dl>
  );
}

function useSecurityText(): (security: ChipSecurity | null) => string {
  const { t } = useTranslation('commissioning');
  return (security) => {
    if (security === null) return t('setup.look.securityUnknown');
    const names = (['secureBoot', 'flashEncryption', 'secureDownload', 'debugDisabled'] as const).filter(
      (name) => security[name],
    );
    if (names.length === 0) return t('setup.look.securityOpen');
    return names.map((name) => t(`setup.look.${name}`)).join(', ');
  };
}
