import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button';
import { FailureText } from '../../ui/failure';
import { useClear } from './use-clear';
import css from './stop-screen.module.css';

/** Sends the clear once more to the devices that have not answered it. */
export function AskAgain({ stopId }: { readonly stopId: string }) {
  const { t } = useTranslation('stop');
  const { state, error, run } = useClear(stopId);
  return (
    <footer className={css['foot']}>
      {state === 'failed' ? <FailureText error={error} /> : <span />}
      <Button onPress={run} isPending={state === 'clearing'}>
        {state === 'clearing' ? t('panel.asking') : t('panel.askAgain')}
      </Button>
    </footer>
  );
}
