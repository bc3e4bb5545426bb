import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../../connection/client';
import { useConnection } from '../../../connection/connection-store';
import { Button } from '../../../ui/button';
import { TextField } from '../../../ui/field';
import { formatNumber } from '../../../ui/format';
import { useRequest } from '../../../ui/use-request';
import { CheckField } from '../check-field';
import { ChoiceList } from '../choice-list';
import { CallError } from '../job-error';
import { useImages } from './image-choice';
import { runsOurFirmware } from './image-rules';
import { passwordProblem, ssidProblem, strongestFirst, signalWord } from './setup-request-rules';
import { useSetupWizard } from './setup-wizard-store';
import type { StepProps } from './step-props';
import css from './steps.module.css';

/** The Wi-Fi that the device joins: typed, or chosen from what the device hears. */
export function NetworkStep({ draft, edit, problems }: StepProps) {
  const { t } = useTranslation('commissioning');
  const [isShown, setShown] = useState(false);
  const { wifi } = draft;
  const set = (change: Partial<typeof wifi>) => edit({ wifi: { ...wifi, ...change } });
  const ssid = ssidProblem(wifi.ssid);
  const password = passwordProblem(wifi.password);
  // A name that is too long is said at once; that something is missing, only after the key was pressed.
  const showSsid = ssid !== null && (ssid !== 'ssid_empty' || problems.includes(ssid));
  return (
    <>
      <p className={css['lead']}>{t('setup.network.lead')}</p>
      <Scan ssid={wifi.ssid} onChange={(name) => set({ ssid: name })} />
      <div className={css['narrow']}>
        <TextField
          label={t('setup.network.ssid')}
          help={t('setup.network.ssidHelp')}
          type="text"
          value={wifi.ssid}
          onChange={(value) => set({ ssid: value })}
          error={showSsid ? t(`setup.problem.${ssid}`) : undefined}
        />
        <TextField
          label={t('setup.network.password')}
          help={t('setup.network.passwordHelp')}
          type={isShown ? 'text' : 'password'}
          value={wifi.password}
          onChange={(value) => set({ password: value })}
          error={password !== null && problems.includes(password) ? t(`setup.problem.${password}`) : undefined}
        />
        <CheckField label={t('setup.network.show')} isChecked={isShown} onChange={setShown} />
      </div>
    </>
  );
}

/** Only a board that runs our firmware already can say which networks it hears. */
function Scan({ ssid, onChange }: { readonly ssid: string; readonly onChange: (ssid: string) => void }) {
  const { t } = useTranslation('commissioning');
  const board = useScannableBoard();
  const isLive = useConnection(({ state }) => state === 'live');
  const [networks, setNetworks] = useState<ReturnType<typeof strongestFirst> | null>(null);
  const { isWorking, error, run } = useRequest();
  if (board === null) return null;
  const scan = () =>
    run(async () => setNetworks(strongestFirst((await api.provisioning.scan({ port: board })).networks)));
  const choices = (networks ?? []).map(({ ssid: name, rssiDbm, isSecured }) => ({
    value: name,
    title: name,
    text: isSecured ? t('setup.network.secured') : t('setup.network.open'),
    aside: `${t(`setup.network.${signalWord(rssiDbm)}`)} · ${formatNumber(rssiDbm, 0)} dBm`,
  }));
  return (
    <div className={css['choices']}>
      <div>
        <Button isDisabled={!isLive} onPress={() => void scan()} isPending={isWorking}>
          {t(isWorking ? 'setup.network.scanning' : 'setup.network.scan')}
        </Button>
      </div>
      {networks?.length === 0 && <p>{t('setup.network.nothing')}</p>}
      {choices.length > 0 && (
        <ChoiceList
          label={t('setup.network.heard')}
          choices={choices}
          value={choices.some(({ value }) => value === ssid) ? ssid : null}
          onChange={onChange}
        />
      )}
      <CallError error={error} />
    </div>
  );
}

/** The port of a board that was looked at and runs our firmware; null for all others. */
function useScannableBoard(): string | null {
  const look = useSetupWizard((store) => store.wizard.look);
  const images = useImages();
  return look.name === 'found' && runsOurFirmware(look.inspection, images) ? look.port : null;
}
