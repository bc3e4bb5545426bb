import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button';
import { PortHelp } from '../port-help';
import { onlyPort } from '../port-list-rules';
import { PortPicker } from '../port-picker';
import { useSetupWizard } from './setup-wizard-store';
import type { StepProps } from './step-props';
import css from './steps.module.css';

/** Picks the port of the board; the only one is chosen beforehand. */
export function PortStep({ draft, edit, list }: StepProps) {
  const { t } = useTranslation('commissioning');
  const send = useSetupWizard((store) => store.send);
  const proposal = draft.port === null ? onlyPort(list.ports) : null;
  useEffect(() => {
    if (proposal !== null) edit({ port: proposal });
    // eslint-disable-next-line react/exhaustive-deps -- `edit` is new at every render and always does the same
  }, [proposal]);
  const port = list.ports.find(({ path }) => path === draft.port);
  return (
    <>
      <div className={css['leadLine']}>
        <p className={css['lead']}>{t(list.ports.length === 0 ? 'setup.port.leadNone' : 'setup.port.lead')}</p>
        {draft.replaces === null && (
          <Button onPress={() => send({ type: 'replace', deviceId: null })}>{t('setup.port.replace')}</Button>
        )}
      </div>
      <PortPicker ports={list.ports} value={draft.port} onChange={(path) => edit({ port: path })} />
      {port?.use === 'monitor' && <p className={css['small']}>{t('port.monitorGivesWay')}</p>}
      <PortHelp list={list} />
    </>
  );
}
