import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../../connection/client';
import { Button } from '../../../ui/button';
import { Dialog } from '../../../ui/dialog';
import { useRequest } from '../../../ui/use-request';
import { CallError } from '../job-error';
import { onlyPort } from '../port-list-rules';
import { PortChoice, usePorts } from './port-choice';

/** Reads the whole flash of a board into a file. The job goes on under the list of jobs. */
export function BackupDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('bench');
  const ports = usePorts();
  const [chosen, setChosen] = useState<string | null>(null);
  const port = chosen ?? onlyPort(ports);
  const { isWorking, error, run } = useRequest();
  const start = async () => {
    if (port !== null && (await run(() => api.flash.backup({ port })))) onClose();
  };
  return (
    <Dialog
      title={t('backup.title')}
      subtitle={t('backup.text')}
      isOpen
      onClose={onClose}
      footer={
        <>
          <Button onPress={onClose}>{t('cancel', { ns: 'common' })}</Button>
          <Button variant="primary" isDisabled={port === null} isPending={isWorking} onPress={() => void start()}>
            {t('backup.start')}
          </Button>
        </>
      }
    >
      <PortChoice value={port} onChange={setChosen} isDisabled={isWorking} />
      <CallError error={error} />
    </Dialog>
  );
}
