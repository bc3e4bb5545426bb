import { useTranslation } from 'react-i18next';
import { flashBauds } from '../../../../shared/api/flash';
import { settingsMethods } from '../../../../shared/api/commissioning';
import { fillName, isSameForAll, unknownPlaceholders } from '../../../../shared/domain/board-naming';
import { useZones } from '../../../plant/use-zones';
import { Button } from '../../../ui/button';
import { CheckField } from '../check-field';
import { SelectField, TextField } from '../../../ui/field';
import { useImageName } from '../image-name';
import { useImages } from '../use-images';
import { FieldGroup } from './field-group';
import { PasswordField } from './password-field';
import css from './template-dialog.module.css';
import type { DraftProblem, TemplateDraft } from './template-draft-rules';

/* The groups of fields in the template dialog of the bench, without the broker's (broker-fields.tsx). What is valid is said in template-draft-rules.ts. */

export type TemplateFieldsProps = {
  readonly draft: TemplateDraft;
  readonly problem: DraftProblem | null;
  readonly onChange: (part: Partial<TemplateDraft>) => void;
};

/** What is written to each board. */
export function ImageFields({ draft, onChange }: TemplateFieldsProps) {
  const { t } = useTranslation('bench');
  const { images } = useImages();
  const imageName = useImageName();
  const usable = (images ?? []).filter(({ kind, problem }) => kind !== 'backup' && problem === null);
  const isFlashed = draft.image !== 'none';
  const bauds = flashBauds.map((baud) => ({ value: `${baud}` as const, label: String(baud) }));
  return (
    <FieldGroup title={t('template.image')}>
      <SelectField
        label={t('template.imageLabel')}
        value={draft.image}
        onChange={(image) => onChange({ image })}
        options={[
          { value: 'auto', label: t('template.auto') },
          ...usable.map(({ id, name }) => ({ value: id, label: imageName(id, name) })),
          { value: 'none', label: t('template.noFlash') },
        ]}
      />
      <SelectField
        label={t('options.baud')}
        value={draft.baud}
        onChange={(baud) => onChange({ baud })}
        options={[{ value: 'auto', label: t('options.baudAuto') }, ...bauds]}
        isDisabled={!isFlashed}
      />
      <CheckField
        label={t('options.keepUserData')}
        isChecked={draft.isKeepUserData && !draft.isEraseAll}
        onChange={(isKeepUserData) => onChange({ isKeepUserData })}
        isDisabled={!isFlashed || draft.isEraseAll}
      />
      <CheckField
        label={t('options.eraseAll')}
        isChecked={draft.isEraseAll}
        onChange={(isEraseAll) => onChange({ isEraseAll })}
        isDisabled={!isFlashed}
      />
      <CheckField
        label={t('options.skipIfSame')}
        isChecked={draft.isSkipIfSame}
        onChange={(isSkipIfSame) => onChange({ isSkipIfSame })}
        isDisabled={!isFlashed || draft.isEraseAll}
      />
    </FieldGroup>
  );
}

/** The network that boards join, and by which way they are told. */
export function NetworkFields({
  draft,
  problem,
  onChange,
  isPasswordHeld,
}: TemplateFieldsProps & { readonly isPasswordHeld: boolean }) {
  const { t } = useTranslation('bench');
  const passwordError = problem === 'password' || problem === 'passwordMissing';
  const methods = settingsMethods.map((value) => ({ value, label: t(`template.methods.${value}`) }));
  return (
    <FieldGroup title={t('template.network')}>
      <div className={css['whole']}>
        <CheckField
          label={t('template.provision')}
          isChecked={draft.isProvisioned}
          onChange={(isProvisioned) => onChange({ isProvisioned })}
          help={t('template.provisionHelp')}
        />
      </div>
      {draft.isProvisioned && (
        <>
          <TextField
            label={t('template.ssid')}
            type="text"
            value={draft.ssid}
            onChange={(ssid) => onChange({ ssid })}
            maxLength={32}
            error={problem === 'ssid' ? t('template.problem.ssid') : undefined}
          />
          <PasswordField
            label={t('template.password')}
            value={draft.password}
            onChange={(password) => onChange({ password })}
            isDisabled={draft.isOpenNetwork}
            help={isPasswordHeld && !draft.isOpenNetwork ? t('template.passwordHeld') : undefined}
            error={passwordError ? t(`template.problem.${problem}`) : undefined}
          />
          <SelectField
            label={t('template.methodLabel')}
            value={draft.method}
            onChange={(method) => onChange({ method })}
            options={methods}
            help={t(`template.methodHelp.${draft.method}`)}
          />
          <CheckField
            label={t('template.openNetwork')}
            isChecked={draft.isOpenNetwork}
            onChange={(isOpenNetwork) => onChange({ isOpenNetwork })}
          />
        </>
      )}
    </FieldGroup>
  );
}

const placeholders = ['{n}', '{n:3}', '{id}', '{mac}', '{zone}'] as const;

/** How boards are called when no name waits, with the names that come out; the zone and the approval. */
export function NamingFields({ draft, problem, onChange }: TemplateFieldsProps) {
  const { t } = useTranslation('bench');
  const zones = useZones();
  const zone = zones.find(({ id }) => id === draft.zoneId)?.name ?? '';
  const first = Number(draft.nextNumber) || 0;
  const example = (step: number) =>
    fillName(draft.naming, {
      number: first + step,
      id: `ESP_B2C3D${step}`,
      mac: `7c:df:a1:b2:c3:d${step}`,
      zone,
    });
  const unknown = unknownPlaceholders(draft.naming);
  return (
    <FieldGroup title={t('template.naming')}>
      <TextField
        label={t('template.namingLabel')}
        value={draft.naming}
        onChange={(naming) => onChange({ naming })}
        maxLength={64}
        error={problem === 'naming' ? t('template.problem.naming') : undefined}
        help={t('template.preview', { names: [example(0), example(1), example(2)].join(', ') })}
      />
      <TextField
        label={t('template.nextNumber')}
        value={draft.nextNumber}
        onChange={(nextNumber) => onChange({ nextNumber, isNumberTyped: true })}
        inputMode="numeric"
        maxLength={6}
        error={problem === 'nextNumber' ? t('template.problem.nextNumber') : undefined}
      />
      <div className={css['placeholders']}>
        {placeholders.map((each) => (
          <Button
            key={each}
            aria-label={t('template.insert', { placeholder: each })}
            onPress={() => onChange({ naming: `${draft.naming}${each}` })}
          >
            {each}
          </Button>
        ))}
        <span>
          {unknown.length > 0
            ? t('template.unknown', { text: unknown.join(', ') })
            : isSameForAll(draft.naming) && t('template.sameForAll')}
        </span>
      </div>
      {draft.isProvisioned && (
        <>
          <SelectField
            label={t('template.zone')}
            value={draft.zoneId}
            onChange={(zoneId) => onChange({ zoneId })}
            options={[
              { value: '' as const, label: t('template.noZone') },
              ...zones.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
          <CheckField
            label={t('template.approve')}
            isChecked={draft.isApproved}
            onChange={(isApproved) => onChange({ isApproved })}
            help={t('template.approveHelp')}
          />
        </>
      )}
    </FieldGroup>
  );
}
