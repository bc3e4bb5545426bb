import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StopScope } from '../../../shared/api/stop';
import { deviceIdSchema, zoneIdSchema } from '../../../shared/domain/ids';
import { wireLimits } from '../../../shared/wire/limits';
import { usePlant } from '../../connection/plant-store';
import { SelectField, TextField } from '../../ui/field';
import { HoldButton } from './hold-button';
import { devicesInScope, scopeChoices, stopCovering } from './stop-rules';
import { useStopStore } from './stop-store';
import { useScopeName } from './stop-texts';
import css from './engage-form.module.css';

const kinds = ['zone', 'device'] as const;
type Kind = (typeof kinds)[number];
/** So many names are listed; the rest is a number. */
const NAMED_DEVICES = 4;

/** Stops a part of the plant, with a reason. It says beforehand which devices it reaches. */
export function EngageForm() {
  const { t } = useTranslation('stop');
  const [kind, setKind] = useState<Kind>('zone');
  const [chosen, setChosen] = useState('');
  const [reason, setReason] = useState('');
  const engage = useStopStore((store) => store.engage);
  const zones = usePlant((plant) => plant.zones);
  const devices = usePlant((plant) => plant.devices);
  const options = scopeChoices(kind, zones, devices);
  const id = options.some(({ value }) => value === chosen) ? chosen : (options[0]?.value ?? '');
  const scope = scopeOf(kind, id);
  const submit = () => {
    if (!scope) return;
    void engage(scope, reason.trim());
    setReason('');
  };
  return (
    <section className={css['form']} aria-labelledby="engage-title">
      <h2 id="engage-title">{t('form.title')}</h2>
      <fieldset className={css['kinds']}>
        <legend className="visuallyHidden">{t('form.what')}</legend>
        {kinds.map((each) => (
          <label key={each} className={css['kind']}>
            <input type="radio" name="stop-kind" checked={kind === each} onChange={() => setKind(each)} />
            <span>{t(`form.${each}`)}</span>
          </label>
        ))}
      </fieldset>
      {options.length === 0 ? (
        <p className={css['reach']}>{kind === 'zone' ? t('form.noZones') : t('form.noDevices')}</p>
      ) : (
        <SelectField
          label={t(kind === 'zone' ? 'form.chooseZone' : 'form.chooseDevice')}
          value={id}
          onChange={setChosen}
          options={options}
        />
      )}
      <TextField
        label={t('form.reason')}
        help={t('form.reasonHint')}
        value={reason}
        onChange={setReason}
        maxLength={wireLimits.stopReasonChars}
      />
      {scope && <Reach scope={scope} />}
      <EngageKey scope={scope} onFire={submit} />
      <p className={css['note']}>{t('screen.software')}</p>
    </section>
  );
}

function EngageKey({ scope, onFire }: { readonly scope: StopScope | null; readonly onFire: () => void }) {
  const { t } = useTranslation('stop');
  const name = useScopeName(scope ?? undefined);
  const isSending = useStopStore(({ request }) => request.name === 'sending');
  return (
    <HoldButton
      label={scope ? t('form.button', { name }) : t('form.buttonEmpty')}
      more={t('zoneButton.hold')}
      isDisabled={scope === null || isSending}
      onFire={onFire}
    />
  );
}

function Reach({ scope }: { readonly scope: StopScope }) {
  const { t } = useTranslation('stop');
  const devices = usePlant((plant) => plant.devices);
  const holding = usePlant((plant) => stopCovering(plant.stops, scope));
  const holdingName = useScopeName(holding?.scope, 'first');
  const reached = devicesInScope(scope, devices).map(({ id, name }) => name || id);
  const named = reached.slice(0, NAMED_DEVICES).join(', ');
  const list =
    reached.length > NAMED_DEVICES
      ? t('form.reachMore', { list: named, count: reached.length - NAMED_DEVICES })
      : named;
  return (
    <p className={css['reach']}>
      {holding && <b>{t('form.already', { scope: holdingName })} </b>}
      {scope.kind === 'zone' &&
        (reached.length === 0 ? t('form.reachNone') : t('form.reach', { count: reached.length, list }))}
    </p>
  );
}

function scopeOf(kind: Kind, id: string): StopScope | null {
  if (kind === 'zone') {
    const zoneId = zoneIdSchema.safeParse(id);
    return zoneId.success ? { kind, zoneId: zoneId.data } : null;
  }
  const deviceId = deviceIdSchema.safeParse(id);
  return deviceId.success ? { kind, deviceId: deviceId.data } : null;
}
