import { useTranslation } from 'react-i18next';
import type { Certificate } from '../../../../shared/api/commissioning';
import { hrefOf } from '../../../app/router';
import { usePlant } from '../../../connection/plant-store';
import { useActorName } from '../../../plant/actor-name';
import { formatDuration } from '../../../ui/format';
import { formatBytes } from '../../../ui/format-bytes';
import { LogRow } from '../../../ui/log-row';
import { Time } from '../../../ui/time';
import { shortSha } from '../images/image-rules';
import { addressText } from './certificate-rules';
import css from '../../../ui/log-table.module.css';
import own from './certificates-page.module.css';

/** Certificates as rows; a row opens the proof. */
export function CertificateTable({ certificates }: { readonly certificates: readonly Certificate[] }) {
  const { t } = useTranslation('bench');
  return (
    <table className={css['table']} aria-label={t('certificates.title')}>
      <thead>
        <tr>
          <th className={own['time']}>{t('certificates.time')}</th>
          <th>{t('certificates.result')}</th>
          <th>{t('certificates.name')}</th>
          <th>{t('certificates.device')}</th>
          <th>{t('certificates.chip')}</th>
          <th>{t('certificates.mac')}</th>
          <th>{t('certificates.firmware')}</th>
          <th>{t('images.sha')}</th>
          <th className={css['more']}>
            <span className="visuallyHidden">{t('certificates.proof')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {certificates.map((certificate) => (
          <Row key={certificate.id} certificate={certificate} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ certificate }: { readonly certificate: Certificate }) {
  const { t } = useTranslation('bench');
  const { at, result, name, deviceId, chip, mac, firmware, imageSha256 } = certificate;
  const isFailed = result === 'failed';
  return (
    <LogRow
      columns={9}
      labels={{ show: t('certificates.show', { name }), hide: t('certificates.hide', { name }) }}
      details={<Proof certificate={certificate} />}
      cells={
        <>
          <td className={css['quiet']}>
            <Time at={at} />
          </td>
          <td>
            <span className={own['result']}>
              <b aria-hidden data-failed={isFailed || undefined}>
                {isFailed ? '!' : '✓'}
              </b>
              {t(isFailed ? 'failed' : 'passed')}
            </span>
          </td>
          <td>{name}</td>
          <td className={css['quiet']}>{deviceId !== null && <DeviceLink deviceId={deviceId} />}</td>
          <td className={css['quiet']}>{chip}</td>
          <td className={`${css['quiet']} ${own['mac']}`}>{mac}</td>
          <td className={css['quiet']}>{firmware}</td>
          <td className={css['quiet']}>
            {imageSha256 === null ? '–' : <code title={imageSha256}>{shortSha(imageSha256)}</code>}
          </td>
        </>
      }
    />
  );
}

function DeviceLink({ deviceId }: { readonly deviceId: string }) {
  const isKnown = usePlant((plant) => plant.devices[deviceId] !== undefined);
  return isKnown ? <a href={hrefOf({ screen: 'device', deviceId })}>{deviceId}</a> : <>{deviceId}</>;
}

/** Everything that the certificate says, with each part as it was read back. */
function Proof({ certificate }: { readonly certificate: Certificate }) {
  const { t } = useTranslation('bench');
  const actorName = useActorName();
  const zoneName = usePlant(({ zones }) => (certificate.zoneId === null ? null : zones[certificate.zoneId]?.name));
  const facts = {
    operator: actorName(certificate.operator),
    port: certificate.port,
    duration: formatDuration(certificate.durationS * 1000),
    image: certificate.imageName,
    sha: certificate.imageSha256,
    zone: zoneName ?? certificate.zoneId,
    replaces: certificate.replaces,
    id: certificate.id,
  };
  const names = ['operator', 'port', 'duration', 'image', 'sha', 'zone', 'replaces', 'id'] as const;
  return (
    <div className={own['proof']}>
      {certificate.error !== null && <p className={own['error']}>{certificate.error}</p>}
      <dl>
        {names.map(
          (name) =>
            facts[name] !== null && (
              <div key={name}>
                <dt>{t(`certificates.fact.${name}`)}</dt>
                <dd>{facts[name]}</dd>
              </div>
            ),
        )}
      </dl>
      <Parts parts={certificate.parts} />
    </div>
  );
}

function Parts({ parts }: { readonly parts: Certificate['parts'] }) {
  const { t } = useTranslation('bench');
  if (parts.length === 0) return null;
  return (
    <table className={own['parts']} aria-label={t('certificates.parts')}>
      <thead>
        <tr>
          <th>{t('certificates.part')}</th>
          <th>{t('certificates.address')}</th>
          <th className={own['number']}>{t('images.size')}</th>
          <th>{t('certificates.md5')}</th>
          <th>{t('certificates.result')}</th>
        </tr>
      </thead>
      <tbody>
        {parts.map((part) => (
          <tr key={part.address}>
            <td>{part.name}</td>
            <td>{addressText(part.address)}</td>
            <td className={own['number']}>{formatBytes(part.sizeBytes)}</td>
            <td>
              <code>{part.md5}</code>
            </td>
            <td>{t(part.result === 'written' ? 'certificates.written' : 'certificates.there')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
