import { useTranslation } from 'react-i18next';
import type { Inspection } from '../../../../shared/api/flash';
import { displayNameOf } from '../../../plant/device-name';
import { zoneIdOf } from '../../../plant/zone-rules';
import { Notice } from '../../../ui/notice';
import { Button } from '../../../ui/button';
import { CheckField } from '../check-field';
import { boardIdentity } from './setup-request-rules';
import { useSetupWizard } from './setup-wizard-store';
import type { StepProps } from './step-props';
import css from './steps.module.css';

/** The plant knows this board already: what that means, and the question whether it is meant. */
export function BoardQuestion({
  draft,
  edit,
  facts: { devices, zones },
  inspection,
}: StepProps & { readonly inspection: Inspection }) {
  const { t } = useTranslation('commissioning');
  const send = useSetupWizard((store) => store.send);
  const identity = boardIdentity(inspection, draft.replaces, devices);
  if (identity.kind === 'new' || draft.isFlashOnly) return null;
  const { device } = identity;
  const name = displayNameOf(device.id, devices);
  const zoneId = zoneIdOf(device);
  const zone = zones.find(({ id }) => id === zoneId)?.name ?? t('setup.noZone');
  const confirm = (isConfirmed: boolean) =>
    edit({
      confirmedId: isConfirmed ? device.id : null,
      // Its name and zone stay unless they are changed.
      ...(isConfirmed && draft.name === '' && { name: device.name }),
      ...(isConfirmed && draft.zone.kind === 'none' && zoneId !== null && { zone: { kind: 'zone' as const, zoneId } }),
    });
  return (
    <div className={css['question']}>
      <Notice priority={identity.kind === 'waiting' ? 'low' : 'high'}>
        {t(`setup.board.${identity.kind}`, { name, zone, presence: t(`setup.presence.${device.presence}`) })}
      </Notice>
      {(identity.kind === 'own' || identity.kind === 'refused') && (
        <CheckField
          label={t('setup.board.confirm', { name })}
          isChecked={draft.confirmedId === device.id}
          onChange={confirm}
        />
      )}
      {identity.kind === 'deadDevice' && (
        <div>
          <Button
            onPress={() => {
              send({ type: 'replaceNothing' });
              send({ type: 'edit', change: { port: draft.port } });
            }}
          >
            {t('setup.board.notReplace')}
          </Button>
        </div>
      )}
    </div>
  );
}
