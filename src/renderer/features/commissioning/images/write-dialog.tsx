import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { flashBauds, type FlashImage, type FlashOptions, type Inspection } from '../../../../shared/api/flash';
import { api } from '../../../connection/client';
import { Button } from '../../../ui/button';
import { CheckField } from '../check-field';
import { Dialog } from '../../../ui/dialog';
import { SelectField } from '../../../ui/field';
import { Notice } from '../../../ui/notice';
import { useRequest } from '../../../ui/use-request';
import { useImageName } from '../image-name';
import { CallError, JobErrorText } from '../job-error';
import { onlyPort } from '../port-list-rules';
import { BoardFacts } from './board-facts';
import { consequenceOf, firstChoice } from './image-rules';
import { PortChoice, usePorts } from './port-choice';

type Options = Omit<FlashOptions, 'baud'> & { readonly baud: 'auto' | `${(typeof flashBauds)[number]}` };

export type WriteDialogProps = { readonly image: FlashImage; readonly onClose: () => void };

/** An image onto a board, or a backup back: first look at the board, then say what happens, then start. */
export function WriteDialog({ image, onClose }: WriteDialogProps) {
  const { t } = useTranslation('bench');
  const imageName = useImageName();
  const ports = usePorts();
  const [chosen, setChosen] = useState<string | null>(null);
  const [options, setOptions] = useState<Options>({ ...firstChoice(image.kind), baud: 'auto' });
  const port = chosen ?? onlyPort(ports);
  const look = useInspection(image.id);
  const { isWorking, error, run } = useRequest();
  const inspection = look.inspection?.port === port ? look.inspection.found : null;
  const isReady = inspection !== null && inspection.refusal === null;
  const start = async () => {
    const { baud, ...rest } = options;
    const given = flashBauds.find((each) => `${each}` === baud);
    const wanted = { ...rest, ...(given !== undefined && { baud: given }) };
    if (port !== null && (await run(() => api.flash.start({ port, imageId: image.id, options: wanted })))) onClose();
  };
  return (
    <Dialog
      title={t(image.kind === 'backup' ? 'write.restoreTitle' : 'write.title', {
        name: imageName(image.id, image.name),
      })}
      subtitle={t('write.text')}
      isOpen
      onClose={onClose}
      role="alertdialog"
      footer={
        <>
          <Button onPress={onClose}>{t('cancel', { ns: 'common' })}</Button>
          {inspection !== null && <Button onPress={look.forget}>{t('write.otherPort')}</Button>}
          {isReady ? (
            <Button variant="primary" isPending={isWorking} onPress={() => void start()}>
              {t(image.kind === 'backup' ? 'write.restore' : 'write.start')}
            </Button>
          ) : (
            <Button
              variant="primary"
              isDisabled={port === null}
              isPending={look.isWorking}
              onPress={() => port !== null && void look.inspect(port)}
            >
              {t(look.isWorking ? 'write.looking' : inspection === null ? 'write.look' : 'write.lookAgain')}
            </Button>
          )}
        </>
      }
    >
      {inspection === null && <PortChoice value={port} onChange={setChosen} isDisabled={look.isWorking} />}
      <CallError error={look.error} />
      {inspection && <BoardFacts inspection={inspection} image={image} port={port ?? ''} />}
      {inspection?.refusal && <JobErrorText error={inspection.refusal} isAnnounced />}
      {isReady && (
        <>
          {image.kind !== 'backup' && <OptionFields options={options} onChange={setOptions} />}
          <Notice priority={consequenceOf(image.kind, options) === 'settingsKept' ? 'none' : 'high'} announce="status">
            {t(`write.consequence.${consequenceOf(image.kind, options)}`)}
          </Notice>
        </>
      )}
      <CallError error={error} />
    </Dialog>
  );
}

type OptionFieldsProps = { readonly options: Options; readonly onChange: (options: Options) => void };

function OptionFields({ options, onChange }: OptionFieldsProps) {
  const { t } = useTranslation('bench');
  const bauds = flashBauds.map((baud) => ({ value: `${baud}` as const, label: String(baud) }));
  return (
    <div>
      <CheckField
        label={t('options.keepUserData')}
        isChecked={options.keepUserData && !options.eraseAll}
        onChange={(keepUserData) => onChange({ ...options, keepUserData })}
        isDisabled={options.eraseAll}
      />
      <CheckField
        label={t('options.eraseAll')}
        isChecked={options.eraseAll}
        onChange={(eraseAll) => onChange({ ...options, eraseAll, keepUserData: !eraseAll })}
      />
      <CheckField
        label={t('options.skipIfSame')}
        isChecked={options.skipIfSame}
        onChange={(skipIfSame) => onChange({ ...options, skipIfSame })}
      />
      <SelectField
        label={t('options.baud')}
        value={options.baud}
        onChange={(baud) => onChange({ ...options, baud })}
        options={[{ value: 'auto', label: t('options.baudAuto') }, ...bauds]}
      />
    </div>
  );
}

/** Looks at the board; what was found belongs to the port that it was asked for. Ends when the dialog is closed. */
function useInspection(imageId: string) {
  const [inspection, setInspection] = useState<{ readonly port: string; readonly found: Inspection } | null>(null);
  const { isWorking, error, run } = useRequest();
  const end = useRef<AbortController>(null);
  useEffect(() => () => end.current?.abort(), []);
  const inspect = (port: string) =>
    run(async () => {
      setInspection(null);
      end.current = new AbortController();
      const found = await api.flash.inspect({ port, imageId }, { signal: end.current.signal });
      setInspection({ port, found });
    });
  return { inspection, isWorking, error, inspect, forget: () => setInspection(null) };
}
