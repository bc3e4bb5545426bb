import { useTranslation } from 'react-i18next';
import type { PortList } from '../../../../shared/api/flash';
import { useCommissioning } from '../commissioning-store';
import { PortHelp } from '../port-help';
import { PortPicker } from '../port-picker';

export type PortChoiceProps = {
  readonly value: string | null;
  readonly onChange: (path: string) => void;
  readonly isDisabled?: boolean;
};

const noPorts: PortList['ports'] = [];

/** The board's port in a dialog, with help when there is none. */
export function PortChoice({ value, onChange, isDisabled = false }: PortChoiceProps) {
  const { t } = useTranslation('commissioning');
  const list = useCommissioning(({ event }) => event?.ports ?? null);
  if (list === null) return <p>{t('waiting')}</p>;
  return (
    <>
      <PortPicker ports={list.ports} value={value} onChange={onChange} isDisabled={isDisabled} />
      <PortHelp list={list} />
    </>
  );
}

/** The ports as the console last told them. */
export function usePorts(): PortList['ports'] {
  return useCommissioning(({ event }) => event?.ports.ports ?? noPorts);
}
