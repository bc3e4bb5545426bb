import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FailureText } from '../../ui/failure';
import { Notice } from '../../ui/notice';
import { Section } from './section';

/** Starts and removes the simulated devices. */
export function DemoSettings() {
  const { t } = useTranslation('settings');
  const isAvailable = usePlant(({ status }) => status?.demo.available ?? false);
  const isRunning = usePlant(({ status }) => status?.demo.running ?? false);
  const problem = usePlant(({ status }) => status?.demo.problem ?? null);
  const devices = usePlant(({ status }) => status?.demo.devices ?? 0);
  const [isAsking, setIsAsking] = useState(false);
  const task = useTask();
  const start = () =>
    task.run(async () => {
      await api.console.startDemo();
      return t('demoStarted');
    });
  const remove = () => {
    setIsAsking(false);
    task.run(async () => {
      const { removedDevices } = await api.console.removeDemo();
      return t('demoRemoved', { count: removedDevices });
    });
  };
  return (
    <Section title={t('demoTitle')}>
      {problem !== null && <Notice priority="low">{t(problem === 'failed' ? 'demoFailed' : 'demoNoFirmware')}</Notice>}
      <p>{!isAvailable ? t('demoUnavailable') : isRunning ? t('demoRunning', { count: devices }) : t('demoStopped')}</p>
      {isAvailable && (
        <div>
          {isRunning ? (
            <Button isDisabled={task.isBusy} onPress={() => setIsAsking(true)}>
              {t('demoRemove')}
            </Button>
          ) : (
            <Button isDisabled={task.isBusy} onPress={start}>
              {t('demoStart')}
            </Button>
          )}
        </div>
      )}
      <output>{task.result}</output>
      <FailureText error={task.error} />
      <Dialog
        title={t('demoRemoveTitle')}
        role="alertdialog"
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        footer={
          <>
            <Button onPress={() => setIsAsking(false)}>{t('cancel', { ns: 'common' })}</Button>
            <Button variant="primary" onPress={remove}>
              {t('demoRemoveNow')}
            </Button>
          </>
        }
      >
        <p>{t('demoRemoveText')}</p>
      </Dialog>
    </Section>
  );
}

/** One task at a time, with its result as a sentence or its failure. */
function useTask() {
  const [isBusy, setIsBusy] = useState(false);
  const [result, setResult] = useState('');
  const [error, setError] = useState<unknown>(null);
  const run = async (task: () => Promise<string>) => {
    setIsBusy(true);
    setResult('');
    setError(null);
    try {
      setResult(await task());
    } catch (thrown) {
      setError(thrown);
    } finally {
      setIsBusy(false);
    }
  };
  return { isBusy, result, error, run: (task: () => Promise<string>) => void run(task) };
}
