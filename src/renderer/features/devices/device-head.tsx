import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { hrefOf } from '../../app/router';
import { api } from '../../connection/client';
import { FaultTag } from '../../plant/fault-tag';
import { Button } from '../../ui/button';
import { FailureText } from '../../ui/failure';
import { TextField } from '../../ui/field';
import { LinkButton } from '../../ui/link-button';
import { Mark } from '../../ui/mark';
import { Tag } from '../../ui/tag';
import { ApproveDialog } from './approve-dialog';
import { AssignZoneDialog } from './assign-zone-dialog';
import { canBeReplaced, displayName, isRetired } from './device-list-rules';
import { DeviceReplacement } from './device-replacement';
import { ForgetDialog } from './forget-dialog';
import { RejectDialog } from './reject-dialog';
import { useRequest } from '../../ui/use-request';
import css from './device-head.module.css';

const NAME_CHARS = 64;
const dialogs = { approve: ApproveDialog, reject: RejectDialog, zone: AssignZoneDialog, forget: ForgetDialog };

/** Name and id of the device, and what can be done with it. */
export function DeviceHead({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const [open, setOpen] = useState<keyof typeof dialogs | null>(null);
  const OpenDialog = open && dialogs[open];
  return (
    <header className={css['head']}>
      <a className={css['back']} href={hrefOf({ screen: 'devices' })}>
        <span aria-hidden>‹</span> {t('device.back')}
      </a>
      <div className={css['who']}>
        <NameEditor device={device} />
        <p className={css['small']}>
          {device.id} · {t('device.kaiser', { id: device.kaiserId })}
          {device.demo && <Tag>{t('table.demo')}</Tag>}
          <FaultTag deviceId={device.id} />
        </p>
      </div>
      <div className={css['keys']}>
        {!isRetired(device) && <DecisionKeys device={device} onOpen={setOpen} />}
        <Button onPress={() => setOpen('forget')}>{t('device.forget')}</Button>
      </div>
      <DeviceReplacement device={device} />
      {OpenDialog && <OpenDialog device={device} isOpen onClose={() => setOpen(null)} />}
    </header>
  );
}

type DecisionKeysProps = { readonly device: DeviceView; readonly onOpen: (dialog: keyof typeof dialogs) => void };

/** What can be decided about a device that was not replaced. */
function DecisionKeys({ device, onOpen }: DecisionKeysProps) {
  const { t } = useTranslation('devices');
  const { id, approval } = device;
  return (
    <>
      {approval === 'pending' && (
        <span className={css['pending']}>
          <Mark priority="low" />
          {t('approval.pending')}
        </span>
      )}
      {canBeReplaced(device) && (
        <LinkButton
          href={hrefOf({ screen: 'commissioning', page: 'setup', replaces: id })}
          label={t('replacement.replaceName', { name: displayName(device) })}
        >
          {t('replacement.replace')}
        </LinkButton>
      )}
      {approval === 'approved' ? (
        <Button onPress={() => onOpen('zone')}>{t('device.assignZone')}</Button>
      ) : (
        <Button variant="primary" onPress={() => onOpen('approve')}>
          {t('device.approve')}
        </Button>
      )}
      {approval !== 'rejected' && <Button onPress={() => onOpen('reject')}>{t('device.reject')}</Button>}
    </>
  );
}

function NameEditor({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const [draft, setDraft] = useState<string | null>(null);
  const { isWorking, error, run, reset } = useRequest();
  if (draft === null) {
    return (
      <div className={css['name']}>
        <h1>{displayName(device)}</h1>
        <Button variant="plain" onPress={() => setDraft(device.name === device.id ? '' : device.name)}>
          {t('device.rename')}
        </Button>
      </div>
    );
  }
  const isUsable = draft.trim() !== '' && !isWorking;
  const save = async () => {
    if (await run(() => api.devices.update({ id: device.id, name: draft.trim() }))) setDraft(null);
  };
  const cancel = () => {
    reset();
    setDraft(null);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys come from its fields
    <form
      className={css['name']}
      onSubmit={(event) => {
        event.preventDefault();
        if (isUsable) void save();
      }}
      // Escape in any of its fields.
      onKeyDown={(event) => event.key === 'Escape' && cancel()}
    >
      <TextField
        label={t('device.name')}
        value={draft}
        onChange={setDraft}
        maxLength={NAME_CHARS}
        autoFocus // eslint-disable-line jsx-a11y/no-autofocus -- the operator asked to rename it
      />
      <Button type="submit" variant="primary" isDisabled={!isUsable}>
        {t('device.saveName')}
      </Button>
      <Button onPress={cancel}>{t('device.cancelName')}</Button>
      <FailureText error={error} />
    </form>
  );
}
