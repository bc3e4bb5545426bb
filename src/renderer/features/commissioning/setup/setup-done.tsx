import { Check } from 'lucide-react';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupJob } from '../../../../shared/api/commissioning';
import { hrefOf, navigate } from '../../../app/router';
import { usePlant } from '../../../connection/plant-store';
import { displayNameOf } from '../../../plant/device-name';
import { Button } from '../../../ui/button';
import { formatBytes } from '../../../ui/format-bytes';
import { formatDuration } from '../../../ui/format';
import { DeviceLabel } from './device-label';
import facts from './facts.module.css';
import css from './run-view.module.css';
import { provedParts } from './setup-progress-rules';
import { useSetupWizard } from './setup-wizard-store';

export type EndProps = { readonly job: SetupJob; readonly heading: RefObject<HTMLHeadingElement | null> };

/** The device works: what it is, what was proved, its label, and the way on. */
export function SetupDone({ job, heading }: EndProps) {
  const { t } = useTranslation('commissioning');
  const devices = usePlant((plant) => plant.devices);
  const { deviceId } = job;
  const name = deviceId === null ? job.port : (job.name ?? displayNameOf(deviceId, devices));
  const isInPlant = job.provisioning !== null && deviceId !== null;
  return (
    <>
      <header className={css['head']}>
        <p className={css['over']}>{job.port}</p>
        <h2 className={css['now']} tabIndex={-1} ref={heading}>
          <Check aria-hidden size={28} strokeWidth={3} />
          {t(
            isInPlant
              ? job.replaces === null
                ? 'setup.done.title'
                : 'setup.done.titleReplaced'
              : 'setup.done.titleFlashed',
            { name },
          )}
        </h2>
      </header>
      <div className={css['result']}>
        <div className={css['head']}>
          <Proof job={job} name={name} />
          <DoneKeys job={job} />
        </div>
        {isInPlant && <DeviceLabel deviceId={deviceId} />}
      </div>
    </>
  );
}

function Proof({ job, name }: { readonly job: SetupJob; readonly name: string }) {
  const { t } = useTranslation('commissioning');
  const zone = usePlant(({ zones }) => (job.zoneId === null ? undefined : zones[job.zoneId]?.name));
  const { verified, written, bytes } = provedParts(job);
  const ms = job.finishedAt === undefined ? null : Date.parse(job.finishedAt) - Date.parse(job.startedAt);
  return (
    <dl className={facts['facts']}>
      <div>
        <dt>{t('setup.done.device')}</dt>
        <dd>
          <b>{name}</b>
          <small>{job.deviceId}</small>
        </dd>
      </div>
      <div>
        <dt>{t('setup.done.zone')}</dt>
        <dd>
          <b>{zone ?? job.zoneId ?? t('setup.noZone')}</b>
          <small>{job.replaces !== null && t('setup.done.replaced', { id: job.replaces })}</small>
        </dd>
      </div>
      {job.flash !== null && (
        <div>
          <dt>{t('setup.done.proof')}</dt>
          <dd>
            <b>{t('setup.done.readBack', { count: verified, bytes: formatBytes(bytes) })}</b>
            <small>
              {written === 0 ? t('setup.done.nothingWritten') : t('setup.done.written', { count: written })}
            </small>
          </dd>
        </div>
      )}
      <div>
        <dt>{t('setup.done.duration')}</dt>
        <dd>
          <b>{ms === null ? '–' : formatDuration(ms)}</b>
          <small>{job.certificateId !== null && t('setup.done.certificate')}</small>
        </dd>
      </div>
    </dl>
  );
}

function DoneKeys({ job: { deviceId, provisioning } }: { readonly job: SetupJob }) {
  const { t } = useTranslation('commissioning');
  const send = useSetupWizard((store) => store.send);
  const another = () => {
    send({ type: 'another' });
    navigate({ screen: 'commissioning', page: 'setup' });
  };
  return (
    <div className={css['keys']}>
      <Button variant="primary" onPress={another}>
        {t('setup.done.another')}
      </Button>
      {deviceId !== null && provisioning !== null && (
        <a href={hrefOf({ screen: 'device', deviceId })}>{t('setup.done.toDevice')}</a>
      )}
      <a href={hrefOf({ screen: 'commissioning', page: 'certificates' })}>{t('setup.done.toCertificates')}</a>
    </div>
  );
}
