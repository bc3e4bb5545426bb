import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  configSectionNames,
  type ConfigFailure,
  type ConfigSectionName,
  type DeviceView,
} from '../../../shared/api/devices';
import { useCodeText } from '../../plant/code-text';
import { Button } from '../../ui/button';
import { Mark } from '../../ui/mark';
import { Tag } from '../../ui/tag';
import { compareSection, type ComparedItem } from './config-compare-rules';
import { ConfigEditor } from './config-editor';
import { useConfigItemText } from './config-texts';
import { Panel } from './panel';
import panel from './panel.module.css';
import css from './device-config.module.css';

/** Pins and rules as they are wanted and as the device confirmed them, section by section. */
export function DeviceConfig({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation('devices');
  const [isOpen, setOpen] = useState(false);
  const { config } = device;
  const sections = configSectionNames.map((name) => ({ name, items: compareSection(config, name) }));
  const used = sections.filter(({ name, items }) => items.length > 0 || config.state[name] !== 'none');
  return (
    <Panel title={t('config.title')}>
      {used.length === 0 && <p className={panel['empty']}>{t('config.empty')}</p>}
      {used.map(({ name, items }) => (
        <Section key={name} name={name} items={items} state={config.state[name]} />
      ))}
      <Failures failures={config.failures} />
      {device.approval === 'approved' && <Button onPress={() => setOpen(true)}>{t('editor.open')}</Button>}
      {isOpen && <ConfigEditor device={device} onClose={() => setOpen(false)} />}
    </Panel>
  );
}

type SectionProps = {
  readonly name: ConfigSectionName;
  readonly items: readonly ComparedItem[];
  readonly state: DeviceView['config']['state'][ConfigSectionName];
};

function Section({ name, items, state }: SectionProps) {
  const { t } = useTranslation('devices');
  return (
    <table className={css['table']} aria-label={t(`config.${name}`)}>
      <thead>
        <tr>
          <th className={css['section']}>
            <b>{t(`config.${name}`)}</b>{' '}
            <Tag tone={state === 'failed' ? 'high' : 'quiet'}>{t(`config.state.${state}`)}</Tag>
          </th>
          <th>{t('config.confirmed')}</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <ItemRow key={item.key} section={name} item={item} />
        ))}
      </tbody>
    </table>
  );
}

/** What the device refused, pin by pin, and what to do. */
function Failures({ failures }: { readonly failures: readonly ConfigFailure[] }) {
  const { t } = useTranslation('devices');
  const codeText = useCodeText();
  if (failures.length === 0) return null;
  return (
    <ul className={css['failures']} aria-label={t('config.failures')}>
      {failures.map(({ section, gpio, error, detail }) => {
        const { text, next } = codeText('config', error);
        return (
          <li key={`${section}:${gpio}:${error}`}>
            <Mark priority="low" size="small" />
            <span>
              {t('config.failure', { section: t(`config.${section}`), pin: gpio ?? '–', text })} {next}
              <small>
                {error}
                {detail !== '' && ` · ${detail}`}
              </small>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Where both agree, one cell says it; a difference is marked and named. */
function ItemRow({ section, item }: { readonly section: ConfigSectionName; readonly item: ComparedItem }) {
  const { t } = useTranslation('devices');
  const textOf = useConfigItemText(section);
  const { state, desired, confirmed, changedFields } = item;
  return (
    <tr>
      <td>{desired ? textOf(desired) : t('config.nothing')}</td>
      <td>
        {state === 'same' ? (
          <span className={css['same']}>{t('config.item.same')}</span>
        ) : (
          <span className={css['different']}>
            <Mark priority="low" size="small" />
            <span>
              {confirmed ? textOf(confirmed) : t('config.item.wanted')}
              <small>
                {state === 'changed'
                  ? t('config.changedFields', { fields: changedFields.join(', ') })
                  : state === 'surplus' && t('config.item.surplus')}
              </small>
            </span>
          </span>
        )}
      </td>
    </tr>
  );
}
