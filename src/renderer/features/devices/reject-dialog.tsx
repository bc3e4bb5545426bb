import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../connection/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FailureText } from '../../ui/failure';
import { TextField } from '../../ui/field';
import type { DeviceDialogProps } from './approve-dialog';
import { useRequest } from '../../ui/use-request';

const REASON_CHARS = 200;

/** Rejects a device; it stays known and may be approved later. */
export function RejectDialog({ device, isOpen, onClose }: DeviceDialogProps) {
  const { t } = useTranslation('devices');
  const [reason, setReason] = useState('');
  const { isWorking, error, run } = useRequest();
  const reject = async () => {
    const input = { id: device.id, ...(reason.trim() !== '' && { reason: reason.trim() }) };
    if (await run(() => api.devices.reject(input))) onClose();
  };
  return (
    <Dialog
      title={t('reject.title', { id: device.id })}
      isOpen={isOpen}
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{t('reject.cancel')}</Button>
          <Button variant="primary" isPending={isWorking} onPress={() => void reject()}>
            {isWorking ? t('reject.working') : t('reject.confirm')}
          </Button>
        </>
      }
    >
      <p>{t('reject.text')}</p>
      <TextField
        label={t('reject.reason')}
        help={t('reject.reasonHint')}
        value={reason}
        onChange={setReason}
        maxLength={REASON_CHARS}
        autoFocus // eslint-disable-line jsx-a11y/no-autofocus -- the operator opened this dialog to fill it in
      />
      <FailureText error={error} />
    </Dialog>
  );
}
