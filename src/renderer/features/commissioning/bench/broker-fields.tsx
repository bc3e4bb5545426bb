import { useTranslation } from 'react-i18next';
import type { BrokerProposal } from '../../../../shared/api/provisioning';
import { CheckField } from '../check-field';
import { SelectField, TextField } from '../../../ui/field';
import { Notice } from '../../../ui/notice';
import { CommandText } from '../command-text';
import { openBrokerCommand } from '../job-error-rules';
import { FieldGroup } from './field-group';
import { PasswordField } from './password-field';
import css from './template-dialog.module.css';
import { brokerLogins } from './template-draft-rules';
import type { TemplateFieldsProps } from './template-fields';

/** Where boards report, and how they log in there. */
export function BrokerFields({
  draft,
  problem,
  onChange,
  proposal,
  isCaHeld,
}: TemplateFieldsProps & { readonly proposal: BrokerProposal | null; readonly isCaHeld: boolean }) {
  const { t } = useTranslation('bench');
  const logins = brokerLogins.filter(
    (login) => login !== 'own' || proposal?.isOwnBroker !== false || draft.login === 'own',
  );
  const other = proposal?.hosts.filter((host) => host !== draft.host) ?? [];
  return (
    <FieldGroup title={t('template.broker')}>
      <TextField
        label={t('template.host')}
        type="text"
        value={draft.host}
        onChange={(host) => onChange({ host })}
        maxLength={64}
        error={problem === 'host' ? t('template.problem.host') : undefined}
        help={other.length > 0 ? t('template.otherHosts', { hosts: other.join(', ') }) : undefined}
      />
      <TextField
        label={t('template.port')}
        value={draft.port}
        onChange={(port) => onChange({ port })}
        inputMode="numeric"
        maxLength={5}
        error={problem === 'port' ? t('template.problem.port') : undefined}
      />
      <SelectField
        label={t('template.login')}
        value={draft.login}
        onChange={(login) => onChange({ login })}
        options={logins.map((value) => ({ value, label: t(`template.logins.${value}`) }))}
      />
      <CheckField
        label={t('template.tls')}
        isChecked={draft.isTls}
        onChange={(isTls) => onChange({ isTls })}
        help={t('template.tlsHelp')}
      />
      {draft.login === 'given' && (
        <>
          <TextField
            label={t('template.username')}
            type="text"
            value={draft.username}
            onChange={(username) => onChange({ username })}
            maxLength={64}
            error={problem === 'username' ? t('template.problem.username') : undefined}
          />
          <PasswordField
            label={t('template.brokerPassword')}
            value={draft.brokerPassword}
            onChange={(brokerPassword) => onChange({ brokerPassword })}
          />
        </>
      )}
      {draft.isTls && (
        <div className={css['whole']}>
          <TextField
            label={t('template.ca')}
            value={draft.caPem}
            onChange={(caPem) => onChange({ caPem })}
            isMultiline
            help={isCaHeld ? t('template.passwordHeld') : undefined}
            error={problem === 'ca' ? t('template.problem.ca') : undefined}
          />
        </div>
      )}
      {proposal?.isLoopbackOnly === true && (
        <div className={css['whole']}>
          <Notice priority="high">{t('template.loopback')}</Notice>
          <CommandText command={openBrokerCommand} />
        </div>
      )}
    </FieldGroup>
  );
}
