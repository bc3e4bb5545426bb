import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button';
import { useCommissioning } from '../commissioning-store';
import css from './running-line.module.css';
import { isRunning } from './setup-wizard-state';
import { useSetupWizard } from './setup-wizard-store';

/** Another setup goes on while the next one is prepared: a way to it. */
export function RunningLine() {
  const { t } = useTranslation('commissioning');
  const job = useCommissioning(({ event }) => event?.setups.find((each) => !each.isBench && isRunning(each)));
  const send = useSetupWizard((store) => store.send);
  if (!job) return null;
  return (
    <p className={css['line']}>
      <span>{t('setup.running', { name: job.name ?? job.port })}</span>
      <Button onPress={() => send({ type: 'show', job })}>{t('setup.showRunning')}</Button>
    </p>
  );
}
