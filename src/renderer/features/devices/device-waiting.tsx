import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { OperationView } from '../../../shared/api/operations';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { Button } from '../../ui/button';
import { FailureText } from '../../ui/failure';
import { Elapsed } from '../../ui/time';
import { Panel } from './panel';
import { useRequest } from '../../ui/use-request';
import { waitingOperations } from './waiting-rules';
import css from './waiting-list.module.css';

/** Changes that were asked for and are not on the device yet; one that was not sent can be withdrawn. */
export function DeviceWaiting({ deviceId }: { readonly deviceId: string }) {
  const { t } = useTranslation('devices');
  const waiting = usePlant(useShallow((plant) => waitingOperations(plant.operations, deviceId)));
  if (waiting.length === 0) return null;
  return (
    <Panel title={t('waiting.title')}>
      <WaitingList operations={waiting} />
    </Panel>
  );
}

/** Changes on their way; `withDevice` names whose each is. */
export function WaitingList({
  operations,
  withDevice = false,
}: {
  readonly operations: readonly OperationView[];
  readonly withDevice?: boolean;
}) {
  const { t } = useTranslation('devices');
  const { error, run } = useRequest();
  const devices = usePlant((plant) => plant.devices);
  return (
    <>
      <ul className={css['list']}>
        {operations.map(({ id, kind, subject, waitingFor, startedAt, deviceId }) => (
          <li key={id}>
            <span>
              {withDevice && <b>{devices[deviceId]?.name || deviceId}: </b>}
              {t(`waiting.kind.${kind}`, { subject: subject ?? '' })}
              <small>
                {t(waitingFor === undefined ? 'waiting.sent' : `waiting.for.${waitingFor}`)} ·{' '}
                <Elapsed since={startedAt} />
              </small>
            </span>
            {waitingFor !== undefined && (
              <Button variant="plain" onPress={() => void run(() => api.operations.cancel({ id }))}>
                {t('waiting.cancel')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <FailureText error={error} />
    </>
  );
}
