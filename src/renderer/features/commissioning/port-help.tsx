import { useTranslation } from 'react-i18next';
import type { PortList } from '../../../shared/api/flash';
import { assertNever } from '../../../shared/domain/assert';
import { Notice } from '../../ui/notice';
import { CommandText } from './command-text';
import { groupCommand } from './job-error-rules';
import css from './port-help.module.css';
import { mayLackDriver } from './port-list-rules';

/** Our rule for udev as the installed console has it; from the source tree the path is the same. */
const ruleCommand = 'sudo cp resources/udev/70-leitstand.rules /etc/udev/rules.d/ && sudo udevadm control --reload';

type Problem = PortList['problems'][number];

/** What keeps ports from appearing or from being opened, each with the way out; and what to try when nothing is plugged in. */
export function PortHelp({ list }: { readonly list: PortList }) {
  const { t } = useTranslation('commissioning');
  const isEmpty = !list.ports.some(({ isPresent }) => isPresent);
  if (!isEmpty && list.problems.length === 0) return null;
  return (
    <section className={css['help']} aria-label={t('portHelp.label')}>
      {isEmpty && <NothingThere list={list} />}
      {list.problems.map((problem) => (
        <ProblemHelp key={problem.code} problem={problem} />
      ))}
    </section>
  );
}

function NothingThere({ list }: { readonly list: PortList }) {
  const { t } = useTranslation('commissioning');
  return (
    <div className={css['block']}>
      <p className={css['title']}>{t('portHelp.noneTitle')}</p>
      <p>{t('portHelp.noneText')}</p>
      <p className={css['subtitle']}>{t('portHelp.noneTitleMore')}</p>
      <ul className={css['list']}>
        <li>{t('portHelp.noneCable')}</li>
        <li>{t('portHelp.noneSocket')}</li>
        <li>{t('portHelp.noneLight')}</li>
        <li>{t('portHelp.noneBoot')}</li>
        {mayLackDriver(list) && (
          <li>{t(list.platform === 'win32' ? 'portHelp.driverWin32' : 'portHelp.driverDarwin')}</li>
        )}
      </ul>
    </div>
  );
}

function ProblemHelp({ problem }: { readonly problem: Problem }) {
  const { t } = useTranslation('commissioning');
  switch (problem.code) {
    case 'list_failed':
      return (
        <div className={css['block']}>
          <Notice priority="high">{t('portHelp.listFailed')}</Notice>
          <p>{t('portHelp.listFailedTodo')}</p>
          <CommandText command="--serial-port /dev/ttyUSB0" />
          <p className={css['small']}>{problem.message}</p>
        </div>
      );
    case 'not_in_group':
      return (
        <div className={css['block']}>
          <Notice priority="high">{t('portHelp.notInGroup')}</Notice>
          <p>{t('portHelp.notInGroupTodo')}</p>
          <CommandText command={groupCommand(problem.details['group'] ?? 'dialout')} />
          <p>{t('portHelp.orRule')}</p>
          <CommandText command={ruleCommand} />
        </div>
      );
    case 'brltty':
      return (
        <div className={css['block']}>
          <Notice priority="low">{t('portHelp.brltty')}</Notice>
          <p>{t('portHelp.brlttyTodo')}</p>
          <CommandText command="sudo apt remove brltty" />
        </div>
      );
    case 'modem_manager':
      return (
        <div className={css['block']}>
          <Notice priority="low">{t('portHelp.modemManager')}</Notice>
          <p>{t('portHelp.modemManagerTodo')}</p>
          <CommandText command={ruleCommand} />
        </div>
      );
    default:
      return assertNever(problem.code);
  }
}
