import { useTranslation } from 'react-i18next';
import { navigate } from '../../app/router';
import { api } from '../../connection/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FailureText } from '../../ui/failure';
import { Notice } from '../../ui/notice';
import type { DeviceDialogProps } from './approve-dialog';
import { displayName } from './device-list-rules';
import { useRequest } from '../../ui/use-request';

/** Asks before a device is forgotten, and says what is lost and what stays. */
export function ForgetDialog({ device, isOpen, onClose }: DeviceDialogProps) {
  const { t } = useTranslation('devices');
  const { isWorking, error, run } = useRequest();
  const forget = async () => {
    if (!(await run(() => api.devices.remove({ id: device.id })))) return;
    onClose();
    navigate({ screen: 'devices' });
  };
  return (
    <Dialog
      title={t('forget.title', { name: displayName(device) })}
      subtitle={device.id}
      isOpen={isOpen}
      onClose={onClose}
      role="alertdialog"
      footer={
        <>
          <Button
            onPress={onClose}
            autoFocus // eslint-disable-line jsx-a11y/no-autofocus -- a hasty Enter must not forget the device
          >
            {t('forget.cancel')}
          </Button>
          <Button variant="primary" isPending={isWorking} onPress={() => void forget()}>
            {isWorking ? t('forget.working') : t('forget.confirm')}
          </Button>
        </>
      }
    >
      <p>{t('forget.text')}</p>
      {device.presence === 'online' && <Notice priority="low">{t('forget.online')}</Notice>}
      <FailureText error={error} />
    </Dialog>
  );
}
