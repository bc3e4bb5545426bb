import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceView } from '../../../shared/api/devices';
import { api } from '../../connection/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FailureText } from '../../ui/failure';
import { TextField } from '../../ui/field';
import { useRequest } from '../../ui/use-request';

const TOKEN_CHARS = 64;

export type StopTokenDialogProps = { readonly device: DeviceView; readonly onClose: () => void };

/** Stores the stop token that a device was given, or sets a new one on the device. The text is never shown again. */
export function StopTokenDialog({ device, onClose }: StopTokenDialogProps) {
  const { t } = useTranslation('devices');
  const [token, setToken] = useState('');
  const { isWorking, error, run } = useRequest();
  const isUsable = /^[\x21-\x7e]{1,64}$/.test(token);
  const act = async (call: () => Promise<unknown>) => {
    if (await run(call)) onClose();
  };
  const store = (value: string | null) => api.stop.setDeviceToken({ deviceId: device.id, token: value });
  const setOnDevice = () =>
    api.control.system({
      id: device.id,
      command: 'set_emergency_token',
      params: { token, token_type: 'esp' },
    });
  return (
    <Dialog
      title={t('token.title', { name: device.name || device.id })}
      subtitle={device.id}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{t('token.cancel')}</Button>
          {device.hasStopToken && (
            <Button isDisabled={isWorking} onPress={() => void act(() => store(null))}>
              {t('token.forget')}
            </Button>
          )}
          <Button isDisabled={!isUsable || isWorking} onPress={() => void act(() => store(token))}>
            {t('token.store')}
          </Button>
          <Button
            variant="primary"
            isDisabled={!isUsable || device.presence !== 'online'}
            isPending={isWorking}
            onPress={() => void act(setOnDevice)}
          >
            {t('token.set')}
          </Button>
        </>
      }
    >
      <p>{t('token.text')}</p>
      <p>{t(device.hasStopToken ? 'token.stored' : 'token.none')}</p>
      <TextField
        label={t('token.label')}
        help={t('token.help')}
        value={token}
        onChange={setToken}
        maxLength={TOKEN_CHARS}
      />
      <FailureText error={error} />
    </Dialog>
  );
}
