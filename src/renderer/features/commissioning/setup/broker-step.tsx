import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button';
import { SelectField, TextField } from '../../../ui/field';
import { Notice } from '../../../ui/notice';
import { CheckField } from '../check-field';
import { CommandText } from '../command-text';
import { openBrokerCommand } from '../job-error-rules';
import { brokerLogins } from './setup-draft';
import { isBehindLoopback, type StepProblem } from './setup-request-rules';
import type { StepProps } from './step-props';
import css from './steps.module.css';

const LOGIN_CHARS = 64;

/** Where the device finds the broker, as seen from its network. */
export function BrokerStep({ draft, edit, facts: { proposal }, problems }: StepProps) {
  const { t } = useTranslation('commissioning');
  const { broker } = draft;
  const set = (change: Partial<typeof broker>) => edit({ broker: { ...broker, ...change } });
  const errorOf = (...mine: StepProblem[]) => {
    const problem = problems.find((each) => mine.includes(each));
    return problem && t(`setup.problem.${problem}`);
  };
  const hosts = proposal?.hosts.filter((host) => host !== broker.host) ?? [];
  return (
    <>
      <p className={css['lead']}>
        {t(proposal?.isOwnBroker === false ? 'setup.broker.leadOther' : 'setup.broker.lead')}
      </p>
      {isBehindLoopback(draft, proposal) && <Loopback />}
      <div className={css['address']}>
        <TextField
          label={t('setup.broker.host')}
          help={t('setup.broker.hostHelp')}
          type="text"
          value={broker.host}
          onChange={(host) => set({ host: host.trim() })}
          maxLength={LOGIN_CHARS}
          error={errorOf('host_empty', 'host_form')}
        />
        <TextField
          label={t('setup.broker.port')}
          inputMode="numeric"
          value={broker.port}
          onChange={(port) => set({ port: port.trim() })}
          error={errorOf('port_form')}
        />
      </div>
      {hosts.length > 0 && (
        <div className={css['hosts']}>
          <span>{t('setup.broker.others')}</span>
          {hosts.map((host) => (
            <Button key={host} onPress={() => set({ host })}>
              {host}
            </Button>
          ))}
        </div>
      )}
      <Login draft={draft} set={set} isOwnBroker={proposal?.isOwnBroker ?? false} error={errorOf('username_empty')} />
      <Tls draft={draft} set={set} />
    </>
  );
}

function Loopback() {
  const { t } = useTranslation('commissioning');
  return (
    <div className={css['question']}>
      <Notice priority="high">{t('setup.broker.loopback')}</Notice>
      <CommandText command={openBrokerCommand} />
      <p className={css['small']}>{t('setup.broker.loopbackAfter')}</p>
    </div>
  );
}

type PartProps = Pick<StepProps, 'draft'> & {
  readonly set: (change: Partial<StepProps['draft']['broker']>) => void;
};

function Login({
  draft: { broker },
  set,
  isOwnBroker,
  error,
}: PartProps & { readonly isOwnBroker: boolean; readonly error: string | undefined }) {
  const { t } = useTranslation('commissioning');
  const options = brokerLogins
    .filter((login) => login !== 'own' || isOwnBroker || broker.login === 'own')
    .map((value) => ({ value, label: t(`setup.broker.login.${value}`) }));
  return (
    <div className={css['narrow']}>
      <SelectField
        label={t('setup.broker.loginLabel')}
        help={t(`setup.broker.loginHelp.${broker.login}`)}
        value={broker.login}
        options={options}
        onChange={(login) => set({ login })}
      />
      {broker.login === 'typed' && (
        <>
          <TextField
            label={t('setup.broker.username')}
            type="text"
            value={broker.username}
            onChange={(username) => set({ username })}
            maxLength={LOGIN_CHARS}
            error={error}
          />
          <TextField
            label={t('setup.broker.password')}
            type="password"
            value={broker.password}
            onChange={(password) => set({ password })}
            maxLength={LOGIN_CHARS}
          />
        </>
      )}
    </div>
  );
}

/** Our firmware has no TLS; a firmware of one's own may. */
function Tls({ draft: { broker }, set }: PartProps) {
  const { t } = useTranslation('commissioning');
  return (
    <details className={css['more']} open={broker.tls}>
      <summary>{t('setup.broker.tlsTitle')}</summary>
      <div className={css['moreBody']}>
        <CheckField
          label={t('setup.broker.tls')}
          help={t('setup.broker.tlsHelp')}
          isChecked={broker.tls}
          onChange={(tls) => set({ tls })}
        />
        {broker.tls && (
          <>
            <Notice priority="high">{t('setup.broker.tlsWarning')}</Notice>
            <TextField
              label={t('setup.broker.ca')}
              isMultiline
              value={broker.caPem}
              onChange={(caPem) => set({ caPem })}
              maxLength={4000}
            />
          </>
        )}
      </div>
    </details>
  );
}
