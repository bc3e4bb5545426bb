import { useTranslation } from 'react-i18next';
import type { CommandView } from '../../../shared/api/control';
import { hrefOf } from '../../app/router';
import { usePlant } from '../../connection/plant-store';
import { useCommandName } from '../../control/command-texts';
import { useActorName } from '../../plant/actor-name';
import { formatDuration } from '../../ui/format';
import { LogRow } from '../../ui/log-row';
import { Mark } from '../../ui/mark';
import { Tag } from '../../ui/tag';
import { Time } from '../../ui/time';
import { CommandDetails } from './command-details';
import { commandPriority } from './command-list-rules';
import css from '../../ui/log-table.module.css';
import own from './command-table.module.css';

/** Commands as rows; a row opens what was heard about it, step by step. */
export function CommandTable({ commands }: { readonly commands: readonly CommandView[] }) {
  const { t } = useTranslation('commands');
  return (
    <table className={css['table']} aria-label={t('table.label')}>
      <thead>
        <tr>
          <th className={css['time']}>{t('table.time')}</th>
          <th className={css['device']}>{t('table.device')}</th>
          <th>{t('table.what')}</th>
          <th className={own['state']}>{t('table.state')}</th>
          <th className={own['latency']}>{t('table.latency')}</th>
          <th className={css['actor']}>{t('table.actor')}</th>
          <th className={css['more']}>
            <span className="visuallyHidden">{t('details')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {commands.map((command) => (
          <Row key={command.id} command={command} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ command }: { readonly command: CommandView }) {
  const { t } = useTranslation('commands');
  const nameOf = useCommandName();
  const actorName = useActorName();
  const deviceName = usePlant((plant) => plant.devices[command.deviceId]?.name);
  const priority = commandPriority(command);
  return (
    <LogRow
      columns={7}
      labels={{ show: t('detailsOf'), hide: t('hideDetails') }}
      details={<CommandDetails command={command} />}
      cells={
        <>
          <td className={css['quiet']}>
            <Time at={command.at} />
          </td>
          <td>
            <a href={hrefOf({ screen: 'device', deviceId: command.deviceId })}>{deviceName || command.deviceId}</a>
          </td>
          <td>{nameOf(command)}</td>
          <td>
            <span className={css['kindCell']}>
              <span className={css['mark']}>{priority !== 'none' && <Mark priority={priority} size="small" />}</span>
              {t(`state.${command.state}`)}
              {command.conflict && <Tag tone="high">{t('conflict')}</Tag>}
            </span>
          </td>
          <td className={css['quiet']}>{command.latencyMs === undefined ? '–' : formatDuration(command.latencyMs)}</td>
          <td className={css['quiet']}>{actorName(command.issuedBy)}</td>
        </>
      }
    />
  );
}
