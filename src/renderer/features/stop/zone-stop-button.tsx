import { useTranslation } from 'react-i18next';
import { zoneIdSchema } from '../../../shared/domain/ids';
import { hrefOf } from '../../app/router';
import { usePlant } from '../../connection/plant-store';
import { HoldButton } from './hold-button';
import { Octagon } from './octagon';
import { stopCovering } from './stop-rules';
import { useStopStore } from './stop-store';
import { useScopeName } from './stop-texts';
import css from './zone-stop-button.module.css';

/** Stops one zone when held. While a stop holds the zone it says so and leads to the stop screen. */
export function ZoneStopButton({ zoneId }: { readonly zoneId: string }) {
  const { t } = useTranslation('stop');
  const parsed = zoneIdSchema.safeParse(zoneId);
  const scope = parsed.success ? ({ kind: 'zone', zoneId: parsed.data } as const) : null;
  const holding = usePlant((plant) => (scope ? stopCovering(plant.stops, scope) : undefined));
  const zoneName = useScopeName(scope ?? undefined);
  const holdingName = useScopeName(holding?.scope, 'first');
  const engage = useStopStore((store) => store.engage);
  const isSending = useStopStore(({ request }) => request.name === 'sending');
  if (!scope) return null;
  if (!holding) {
    return (
      <HoldButton
        label={isSending ? t('control.sending') : t('zoneButton.label')}
        more={t('zoneButton.name', { name: zoneName })}
        isDisabled={isSending}
        onFire={() => void engage(scope)}
      />
    );
  }
  const isAll = holding.scope.kind === 'all';
  return (
    <a className={css['engaged']} href={hrefOf({ screen: 'stop' })}>
      <Octagon className={css['octagon']} />
      {t(isAll ? 'zoneButton.stoppedAll' : 'zoneButton.stopped')}
      <span className="visuallyHidden">{t('zoneButton.stoppedName', { scope: holdingName })}</span>
    </a>
  );
}
