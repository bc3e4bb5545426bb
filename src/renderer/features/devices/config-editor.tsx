import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConfigSectionName, DeviceView } from '../../../shared/api/devices';
import { configSectionNames } from '../../../shared/api/devices';
import { api } from '../../connection/client';
import { usePlant } from '../../connection/plant-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FailureText } from '../../ui/failure';
import { ConfigItemForm } from './config-item-form';
import {
  changedSections,
  firstDraft,
  newActuator,
  newRule,
  newSensor,
  withItem,
  withoutItem,
  type ConfigDraft,
  type Editing,
} from './config-draft-rules';
import { useConfigItemText } from './config-texts';
import { OperationProgress } from './operation-progress';
import { PinMap } from './pin-map';
import { useRequest } from '../../ui/use-request';
import css from './config-editor.module.css';

export type ConfigEditorProps = { readonly device: DeviceView; readonly onClose: () => void };

/** Changes pins and rules of a device as one draft; sent at once, confirmed only by the device. */
export function ConfigEditor({ device, onClose }: ConfigEditorProps) {
  const { t } = useTranslation('devices');
  const [first] = useState(() => firstDraft(device.config));
  const [draft, setDraft] = useState<ConfigDraft>(first);
  const [editing, setEditing] = useState<Editing | null>(null);
  const [operationId, setOperationId] = useState<string | null>(null);
  const operation = usePlant((plant) => (operationId === null ? undefined : plant.operations[operationId]));
  const { isWorking, error, run } = useRequest();
  const sections = changedSections(first, draft);
  const isChanged = Object.keys(sections).length > 0;
  const isSent = operationId !== null;
  const canRepeat = operation !== undefined && operation.state !== 'pending' && operation.state !== 'confirmed';
  const send = () =>
    run(async () => setOperationId((await api.devices.configure({ id: device.id, ...sections })).operationId));
  return (
    <Dialog
      title={t('editor.title', { name: device.name || device.id })}
      subtitle={t(device.presence === 'online' ? 'editor.subtitle' : 'editor.subtitleOffline')}
      isOpen
      onClose={onClose}
      width="wide"
      footer={
        editing ? undefined : (
          <>
            {canRepeat && <Button onPress={() => setOperationId(null)}>{t('editor.change')}</Button>}
            <Button onPress={onClose}>{t(isSent ? 'editor.close' : 'editor.cancel')}</Button>
            {!isSent && (
              <Button variant="primary" isDisabled={!isChanged} isPending={isWorking} onPress={() => void send()}>
                {t('editor.send')}
              </Button>
            )}
          </>
        )
      }
    >
      {isSent ? (
        <OperationProgress operationId={operationId} />
      ) : editing ? (
        <ConfigItemForm
          editing={editing}
          draft={draft}
          onCancel={() => setEditing(null)}
          onDone={(done) => {
            setDraft(withItem(draft, done));
            setEditing(null);
          }}
        />
      ) : (
        <>
          <PinMap board={device.board.id} draft={draft} onPick={setEditing} />
          {configSectionNames.map((name) => (
            <Section key={name} name={name} draft={draft} onEdit={setEditing} onChange={setDraft} />
          ))}
          <FailureText error={error} />
        </>
      )}
    </Dialog>
  );
}

type SectionProps = {
  readonly name: ConfigSectionName;
  readonly draft: ConfigDraft;
  readonly onEdit: (editing: Editing) => void;
  readonly onChange: (draft: ConfigDraft) => void;
};

function Section({ name, draft, onEdit, onChange }: SectionProps) {
  const { t } = useTranslation('devices');
  const textOf = useConfigItemText(name);
  const canAdd = name !== 'offlineRules' || (draft.actuators.length > 0 && draft.sensors.length > 0);
  return (
    <section className={css['section']} aria-label={t(`config.${name}`)}>
      <header>
        <h3>{t(`config.${name}`)}</h3>
        <Button variant="plain" isDisabled={!canAdd} onPress={() => onEdit(newItem(name, draft))}>
          {t(`editor.add.${name}`)}
        </Button>
      </header>
      {draft[name].length === 0 && <p className={css['empty']}>{t(canAdd ? 'editor.none' : 'editor.noRulesYet')}</p>}
      <ul>
        {draft[name].map((item, index) => (
          <li key={`${index}:${JSON.stringify(item)}`}>
            <span>{textOf(item)}</span>
            <Button
              variant="plain"
              aria-label={t('editor.editName', { name: textOf(item) })}
              onPress={() => onEdit(itemAt(name, draft, index))}
            >
              {t('editor.edit')}
            </Button>
            <Button
              variant="plain"
              aria-label={t('editor.removeName', { name: textOf(item) })}
              onPress={() => onChange(withoutItem(draft, name, index))}
            >
              {t('editor.remove')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Pins that are offered first for a new item: the bus for a sensor, none in particular for an output. */
function newItem(section: ConfigSectionName, draft: ConfigDraft): Editing {
  if (section === 'sensors') return { section, index: null, item: newSensor(0) };
  if (section === 'actuators') return { section, index: null, item: newActuator(0) };
  return { section, index: null, item: newRule(draft) };
}

function itemAt(section: ConfigSectionName, draft: ConfigDraft, index: number): Editing {
  const pick = <T,>(items: readonly T[], other: T): T => items[index] ?? other;
  if (section === 'sensors') return { section, index, item: pick(draft.sensors, newSensor(0)) };
  if (section === 'actuators') return { section, index, item: pick(draft.actuators, newActuator(0)) };
  return { section, index, item: pick(draft.offlineRules, newRule(draft)) };
}
