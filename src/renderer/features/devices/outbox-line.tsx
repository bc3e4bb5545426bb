import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { usePlant } from '../../connection/plant-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { WaitingList } from './device-waiting';
import { waitingOperations } from './waiting-rules';
import css from './devices-screen.module.css';

/** Changes that wait for devices, of all devices together. */
export function OutboxLine() {
  const { t } = useTranslation('devices');
  const [isOpen, setOpen] = useState(false);
  const waiting = usePlant(useShallow((plant) => waitingOperations(plant.operations)));
  if (waiting.length === 0) return null;
  return (
    <p className={css['line']}>
      {t('waiting.line', { count: waiting.length })}
      <Button variant="plain" onPress={() => setOpen(true)}>
        {t('waiting.show')}
      </Button>
      <Dialog
        title={t('waiting.listTitle')}
        subtitle={t('waiting.listText')}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        width="wide"
      >
        <WaitingList operations={waiting} withDevice />
      </Dialog>
    </p>
  );
}
