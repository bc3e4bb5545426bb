import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandView, SystemCommandName } from '../../../shared/api/control';
import type { DeviceView } from '../../../shared/api/devices';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { useCommandSentence } from '../../control/actuator-texts';
import { useSystemCommandName } from '../../control/command-texts';
import { Button } from '../../ui/button';
import { FailureText } from '../../ui/failure';
import { Time } from '../../ui/time';
import { AskFirstDialog } from '../../ui/ask-first-dialog';
import { maintenanceKeys, resultFacts, type MaintenanceKey } from './maintenance-rules';
import { Panel } from './panel';
import panel from './panel.module.css';
import { StopTokenDialog } from './stop-token-dialog';
import { useRequest } from '../../ui/use-request';
import css from './device-maintenance.module.css';

/** Asks the device about itself, finds it, restarts it. What the device answered last stands below. */
export function DeviceMaintenance({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const nameOf = useSystemCommandName();
  const [asking, setAsking] = useState<MaintenanceKey | null>(null);
  const [isTokenOpen, setTokenOpen] = useState(false);
  const { error, run } = useRequest();
  if (device.approval !== 'approved') return null;
  const send = ({ command, params }: MaintenanceKey) =>
    run(() => api.control.system({ id: device.id, command, ...(params && { params }) }));
  const isHere = device.presence === 'online';
  return (
    <Panel title={t('maintenance.title')}>
      <div className={css['keys']}>
        {maintenanceKeys(device).map((key) => (
          <Button
            key={key.command}
            isDisabled={!isHere}
            onPress={() => (key.asksFirst ? setAsking(key) : void send(key))}
          >
            {capitalised(nameOf(key.command))}
            {key.asksFirst && ' …'}
          </Button>
        ))}
        <Button onPress={() => setTokenOpen(true)}>{t('maintenance.token')}</Button>
      </div>
      {!isHere && <p className={panel['empty']}>{t('maintenance.offline')}</p>}
      <FailureText error={error} />
      <LastAnswer deviceId={device.id} />
      {asking && (
        <AskFirstDialog
          title={t('maintenance.askTitle', { what: capitalised(nameOf(asking.command)) })}
          text={t(`maintenance.ask.${askedText(asking.command)}`, { name: device.name || device.id })}
          confirm={capitalised(nameOf(asking.command))}
          onConfirm={() => send(asking)}
          onClose={() => setAsking(null)}
        />
      )}
      {isTokenOpen && <StopTokenDialog device={device} onClose={() => setTokenOpen(false)} />}
    </Panel>
  );
}

function askedText(command: SystemCommandName): 'factory_reset' | 'reboot' | 'safe_mode' | 'exit_safe_mode' {
  return command === 'factory_reset' || command === 'safe_mode' || command === 'exit_safe_mode' ? command : 'reboot';
}

/** The newest maintenance command and what came back. */
function LastAnswer({ deviceId }: { readonly deviceId: string }) {
  const { t } = useTranslation('devices');
  const sentenceOf = useCommandSentence();
  const nameOf = useSystemCommandName();
  const last = usePlant(({ commands }) =>
    Object.values(commands)
      .filter((command) => command.deviceId === deviceId && command.kind === 'system')
      .reduce<CommandView | undefined>((best, one) => (best && best.at >= one.at ? best : one), undefined),
  );
  if (!last) return null;
  return (
    <output className={css['answer']}>
      <p>
        <Time at={last.at} /> · {sentenceOf({ ...last, command: nameOf(last.command) })}
      </p>
      {last.result && (
        <dl className={panel['facts']} aria-label={t('maintenance.answer')}>
          {resultFacts(last.result).map(([name, value]) => (
            <div key={name} className={css['fact']}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </output>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
